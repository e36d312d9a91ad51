/* pitch.h: fundamental frequency over time. Only pitch.c uses aubio (yinfast: YIN by Fourier transform, more reliable
 * than yinfft below 100 Hz and for pure tones). One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_PITCH_H
#define LOOPHOLE_WORKER_ANALYSIS_PITCH_H

#include <stddef.h>

enum { PITCH_MOMENTS = 12, PITCH_HEAD_MAX = 25000 /* two seconds at TONAL_RATE_MAX */ };

struct pitch;

struct pitch_track {
    float note[PITCH_MOMENTS];       /* MIDI note number with a fraction; 0: none */
    float confidence[PITCH_MOMENTS]; /* 0..1 */
    float middle, agreement;         /* the note that most moments agree on, 0: none; their share, 0..1 */
};

/* The caller frees it; NULL is allowed. */
struct pitch *pitch_new(void);
void pitch_free(struct pitch *pitch);

/* Follows the pitch of mono samples at `rate` Hz, 1000..12500, from `onset` on. Returns 0, with an empty track, if the
 * sound is too short or the rate out of range. */
int pitch_follow(struct pitch *pitch, const float *mono, size_t count, double rate, size_t onset,
                 struct pitch_track *track);

#endif
