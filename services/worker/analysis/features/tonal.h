/* tonal.h: the slow spectrum, at about 11 kHz: the strongest partials of every frame, for key, pitch and tuning. One
 * thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_TONAL_H
#define LOOPHOLE_WORKER_ANALYSIS_TONAL_H

#include "services/worker/analysis/features/fft.h"
#include "services/worker/analysis/features/framer.h"

enum { TONAL_PEAKS = 24, TONAL_FRAMES_MAX = 1938 /* three minutes */, TONAL_SIZE_MAX = 4096, TONAL_LOW_BANDS = 24 };

#define TONAL_RATE     10.7666015625 /* frames per second, at every sample rate */
#define TONAL_RATE_MAX 12500.0       /* samples per second */

/* The pitch and power of a partial. */
struct tonal_peak {
    float note;  /* MIDI note number, with a fraction: 69 is A4 = 440 Hz */
    float power; /* a full-scale sine gives about 1 */
};

struct tonal_frame {
    size_t count;
    struct tonal_peak peak[TONAL_PEAKS]; /* strongest first */
    float power;                         /* of the whole frame */
    float tonal;                         /* 0..1: the peaks' share of `power` */
    float low[TONAL_LOW_BANDS];          /* ln power in quarter-octave bands from 27.5 Hz up */
};

struct tonal {
    double rate;
    struct fft *fft;
    struct framer framer;
    float *line;
    float power[TONAL_SIZE_MAX / 2 + 1];
    struct tonal_frame *frame; /* TONAL_FRAMES_MAX */
    size_t count;
};

/* tonal_init allocates; tonal_start begins a sound; tonal_finish fills its last frames with silence. Frames after
 * TONAL_FRAMES_MAX are dropped. */
void tonal_init(struct tonal *tonal);
void tonal_free(struct tonal *tonal);
void tonal_start(struct tonal *tonal, double rate); /* up to TONAL_RATE_MAX */
void tonal_feed(struct tonal *tonal, const float *mono, size_t count);
void tonal_finish(struct tonal *tonal);

/* The note of the sound's strongest partial within `off` semitones of `note`; 0: none. */
float tonal_nearest(const struct tonal *tonal, float note, float off);

#endif
