/* onset.h: finds onsets: spectral flux of the mel frames, and its peaks. The flux follows Böck and Widmer, "Maximum
 * filter vibrato suppression for onset detection" (DAFx 2013). */
#ifndef LOOPHOLE_WORKER_ANALYSIS_ONSET_H
#define LOOPHOLE_WORKER_ANALYSIS_ONSET_H

#include "services/worker/analysis/features/mel.h"

enum { ONSET_RANGES = 3, ONSETS_MAX = 4096 };

struct onset {
    size_t count;                             /* of frames */
    float flux[MEL_FRAMES_MAX];               /* per frame: mean rise of the bands, 0..1 */
    float part[ONSET_RANGES][MEL_FRAMES_MAX]; /* its shares from low, middle and high bands */
    size_t peaks;
    float time[ONSETS_MAX];     /* seconds */
    float strength[ONSETS_MAX]; /* the flux at the peak */
};

/* Fills `onset` from `count` frames, at most MEL_FRAMES_MAX. Peaks after ONSETS_MAX are dropped. Any thread. */
void onset_find(struct onset *onset, const struct mel_frame *frame, size_t count);

#endif
