/* handover.h: what a streamer leaves to its successor, in the shared memory `streamer`: which file each voice plays and
 * where in it the cells of its ring lie. How far the cells go, the ring's own index says. One writer, the streamer;
 * it may die at any instruction: `phase`, `word` and the header's generation are stored last and alone decide. */
#ifndef LOOPHOLE_STREAMER_HANDOVER_H
#define LOOPHOLE_STREAMER_HANDOVER_H

#include <limits.h>

#include "common/shared/studio.h"

enum { HANDOVER_VERSION = 4 };

/* A stretch of a ring that comes from one file. Two of one generation follow each other without a gap. */
struct handover_piece {
    uint64_t at;    /* its first cell … */
    int64_t from;   /* … and the frame of the file that is there */
    int64_t frames; /* of the file; -1: not known yet */
    uint32_t generation, file_rate, rate, channels;
    uint8_t media[16];
    uint8_t queued[16]; /* the request id of the ask that let this file follow; zero: none */
    uint8_t seeker[16]; /* of the ask that sought this place; zero: none */
    char path[PATH_MAX];
};

enum handover_phase {
    HANDOVER_NOTHING,
    HANDOVER_STARTING, /* the order to start it was sent when `started` orders were */
    HANDOVER_PLAYING,
    HANDOVER_STOPPING, /* an order to stop it was sent */
};

enum handover_word { HANDOVER_PRESENT = 1, HANDOVER_FOLLOWS = 2, HANDOVER_SOUGHT = 4, HANDOVER_WHICH = 8 };

struct handover_voice {
    _Atomic uint32_t phase; /* enum handover_phase */
    _Atomic uint32_t word;  /* bit 0: the present piece; 1: the other one is to follow; 2: bit 3's of `sought` is */
    uint32_t group;         /* enum score_group */
    uint32_t looping;
    uint32_t is_stretched; /* cannot be taken up again */
    float gain, pan;
    _Atomic uint32_t seeks; /* a seek is accepted, and no piece is made of it yet */
    uint32_t unused;
    int64_t seek_from;   /* its frame of the file … */
    uint8_t seeker[16];  /* … and its request id */
    uint64_t started;    /* how many orders of the streamer there are with the one that starts it; 0: none yet */
    uint8_t request[16]; /* of the ask that started it: asked again, it is not started twice */
    struct handover_piece pieces[2];
    struct handover_piece sought[2]; /* what a seek writes after what sounds, until the header names it */
};

struct handover {
    uint32_t version;
    uint32_t unused[15];
    struct handover_voice voices[STREAMS];
};
_Static_assert(sizeof(struct handover) <= STUDIO_STREAMER_BYTES, "it fits");

#endif
