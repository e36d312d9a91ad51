/* meter.h: peak and RMS of a stereo signal. RT.
 *
 * Peak is the highest |sample| since meter_again; peaks.h keeps peaks for readers. Clips are the samples at or over
 * full scale since the owner set the count to 0. RMS is the root of an exponential mean of squares with a time constant
 * of 300 ms. A sine of amplitude a gives a / sqrt(2); after its start, mean(t) = (1 - e^(-t / 0.3 s)) of the final
 * value. */
#ifndef LOOPHOLE_AUDIO_RT_METER_H
#define LOOPHOLE_AUDIO_RT_METER_H

#include "services/audio/dsp/number.h"

struct rt_meter {
    double mean[2]; /* of squares: left, right */
    float peak[2];
    uint64_t clips;
};

/* Measures the next frames. */
void meter_run(struct rt_meter *meter, uint32_t rate, const float *left, const float *right, uint32_t frames);
void meter_clips(struct rt_meter *meter, const float *left, const float *right, uint32_t frames); /* clips only */
float meter_rms(const struct rt_meter *meter, uint32_t channel); /* linear; channel 0 or 1 */
void meter_again(struct rt_meter *meter);                        /* resets the peak; RMS and clips continue */

#endif
