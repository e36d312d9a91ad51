/* order.h: timed commands to the audio core (rings `orders.N`, one producer each) and its reports (rings `notes.N`, one
 * consumer each). Both are 64-byte cells. The audio core checks the range of every member. It answers an impossible
 * order with the note ORDER_REFUSED, and changes nothing. */
#ifndef LOOPHOLE_COMMON_RT_ORDER_H
#define LOOPHOLE_COMMON_RT_ORDER_H

#include <stdint.h>

/* The writer of each ring of orders; the same process reads the ring of notes with the same number. */
enum order_producer { ORDERS_CONTROL, ORDERS_STREAMER, ORDERS_RINGS };
enum { ORDERS_CELLS = 1024, NOTES_CELLS = 4096 };

#define ORDER_NOW INT64_MIN /* at the beginning of the period that reads it */

enum order_verb {
    ORDER_NOTHING,
    ORDER_STREAM_START, /* voice, generation, value gain, pan, group, seconds fade: plays the content of its ring */
    ORDER_STREAM_STOP,  /* voice, generation, seconds fade */
    ORDER_STREAM_GAIN,  /* voice, generation, value gain, pan, seconds ramp */
    /* sound (slot and generation of `sounds`), voice or ORDER_ANY_VOICE, value gain, pan, ratio, group,
     * from/until/loop_from in frames of the sound, flags */
    ORDER_SOUND_START,
    ORDER_SOUND_STOP,      /* tag: all voices with this tag; seconds fade, or flag ORDER_RELEASE */
    ORDER_SOUND_GAIN,      /* tag, value, pan, ratio, seconds ramp; flags ORDER_KEEP… */
    ORDER_SOUND_RELEASE,   /* sound: no voice may start it again; the note SOUND_FREE reports that no voice plays it */
    ORDER_PANIC,           /* silence within this period; the transport stops */
    ORDER_TRANSPORT_START, /* value: count-in in bars */
    ORDER_TRANSPORT_STOP,
    ORDER_TRANSPORT_LOCATE, /* from: the step to go to */
    /* voice: which capture; generation; group: its source (capture.h). With the flag ORDER_KEPT the capture begins at a
     * past cell of the capture that runs, and keeps its source: `from` and `until` are the low and high half of the
     * cell's index. */
    ORDER_CAPTURE_START,
    ORDER_CAPTURE_STOP,
    ORDER_PAD_HIT,      /* voice: pad 0..63, value: velocity 0..1 */
    ORDER_PAD_RELEASE,  /* voice: pad */
    ORDER_METERS_RESET, /* sets the counts of clips and of lost frames, and the worst load, to 0 */
    ORDER_SOUND_SHAPE,  /* tag, shape, loop_until: of voices that start at the same frame */
    ORDER_CONTROL_SEND, /* from: up to 3 bytes of MIDI, the first one lowest; voice: how many. For control_out */
    ORDER_VERBS
};

enum { ORDER_ANY_VOICE = UINT32_MAX };
enum order_flag {
    ORDER_LOOP = 1,
    ORDER_REVERSE = 2,
    ORDER_GATED = 4,
    ORDER_PREVIEW = 8,
    ORDER_RELEASE = 16, /* each voice fades over its own release */
    ORDER_KEEP_GAIN = 32,
    ORDER_KEEP_PAN = 64,
    ORDER_KEEP_RATIO = 128,
    ORDER_KEPT = 256,
};

/* Envelope, filter and sends of a sound. */
struct order_shape {
    float attack, decay, release; /* s */
    float sustain;                /* 0…1: the level after the decay; counts only with a decay */
    float cutoff, resonance;      /* Hz of the low-pass, 0: none; 0.5…20 */
    float reverb, delay;          /* sends, 0…1 */
};

struct order {
    int64_t frame; /* of the audio clock, or ORDER_NOW; a past frame means now */
    uint32_t verb;
    uint32_t voice;
    uint32_t generation;
    union {
        uint32_t sound;      /* slot of `sounds` */
        uint32_t loop_until; /* frame of the sound; 0: its end */
    };
    uint32_t tag;   /* chosen by the producer; repeated in notes. Of transport orders: 1 for a timed one */
    uint16_t group; /* enum score_group */
    uint16_t flags; /* enum order_flag */
    union {
        struct {
            float value;
            float pan;   /* -1 left … 1 right */
            float ratio; /* of pitch: 0.125 … 8 */
            float seconds;
            uint32_t from, until, loop_from; /* frames of the sound; until 0: its end */
            uint32_t choke;                  /* 0: none; else voices with this number stop when this one starts */
        };
        struct order_shape shape;
    };
};
_Static_assert(sizeof(struct order) == 64, "an order is one cache line");

enum note_kind {
    NOTE_NOTHING,
    NOTE_ORDER_DONE, /* producer, tag, verb in value; frame of the execution */
    NOTE_ORDER_REFUSED,
    NOTE_STREAM_STARTED, /* voice, generation: its first frame sounded */
    NOTE_STREAM_ENDED,   /* voice, generation: its ring is at its marked end, or an order stopped it */
    NOTE_STREAM_DRY,     /* voice, generation: an underrun; it faded out */
    NOTE_STREAM_WET,     /* voice, generation: it faded in again */
    NOTE_SOUND_ENDED,    /* voice, tag */
    NOTE_SOUND_FREE,     /* sound, generation: the audio core no longer uses it */
    NOTE_BAR,            /* index: number of the bar, from 0, that begins at frame */
    NOTE_NEXT_IS_NOW,    /* index: bar at which the score's `next` began; tag: serial of its pattern */
    NOTE_MIDI,           /* midi: up to 3 bytes */
    NOTE_CAPTURE_STARTED,
    NOTE_CAPTURE_STOPPED,
    NOTE_CAPTURE_LOST,  /* index: frames that did not fit in the ring */
    NOTE_CONTROL_WIRED, /* control_out has a new connection */
    NOTE_KINDS
};

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
    uint8_t unused[16];
};
_Static_assert(sizeof(struct note) == 64, "a note is one cache line");

#endif
