/* framer.h: cuts a stream into overlapping frames at a fixed number a second, whatever the sample rate.
 * Frame i is centred at i ÷ frames a second; before the sound lies silence. One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_FRAMER_H
#define LOOPHOLE_WORKER_HEAR_FRAMER_H

#include <stddef.h>

struct framer {
    size_t size;   /* samples a frame */
    double hop;    /* samples from frame to frame, with a fraction */
    float *line;   /* framer_room floats */
    size_t filled; /* floats of them that wait */
    double skip;   /* where in line the next frame starts */
};

/* Called for each whole frame. */
typedef void framer_each(void *context, const float *frame);

/* `line` is the caller's, of framer_room floats. */
size_t framer_room(size_t size, double hop, size_t largest_chunk);
void framer_start(struct framer *framer, size_t size, double hop, float *line);
void framer_feed(struct framer *framer, const float *samples, size_t count, framer_each *each, void *context);

/* Frames that are centred inside the sound but reach past its end are filled up with silence. */
void framer_finish(struct framer *framer, framer_each *each, void *context);

#endif
