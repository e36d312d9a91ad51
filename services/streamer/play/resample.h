/* resample.h: stereo from one sample rate to another, by polyphase.h where the ratio is one of small numbers, else by
 * libsamplerate, whose only door resample.c is. Frame 0 of the output is frame 0 of the input, and the
 * ratio never drifts: frame n for n·from/to. One thread for all with one struct resampler. */
#ifndef LOOPHOLE_STREAMER_RESAMPLE_H
#define LOOPHOLE_STREAMER_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* Input frames on either side that a frame of output is made of, at most: what a converter that begins in the middle
 * of a sound has to be fed before it gives what one from the beginning gives. */
enum { RESAMPLE_REACH = 2048 };

struct resampler; /* what conversions of one ratio share */
struct resample;

struct resampler *resample_open(void);
void resample_close(struct resampler *resampler); /* after all that used it; NULL is allowed */

/* Rates at most 32 times apart. Errors: bad_request. */
enum err resample_new(struct resampler *resampler, uint32_t from, uint32_t to, struct resample **resample,
                      struct fault *fault);
void resample_free(struct resample *resample); /* NULL is allowed */

/* The most that comes out for `frames` more, the rest at the end included. */
uint32_t resample_room(const struct resample *resample, uint32_t frames);

/* Takes all `frames`, gives how many came out; `last`: the rest too. `to` has resample_room. */
uint32_t resample_run(struct resample *resample, const float *stereo, uint32_t frames, bool last, float *to);

/* The number of output frames at which input and output fall on one frame again: to / gcd(from, to). */
uint32_t resample_period(uint32_t from, uint32_t to);

#endif
