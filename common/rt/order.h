/* order.h: timed commands to the audio core (rings `orders.N`, one producer each) and its reports (rings
 * `notes.N`, one consumer each). Both are 64-byte cells. The audio core range-checks every member: an order that
 * cannot be done is answered by a note ORDER refused and changes nothing. */
#ifndef LOOPHOLE_COMMON_RT_ORDER_H
#define LOOPHOLE_COMMON_RT_ORDER_H

#include <stdint.h>

/* The writer of each ring of orders, and the reader of the ring of notes with the same number. */
enum order_producer { ORDERS_CONTROL, ORDERS_STREAMER, ORDERS_RINGS };
enum { ORDERS_CELLS = 1024, NOTES_CELLS = 4096 };

#define ORDER_NOW INT64_MIN /* as soon as it is read: at the beginning of the period */

enum order_verb {
    ORDER_NOTHING,
    ORDER_STREAM_START,    /* voice, generation, value gain, pan, group, seconds fade: plays what its ring holds */
    ORDER_STREAM_STOP,     /* voice, generation, seconds fade */
    ORDER_STREAM_GAIN,     /* voice, generation, value gain, pan, seconds ramp */
    ORDER_SOUND_START,     /* sound (slot and generation of `sounds`), voice or ORDER_ANY_VOICE, value gain, pan, ratio,
                           group, from/until/loop_from in frames of the sound, flags */
    ORDER_SOUND_STOP,      /* tag: all voices with that tag; seconds fade */
    ORDER_SOUND_GAIN,      /* tag, value, pan, ratio, seconds ramp */
    ORDER_SOUND_RELEASE,   /* sound: no voice may start it any more; a note SOUND_FREE comes when none plays it */
    ORDER_PANIC,           /* silence within this period; the transport stops */
    ORDER_TRANSPORT_START, /* value: count-in in bars */
    ORDER_TRANSPORT_STOP,
    ORDER_TRANSPORT_LOCATE, /* from: the step to go to */
    ORDER_CAPTURE_START,    /* voice: which capture; generation */
    ORDER_CAPTURE_STOP,
    ORDER_PAD_HIT,      /* voice: pad 0..63, value: velocity 0..1 */
    ORDER_PAD_RELEASE,  /* voice: pad */
    ORDER_METERS_RESET, /* counts of clips, of what was lost, and the worst load begin at 0 */
    ORDER_VERBS
};

enum { ORDER_ANY_VOICE = UINT32_MAX };
enum order_flag { ORDER_LOOP = 1, ORDER_REVERSE = 2, ORDER_GATED = 4, ORDER_PREVIEW = 8 };

struct order {
    int64_t frame; /* of the audio clock; ORDER_NOW; one that is past is done at once */
    uint32_t verb;
    uint32_t voice;
    uint32_t generation;
    uint32_t sound; /* slot of `sounds` */
    uint32_t tag;   /* the producer's own; repeated in notes */
    uint16_t group; /* enum score_group */
    uint16_t flags; /* enum order_flag */
    float value;
    float pan;   /* -1 left … 1 right */
    float ratio; /* of pitch: 0.125 … 8 */
    float seconds;
    uint32_t from, until, loop_from; /* frames of the sound; until 0: its end */
    uint32_t choke;                  /* 0: none; else voices of this number stop when this one starts */
};
_Static_assert(sizeof(struct order) == 64, "an order is one cache line");

enum note_kind {
    NOTE_NOTHING,
    NOTE_ORDER_DONE, /* producer, tag, verb in value; frame at which */
    NOTE_ORDER_REFUSED,
    NOTE_STREAM_STARTED, /* voice, generation: its first frame sounded */
    NOTE_STREAM_ENDED,   /* voice, generation: its ring is at its marked end, or it was stopped */
    NOTE_STREAM_DRY,     /* voice, generation: an underrun; it faded out */
    NOTE_STREAM_WET,     /* … and in again */
    NOTE_SOUND_ENDED,    /* voice, tag */
    NOTE_SOUND_FREE,     /* sound, generation: the audio core has let go of it */
    NOTE_BAR,            /* index: bar, from 0, that begins at frame */
    NOTE_NEXT_IS_NOW,    /* index: bar at which the score's `next` began to sound; tag: serial of its pattern */
    NOTE_MIDI,           /* midi: up to 3 bytes */
    NOTE_CAPTURE_STARTED,
    NOTE_CAPTURE_STOPPED,
    NOTE_CAPTURE_LOST, /* index: frames that found no room */
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
