/* cue.h: timed commands to the audio core (rings `cues.N`, one producer each) and its reports (rings `notes.N`, one
 * consumer each). Both are 64-byte cells. The audio core checks the range of every member. It answers an impossible
 * cue with the note CUE_REFUSED, and changes nothing. */
#ifndef LOOPHOLE_COMMON_RT_CUE_H
#define LOOPHOLE_COMMON_RT_CUE_H

#include <stdint.h>

/* The writer of each ring of cues; the same process reads the ring of notes with the same number. */
enum cue_producer { CUES_CONTROL, CUES_STREAMER, CUES_RINGS };
enum { CUES_CELLS = 1024, NOTES_CELLS = 4096 };

#define CUE_NOW INT64_MIN /* at the beginning of the period that reads it */

enum cue_verb {
    CUE_NOTHING,
    CUE_STREAM_START, /* voice, generation, value gain, pan, group, seconds fade: plays the content of its ring */
    CUE_STREAM_STOP,  /* voice, generation, seconds fade */
    CUE_STREAM_GAIN, /* voice, generation, value gain, pan, seconds ramp; also of one whose start waits for its frame */
    /* sound (slot and generation of `sounds`), voice or CUE_ANY_VOICE, value gain, pan, ratio, group,
     * from/until/loop_from in frames of the sound, flags */
    CUE_SOUND_START,
    CUE_SOUND_STOP,      /* tag: all voices with this tag; seconds fade, or flag CUE_RELEASE */
    CUE_SOUND_GAIN,      /* tag, value, pan, ratio, seconds ramp; flags CUE_KEEP… */
    CUE_SOUND_RELEASE,   /* sound: no voice may start it again; the note SOUND_FREE reports that no voice plays it */
    CUE_PANIC,           /* silence within this period; the transport stops */
    CUE_TRANSPORT_START, /* value: count-in in bars */
    CUE_TRANSPORT_STOP,
    CUE_TRANSPORT_LOCATE, /* from: the step to go to */
    /* voice: which capture; generation; group: its source (capture.h). With the flag CUE_KEPT the capture begins at a
     * past cell of the capture that runs, and keeps its source: `from` and `until` are the low and high half of the
     * cell's index. */
    CUE_CAPTURE_START,
    CUE_CAPTURE_STOP,
    /* voice: pad 0..127, value: velocity 0..1; of the streamer with tag: only if voice tag - 1 sounds, generation: 0,
     * or the key of a keyboard and 1, in whose pitch the pad sounds */
    CUE_PAD_HIT,
    CUE_PAD_RELEASE,  /* voice: pad; tag, generation: as above, but a key is released in any case */
    CUE_METERS_RESET, /* sets the counts of clips and of lost frames, and the worst load, to 0 */
    CUE_SOUND_SHAPE,  /* tag, shape, loop_until: of voices that start at the same frame */
    CUE_CONTROL_SEND, /* from: up to 3 bytes of MIDI, lowest first; voice: how many; generation: control_out, from 0 */
    CUE_STREAM_PAUSE, /* voice, value: 1 pauses it over a fade, 0 lets it go on with its next cell */
    CUE_VERBS
};

enum { CUE_ANY_VOICE = UINT32_MAX };
enum cue_flag {
    CUE_LOOP = 1,
    CUE_REVERSE = 2,
    CUE_GATED = 4,
    CUE_PREVIEW = 8,
    CUE_RELEASE = 16, /* each voice fades over its own release */
    CUE_KEEP_GAIN = 32,
    CUE_KEEP_PAN = 64,
    CUE_KEEP_RATIO = 128,
    CUE_KEPT = 256,
    CUE_ON_LINE = 512, /* of a hit that waited for a line of the grid, or its release; only the core itself sets it */
};

/* Envelope, filter and sends of a sound. */
struct cue_shape {
    float attack, decay, release; /* s */
    float sustain;                /* 0…1: the level after the decay; counts only with a decay */
    float cutoff, resonance;      /* Hz of the low-pass, 0: none; 0.5…20 */
    float reverb, delay;          /* sends, 0…1 */
};

