/* handover.h: the state that a streamer leaves to its successor, in the shared memory `streamer`: which file each voice
 * plays, and which of its frames the cells of the ring contain. The ring's own index says where the cells end. The
 * streamer is the only writer, and may die at any instruction. So `phase`, `word` and the header's generation are
 * stored last: only they make a change valid. */
#ifndef LOOPHOLE_STREAMER_HANDOVER_H
#define LOOPHOLE_STREAMER_HANDOVER_H

#include <limits.h>

#include "common/shared/studio.h"
#include "common/sound/treatment.h"

enum { HANDOVER_CUTS = 128, HANDOVER_HITS = 128, HANDOVER_ACTS = 256 };
enum { HANDOVER_VERSION = 15 };

/* A range of a ring's cells that comes from one file. Two ranges of one generation follow each other without a gap. */
struct handover_piece {
    uint64_t at;    /* its first cell … */
    int64_t from;   /* … and the frame of the file in that cell */
    int64_t frames; /* of the file; -1: unknown */
    int64_t until;  /* the frame of the file before which it ends, unless it repeats; 0: its end */
    int64_t due;    /* frame of the audio clock of its first cell; 0: at once */
    double tempo;   /* speed factor of its cells, without a change of pitch; 1: unchanged */
    double bpm;     /* of a queued file; 0: unknown */
    uint32_t generation, file_rate, rate, channels;
    uint32_t is_drums, unused; /* is_drums: it is stretched as drums are */
    uint8_t media[16];
    uint8_t queued[16]; /* request id of the ask that queued this file; zero: none */
    uint8_t seeker[16]; /* request id of the ask for this seek; zero: none */
    struct treatment treatment;
    char path[PATH_MAX];
};

enum handover_phase {
    HANDOVER_NOTHING,
    HANDOVER_STARTING, /* the start cue was sent if the count of cues has reached `started` */
    HANDOVER_PLAYING,
    HANDOVER_STOPPING, /* the stop cue was sent */
};

enum handover_word { HANDOVER_PRESENT = 1, HANDOVER_FOLLOWS = 2, HANDOVER_SOUGHT = 4, HANDOVER_WHICH = 8 };

/* A voice that follows the tempo: at beat `beat` of the transport sounds frame `frame` of the file. */
struct handover_follow {
    double beat_frames; /* frames of the file for a beat; 0: the voice does not follow */
    double beat, frame; /* until it is placed, `frame` is where it began */
    _Atomic uint32_t is_placed;
    uint32_t grid;     /* it began at a multiple of this number of 16th notes; 0: anywhere */
    uint32_t ran_free; /* it began while the transport was stopped */
    uint32_t unused;
};

/* A part of each turn of a loop, up to the next one. */
struct handover_cut {
    int64_t at;   /* frame of the turn … */
    int64_t from; /* … and of the file; -1: silence */
    float gain;
    uint32_t unused;
};

/* A pad that a loop hits in each turn. */
struct handover_hit {
    double at; /* s from the begin of the turn */
    uint32_t pad;
    float velocity; /* -1: it is released */
    uint32_t key;   /* 0, or the key of a keyboard and 1 */
    uint32_t unused;
};

/* What a person did (loop_act in the schema). */
struct handover_act {
    int64_t frame;
    int32_t deed;
    uint32_t voice; /* or the pad */
    uint8_t id[16];
    int64_t position; /* of a pad: 0, or the key of a keyboard and 1 */
    double value;
};

struct handover_voice {
    _Atomic uint32_t phase; /* enum handover_phase */
    /* Bit 0: index of the current piece; 1: the other one follows; 2: `sought` has a piece; 3: its index. */
    _Atomic uint32_t word;
    uint32_t group; /* enum score_group */
    uint32_t looping;
    uint32_t loop_key; /* 1 to 12: it plays the loop of this F key; 0: none */
    float gain, pan;
    _Atomic uint32_t seeks;      /* a seek was accepted, and has no piece yet */
    uint32_t paused;             /* a person paused it; stored before the cue */
    uint32_t cued;               /* the generation that the last start cue names */
    int64_t begins;              /* frame of the audio clock of the first start cue, or CUE_NOW */
    int64_t loop_from, loop_end; /* frames of the file; end 0: that of the file */
    double loop_length;          /* exact, in frames of the file; 0: from loop_from to loop_end */
    double semitones;            /* of the shift of its pitch */
    struct handover_follow follow;
    int64_t seek_from;   /* the seek's frame of the file … */
    uint8_t seeker[16];  /* … and its request id */
    uint8_t project[16]; /* of the loop that it plays; zero: none */
    int64_t edge;        /* frames of the fades of its cuts */
    int64_t first_turn;  /* frame of the audio clock at which its first turn began */
    int64_t hits_sent;   /* the cues of its hits before this frame were sent */
    uint32_t cut_count, hit_count;
    struct handover_cut cuts[HANDOVER_CUTS];
    struct handover_hit hits[HANDOVER_HITS];
    uint64_t started;    /* the streamer's count of cues after the start cue; 0: none yet */
    uint8_t request[16]; /* of the ask that started it: a repeated ask does not start it again */
    struct handover_piece pieces[2];
    struct handover_piece sought[2]; /* a seek's piece, written after the current one, until the header names it */
};

struct handover {
    uint32_t version;
    uint8_t previewed[16]; /* the item of the last preview; half of it if the streamer died then: an unknown id */
    uint32_t unused[11];
    _Atomic uint64_t act_count; /* stored after the act */
    struct handover_act acts[HANDOVER_ACTS];
    struct handover_voice voices[STREAMS];
};
enum { HANDOVER_BYTES = 1 << 20 }; /* of the memory; the record of played.h follows */
_Static_assert(sizeof(struct handover) <= HANDOVER_BYTES, "it fits");

#endif
