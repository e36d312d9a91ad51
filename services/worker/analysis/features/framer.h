/* framer.h: cuts a stream into overlapping frames at a fixed frame rate, whatever the sample rate. Frame i is centred
 * at i ÷ frame rate; silence precedes the sound. One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_FRAMER_H
#define LOOPHOLE_WORKER_ANALYSIS_FRAMER_H

#include <stddef.h>

struct framer {
    size_t size;   /* samples per frame */
    double hop;    /* samples from frame to frame, may be fractional */
    float *line;   /* framer_room floats */
    size_t filled; /* floats of `line` that wait */
    double skip;   /* position of the next frame in `line` */
};

/* Receives each whole frame. */
typedef void framer_each(void *context, const float *frame);

/* `line` has framer_room floats and stays the caller's. `largest_chunk` bounds the `count` of framer_feed. */
size_t framer_room(size_t size, double hop, size_t largest_chunk);
void framer_start(struct framer *framer, size_t size, double hop, float *line);
void framer_feed(struct framer *framer, const float *samples, size_t count, framer_each *each, void *context);

/* Fills the frames centred inside the sound but reaching over its end with silence. */
void framer_finish(struct framer *framer, framer_each *each, void *context);

#endif