struct cue {
    int64_t frame; /* of the audio clock, or CUE_NOW; a past frame means now */
    uint32_t verb;
    uint32_t voice;
    uint32_t generation;
    union {
        uint32_t sound;      /* slot of `sounds` */
        uint32_t loop_until; /* frame of the sound; 0: its end */
    };
    uint32_t tag;   /* chosen by the producer; repeated in notes. Of transport cues: 1 for a timed one */
    uint16_t group; /* enum score_group */
    uint16_t flags; /* enum cue_flag */
    union {
        struct {
            float value;
            float pan;   /* -1 left … 1 right */
            float ratio; /* of pitch: 0.125 … 8 */
            float seconds;
            uint32_t from, until, loop_from; /* frames of the sound; until 0: its end */
            uint32_t choke;                  /* 0: none; else voices with this number stop when this one starts */
        };
        struct cue_shape shape;
    };
};
_Static_assert(sizeof(struct cue) == 64, "a cue is one cache line");

enum note_kind {
    NOTE_NOTHING,
    NOTE_CUE_DONE, /* producer, tag, verb in value; frame of the execution */
    NOTE_CUE_REFUSED,
    NOTE_STREAM_STARTED, /* voice, generation: its first frame sounded */
    NOTE_STREAM_ENDED,   /* voice, generation: its ring is at its marked end (value 0), or a cue stopped it (1) */
    NOTE_STREAM_DRY,     /* voice, generation: an underrun; it faded out */
    NOTE_STREAM_WET,     /* voice, generation: it faded in again */
    NOTE_SOUND_ENDED,    /* voice, tag */
    NOTE_SOUND_FREE,     /* sound, generation: the audio core no longer uses it */
    NOTE_BAR,            /* index: number of the bar, from 0, that begins at frame; step, rolls */
    NOTE_NEXT_IS_NOW,    /* index: bar at which the score's `next` began; tag: serial of its pattern */
    NOTE_MIDI,           /* midi: up to 3 bytes */
    NOTE_CAPTURE_STARTED,
    NOTE_CAPTURE_STOPPED,
    NOTE_CAPTURE_LOST,  /* index: frames that did not fit in the ring */
    NOTE_PAD_HIT,       /* voice: the pad, value: velocity, index: place; by a person, not by a cue of the streamer */
    NOTE_PAD_RELEASED,  /* voice: the pad, index: place */
    NOTE_CONTROL_WIRED, /* control_out has a new connection */
    NOTE_STREAM_PAUSED, /* voice, generation, value as in the cue; index: of the first cell of its fade */
    NOTE_HIT, /* voice: the pad, or UINT32_MAX; index: else the row; sound, if there is one; value: velocity */
    NOTE_KINDS
};

/* The place of the transport in a note: whole numbers of NOTE_STEP to a step, or NOTE_NO_PLACE while it is stopped. */
#define NOTE_NO_PLACE INT64_MIN
enum { NOTE_STEP = 1 << 20 };

struct note {
    int64_t frame;
    int64_t index;
    uint32_t kind;
    uint32_t producer;
    uint32_t voice;
    uint32_t generation;
    uint32_t sound;
    uint32_t tag;
    float value;
    uint8_t midi[4]; /* length, then the bytes */
    uint8_t port;    /* of NOTE_MIDI: midi_in 0, midi_in_2 1, … */
    uint8_t key;     /* of pads: 0, or the key of a keyboard and 1 */
    uint8_t unused[2];
    float step;     /* of bars and pads: the length of a step, in frames */
    uint32_t rolls; /* … and the number of starts, stops and locates: between others the bars are not connected */
    uint32_t lost;  /* hits of pads, of all before this note, for which the ring had no room; it wraps around */
};
_Static_assert(sizeof(struct note) == 64, "a note is one cache line");

#endif
