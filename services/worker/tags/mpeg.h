/* mpeg.h: MPEG audio, layers I to III, versions 1, 2 and 2.5 (ISO 11172-3, 13818-3): the heads of frames.
 * One thread. */
#ifndef LOOPHOLE_WORKER_MPEG_H
#define LOOPHOLE_WORKER_MPEG_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/payload.h"

enum { MPEG_HEAD_SIZE = 4 };

struct mpeg_frame {
    unsigned layer; /* 1..3 */
    unsigned rate;  /* Hz */
    unsigned channels;
    unsigned bytes;   /* of the whole frame */
    unsigned samples; /* for each channel */
    unsigned side;    /* bytes between the head and what a Xing head would be */
};

/* The first frame that another of its kind follows, at or at most 64 KiB after `at`; its place, or -1. */
int64_t mpeg_find(struct input *input, int64_t at, struct mpeg_frame *frame);

/* Where libsndfile is to begin: it wants a frame, and files have tags, padding and rests of others before it. */
int64_t mpeg_begin(struct input *input);

/* False: no MPEG audio. The payload are the frames without tags and without the Xing, Info or VBRI frame. */
bool mpeg_payload(struct input *input, struct payload *payload);

#endif
