/* loudness.h: loudness by EBU R128 (ITU-R BS.1770-4): K-weighting, 400 ms blocks every 100 ms, two gates. Memory is
 * bounded: blocks are collected in steps of 0.1 dB, which rounds the gates but not the energies. One thread at a
 * time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_LOUDNESS_H
#define LOOPHOLE_WORKER_ANALYSIS_LOUDNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOUDNESS_CHANNELS = 64, LOUDNESS_BINS = 1000 };

struct loudness_filter {
    double b[2][3], a[2][2]; /* shelf, then high-pass */
};

struct loudness {
    struct loudness_filter filter;
    double state[LOUDNESS_CHANNELS][4];
    size_t channels, tenth; /* frames in 100 ms */
    size_t done;            /* frames of the current 100 ms */
    double sum;             /* their weighted energy */
    double last[4];         /* mean energy of the last four 100 ms */
    uint64_t tenths;
    double total; /* energy × frames of the whole sound */
    uint64_t frames;
    uint32_t bin[LOUDNESS_BINS];  /* number of 400 ms blocks per level, from -70 LUFS up */
    double energy[LOUDNESS_BINS]; /* the sum of their mean squares */
    int8_t *curve;                /* the caller's: short-term loudness every 100 ms in LUFS; -128: none */
    size_t curve_room;
};

/* Starts a sound. Channels after the 64th are ignored. `curve` may be NULL with room 0; values beyond its room are
 * dropped. */
void loudness_start(struct loudness *loudness, double rate, size_t channels, int8_t *curve, size_t curve_room);

/* `stride` is the number of floats from frame to frame. Any number of frames. */
void loudness_feed(struct loudness *loudness, const float *interleaved, size_t frames, size_t stride);

/* Integrated loudness in LUFS. A sound shorter than 400 ms is measured without gates. False: below -70 LUFS. */
bool loudness_integrated(const struct loudness *loudness, double *lufs);
size_t loudness_curve_count(const struct loudness *loudness);

#endif
