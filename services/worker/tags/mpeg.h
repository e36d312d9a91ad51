/* mpeg.h: the frame headers of MPEG audio, layers I to III, versions 1, 2 and 2.5 (ISO 11172-3, 13818-3). One
 * thread. */
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
    unsigned side;    /* bytes between the frame header and a Xing header */
};

/* Returns the offset of the first frame, at most 64 KiB after `at`, that another one of its kind follows; -1: none. */
int64_t mpeg_find(struct input *input, int64_t at, struct mpeg_frame *frame);

/* The offset at which libsndfile must begin: it needs a frame, but tags, padding and partial frames can precede it. */
int64_t mpeg_begin(struct input *input);

/* False: not MPEG audio. The payload is the frames without tags and without the Xing, Info or VBRI frame. */
bool mpeg_payload(struct input *input, struct payload *payload);

#endif
