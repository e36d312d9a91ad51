/* stretch.h: changes the tempo of stereo without its pitch, or its pitch without its tempo. Only stretch.c uses Rubber
 * Band. Output comes later than its input, in portions of other sizes. One thread for each struct stretch. */
#ifndef LOOPHOLE_STREAMER_STRETCH_H
#define LOOPHOLE_STREAMER_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

enum { STRETCH_FRAMES_MAX = 4096 };

struct stretch;

/* `tempo`: speed factor, 0.25 … 4; semitones -24 … 24. Errors: bad_request. */
enum err stretch_new(uint32_t rate, double tempo, double semitones, struct stretch **stretch, struct fault *fault);
void stretch_free(struct stretch *stretch); /* NULL is allowed */

/* At most STRETCH_FRAMES_MAX frames; `last`: the final ones. */
void stretch_feed(struct stretch *stretch, const float *stereo, uint32_t frames, bool last);

uint32_t stretch_ready(const struct stretch *stretch);                    /* frames that may be taken */
uint32_t stretch_take(struct stretch *stretch, float *to, uint32_t most); /* returns the number of frames written */

#endif
