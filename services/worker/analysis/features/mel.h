/* mel.h: the fast spectrum: 40 mel bands of every frame, and the centre of its energy. One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_MEL_H
#define LOOPHOLE_WORKER_ANALYSIS_MEL_H

#include <stdbool.h>
#include <stdint.h>

#include "services/worker/analysis/features/fft.h"
#include "services/worker/analysis/features/framer.h"

enum { MEL_BANDS = 40, MEL_FRAMES_MAX = 15552 /* three minutes */, MEL_BINS_MAX = 513, MEL_COLUMNS = 128 };

#define MEL_LOWEST_HZ  30.0
#define MEL_HIGHEST_HZ 16000.0
#define MEL_RATE       86.1328125 /* frames per second, at every sample rate */

/* One frame. Powers are natural logarithms; a full-scale sine gives about 0 in its band. */
struct mel_frame {
    float band[MEL_BANDS];
    float power;    /* of the whole frame */
    float centroid; /* Hz, 0 in silence */
    float flatness; /* 0..1: geometric over arithmetic mean of the bands */
};

/* The whole sound in at most MEL_COLUMNS columns. Of a long sound only some frames of each column are measured. */
struct mel_columns {
    size_t seen;     /* frames of the sound so far */
    size_t together; /* frames of a column */
    double power[MEL_COLUMNS][MEL_BANDS];
    uint32_t measured[MEL_COLUMNS]; /* frames that are in `power` */
};

struct mel {
    double rate;
    struct fft *fft;
    struct framer framer;
    float *line;
    size_t first[MEL_BANDS], width[MEL_BANDS]; /* bins of each band; width 0 above half the rate */
    float weight[MEL_BANDS][MEL_BINS_MAX / 2];
    float power[MEL_BINS_MAX];
    struct mel_frame *frame; /* MEL_FRAMES_MAX */
    size_t count;
    double total[MEL_BANDS]; /* power of each band, summed over all frames */
    struct mel_columns columns;
};

/* mel_init allocates; mel_start begins a sound; mel_finish fills its last frames with silence. Frames after
 * MEL_FRAMES_MAX are only in `columns`. */
void mel_init(struct mel *mel);
void mel_free(struct mel *mel);
void mel_start(struct mel *mel, double rate); /* up to 50 kHz */
void mel_feed(struct mel *mel, const float *mono, size_t count);
void mel_finish(struct mel *mel);

#endif
