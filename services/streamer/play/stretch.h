/* stretch.h: changes the tempo of stereo without its pitch, or its pitch without its tempo. Only stretch.c uses Rubber
 * Band. Each stretch has a thread of its own, which does all the work: no function here waits for it. Output comes
 * later than its input, in portions of other sizes; it keeps to the tempo within 3 ms, for any time. The loop's
 * thread. */
#ifndef LOOPHOLE_STREAMER_STRETCH_H
#define LOOPHOLE_STREAMER_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

enum { STRETCH_FRAMES_MAX = 32768 }; /* of input or output that wait */

/* fine: windows of full length, for twice the time of the processor. drums: attacks keep their peaks, and are not heard
 * before they begin; sounds with a pitch become rough. */
enum stretch_grade { STRETCH_QUICK, STRETCH_FINE, STRETCH_DRUMS };

struct stretch;

/* `tempo`: speed factor, 0.25 … 4; semitones -24 … 24. Errors: bad_request, full (no thread). */
enum err stretch_new(uint32_t rate, double tempo, double semitones, enum stretch_grade grade, struct stretch **stretch,
                     struct fault *fault);
void stretch_free(struct stretch *stretch); /* its thread ends soon after; NULL is allowed */

uint32_t stretch_room(const struct stretch *stretch); /* input frames that may be fed */
/* At most stretch_room frames; `last`: the final ones. */
void stretch_feed(struct stretch *stretch, const float *stereo, uint32_t frames, bool last);

uint32_t stretch_take(struct stretch *stretch, float *to, uint32_t most); /* returns the number of frames written */
bool stretch_is_done(const struct stretch *stretch); /* the last frames were fed, and all output was taken */

uint32_t stretch_count(void); /* stretches whose threads work, in this process */

#endif
