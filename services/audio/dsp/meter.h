/* meter.h: peak and RMS of a stereo bus. RT.
 *
 * Peak: the highest |sample| since meter_again; peaks.h keeps them for readers.
 * Clips: samples at or over full scale, until its owner sets it to 0.
 * RMS: the root of the mean square, whose mean forgets exponentially with a time constant of 300 ms. A sine of
 * amplitude a shows a / sqrt(2); after it begins, mean(t) = (1 - e^(-t / 0.3 s)) of its end. */
#ifndef LOOPHOLE_AUDIO_RT_METER_H
#define LOOPHOLE_AUDIO_RT_METER_H

#include "services/audio/dsp/number.h"

struct rt_meter {
    double mean[2]; /* of squares: left, right */
    float peak[2];
    uint64_t clips;
};

void meter_run(struct rt_meter *meter, uint32_t rate, const float *left, const float *right, uint32_t frames);
void meter_clips(struct rt_meter *meter, const float *left, const float *right, uint32_t frames); /* these alone */
float meter_rms(const struct rt_meter *meter, uint32_t channel); /* linear; channel 0 or 1 */
void meter_again(struct rt_meter *meter);                        /* a new peak; the RMS and clips go on */

#endif
