/* take_peaks.h: the waveform of a take while it grows, in at most TAKE_PEAKS bins. When they are full, each becomes
 * twice as long. One thread adds frames, another one reads. */
#ifndef LOOPHOLE_STREAMER_TAKE_PEAKS_H
#define LOOPHOLE_STREAMER_TAKE_PEAKS_H

#include <pthread.h>
#include <stdint.h>

enum { TAKE_PEAKS = 512 };

struct take_peaks {
    pthread_mutex_t lock; /* protects the members below */
    uint64_t frames_a_bin;
    uint64_t from;                            /* first frame that was added; those before it are unknown */
    uint64_t frames;                          /* after the last one that was added */
    int8_t low[TAKE_PEAKS], high[TAKE_PEAKS]; /* bins without added frames are 0 */
};

/* Before both threads begin, and after both have ended. */
void take_peaks_open(struct take_peaks *peaks);
void take_peaks_close(struct take_peaks *peaks);

/* Adds `count` frames of two samples of -1..1, of which the first is frame `at` of the take. Both sides go into one
 * bin. Samples of more than full scale count as full scale. */
void take_peaks_add(struct take_peaks *peaks, uint64_t at, const float *stereo, uint32_t count);

/* Copies the bins. Returns their number: 0 before the first frame. */
uint32_t take_peaks_read(struct take_peaks *peaks, struct take_peaks *to);

#endif
