/* resample.h: converts stereo from one sample rate to another. polyphase.h converts small ratios, libsamplerate all
 * others; only resample.c uses libsamplerate. Frame 0 of the output is frame 0 of the input. The ratio never drifts:
 * frame n lies at n·from/to. One thread at a time for each struct resampler. */
#ifndef LOOPHOLE_COMMON_SOUND_RESAMPLE_H
#define LOOPHOLE_COMMON_SOUND_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* An output frame depends on at most this number of input frames on either side. A converter that begins within a sound
 * must read them first; its output then equals that of a converter that read the whole sound. */
enum { RESAMPLE_REACH = 2048 };

struct resampler; /* the coefficients that conversions share */
struct resample;

/* Never NULL. resample_close frees it. */
struct resampler *resample_open(void);
void resample_close(struct resampler *resampler); /* after all conversions that use it; NULL is allowed */

/* Begins a conversion between two rates (Hz), which resample_free frees. Errors: bad_request (the rates differ by a
 * factor of more than 32). */
enum err resample_new(struct resampler *resampler, uint32_t from, uint32_t to, struct resample **resample,
                      struct fault *fault);
void resample_free(struct resample *resample); /* NULL is allowed */

/* The most output frames that `frames` more input frames can give, with the remaining frames at the end. */
uint32_t resample_room(const struct resample *resample, uint32_t frames);

/* Consumes all `frames` and returns the number of frames that it wrote. With `last` it also writes the remaining ones.
 * `to` has room for resample_room frames. */
uint32_t resample_run(struct resample *resample, const float *stereo, uint32_t frames, bool last, float *to);

/* The period, in output frames, after which an input frame and an output frame coincide again: to / gcd(from, to). */
uint32_t resample_period(uint32_t from, uint32_t to);

#endif
