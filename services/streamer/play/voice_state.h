/* voice_state.h: the state of the 32 stream voices, which the files of this folder share. */
#ifndef LOOPHOLE_STREAMER_VOICE_STATE_H
#define LOOPHOLE_STREAMER_VOICE_STATE_H

#include "common/sound/resample.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/play/handover.h"
#include "services/streamer/play/reader.h"
#include "services/streamer/play/stretch.h"

/* In order: a voice is fed from VOICE_FILLING on, and in VOICE_ENDING if a slow fade needs more frames. */
enum voice_phase { VOICE_FREE, VOICE_OPENING, VOICE_FILLING, VOICE_PLAYING, VOICE_ENDING };

enum { VOICE_LOOP_LEAST = 256 }; /* frames of a loop, as loop_frames in the schema: each turn costs a pull */

/* The file to play, and how to play it. */
struct voice_plan {
    const char *path;     /* absolute */
    struct id media;      /* zero: none */
    struct id instead_of; /* the asked item, if another one of its content is played; zero: none */
    struct id request;
    enum score_group group;
    int64_t from;  /* frame of the file */
    int64_t until; /* the frame before which it ends, unless it repeats; 0: the file's end */
    int64_t at;    /* of the audio clock, or CUE_NOW */
    uint32_t grid; /* not 0: it starts at the next multiple of this number of 16th notes instead */
    bool loop, start_transport;
    int64_t loop_from, loop_end; /* frames of the file that a loop repeats; end 0: that of the file */
    double loop_length;          /* its exact length in frames of the file; 0: it has a whole number of them */
    uint32_t loop_key;           /* 1 to 12: it plays the loop of this F key; 0: none */
    struct id loop_project;      /* … of this project; zero: none */
    int64_t began;               /* frame of the audio clock at which its first turn began */
    int64_t edge;                /* frames of the fades of its cuts */
    struct loop_cut_list cuts;   /* of a loop of an exact length; valid during voice_play, as `hits` */
    struct loop_hit_list hits;
    float gain, pan;
    double tempo, semitones; /* 1 and 0: unchanged */
    bool is_drums;           /* it is stretched as drums are */
    double bpm;              /* of the file, if it follows the tempo; 0: it does not */
    struct treatment treatment;
};

struct voices;

/* Loops that begin on one frame (together.h). */
struct voice_together {
    struct ticket ticket; /* of the ask, until it is answered */
    usec_t until;         /* steady clock: it is answered then at the latest */
    usec_t since;         /* the first of its voices is filled; 0: none */
    uint32_t grid;        /* not 0: it begins at a multiple of this number of 16th notes */
    int64_t at, began;    /* as those of a plan */
    bool is_used, has_begun;
    struct fault fault; /* of the first voice that failed */
};

struct voice {
    struct voices *all;
    uint32_t index;
    enum voice_phase phase;
    struct stream_memory *memory;
    struct ring ring;
    struct handover_voice *handover;
    struct file_reader *reader, *following; /* the file that is pulled, and the following one */
    struct resample *resample;              /* NULL: the rates are equal */
    struct stretch *stretch;                /* NULL: unchanged */
    uint32_t generation;
    int64_t frame;    /* next frame of the file */
    int64_t ends;     /* the frame before which the file of a loop ended; -1: it has not ended yet */
    uint64_t turn;    /* of its loop, for which the next frame is written */
    uint64_t skip;    /* cells that a dead streamer wrote already */
    bool is_resuming; /* it continues at the place of a dead streamer */
    bool is_aiming;   /* the new generation is due at a moment, in place of a seek */
    bool is_seeking;  /* the ring gets `generation`, but the header still names the old one */
    bool is_made;     /* the ring contains its generation */
    bool is_ending;   /* the whole file was pulled */
    bool is_complete; /* all cells are written */
    bool is_cued;     /* a start cue was sent, for this generation or an earlier one */
    bool is_dry;
    bool is_heir;       /* it continues a stretched sound of a dead streamer, which still has cells; until realigned */
    bool was_dry;       /* its ring ran dry once: the cheaper stretcher feeds it from then on */
    bool follows_ready; /* `following` is open */
    bool is_ready;      /* it was filled, and may wait for others */
    bool is_next_copy;  /* the queued file is played in place of another file of its content */
    struct reader_format format, next_format;
    struct voice_plan plan;          /* path NULL: the pieces have the paths */
    int64_t due;                     /* frame of the audio clock at which the new generation is due; 0: at once */
    uint32_t looks;                  /* number of ticks in a row that found it out of step */
    int64_t begins;                  /* frame of the audio clock of the cue that starts it */
    usec_t since;                    /* start of the phase, steady clock */
    struct ticket ticket;            /* of the ask, until it starts */
    struct voice_together *together; /* it has not started, and begins with these; NULL: alone */
    /* The owner's functions, or NULL: then the voice itself answers the ticket. `prepare` is called before the start
     * cues, with the number of effects after them. */
    void (*prepare)(void *state, struct voice *voice, uint64_t effects);
    void (*started)(void *state, struct voice *voice);
    void (*failed)(void *state, struct voice *voice, const struct fault *fault);
    void *state;
};

struct voices {
    struct service *service;
    struct core_link *core;
    struct file_readers *readers;
    struct handover *handover;
    struct resampler *resampler;
    struct voice each[STREAMS];
    struct voice_together together[STREAMS];
    uint32_t fine_stretches;                         /* number of stretchers that have windows of full length */
    float *scratch;                                  /* one conversion's output */
    void (*ended)(void *state, struct voice *voice); /* called before the voice is free */
    void *state;
};

#endif
