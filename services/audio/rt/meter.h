/* meter.h: peak and RMS of a stereo bus. RT.
 *
 * Peak: the highest |sample| since meter_again; hold and fall-back are the reader's.
 * RMS: the root of the mean square, whose mean forgets exponentially with a time constant of 300 ms. A sine of
 * amplitude a shows a / sqrt(2); after it begins, mean(t) = (1 - e^(-t / 0.3 s)) of its end. */
#ifndef LOOPHOLE_AUDIO_RT_METER_H
#define LOOPHOLE_AUDIO_RT_METER_H

#include "services/audio/rt/number.h"

struct meter {
    double mean[2]; /* of squares: left, right */
    float peak[2];
    uint32_t over; /* samples beyond 1 since meter_again */
    uint32_t spare;
};

void meter_run(struct meter *meter, uint32_t rate, const float *left, const float *right, uint32_t frames);
float meter_rms(const struct meter *meter, uint32_t channel); /* linear; channel 0 or 1 */
void meter_again(struct meter *meter);                        /* a new peak; the RMS goes on */

#endif
