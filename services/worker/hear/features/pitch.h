/* pitch.h: fundamental frequency from moment to moment. The one door to aubio (yinfast: YIN by Fourier
 * transform; it is surer than yinfft below 100 Hz and for pure tones). One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_PITCH_H
#define LOOPHOLE_WORKER_HEAR_PITCH_H

#include <stddef.h>

enum { PITCH_MOMENTS = 12, PITCH_HEAD_MAX = 25000 /* two seconds at TONAL_RATE_MAX */ };

struct pitch;

struct pitch_track {
    float note[PITCH_MOMENTS];       /* MIDI note number with a fraction; 0: none heard */
    float confidence[PITCH_MOMENTS]; /* 0..1 */
    float middle, agreement;         /* the note that most moments agree on, 0 none; how many do, 0..1 */
};

struct pitch *pitch_new(void);
void pitch_free(struct pitch *pitch);

/* Listens to mono samples of `rate` Hz, 1000..12500, from `onset` on. Returns 0, with an empty track, when the
 * sound is too short or the rate outside. */
int pitch_follow(struct pitch *pitch, const float *mono, size_t count, double rate, size_t onset,
                 struct pitch_track *track);

#endif
