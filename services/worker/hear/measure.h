/* measure.h: what a sound is like, as few numbers with names and units: what tags, textures and seams are judged by
 * (docs/ear.md). Of at most the first three minutes; times and levels of the attack of the first twelve seconds. */
#ifndef LOOPHOLE_WORKER_HEAR_MEASURE_H
#define LOOPHOLE_WORKER_HEAR_MEASURE_H

struct hear;

enum measure {
    MEASURE_SECONDS,  /* s: its length */
    MEASURE_CENTROID, /* octaves above 1 kHz: centre of its energy */
    MEASURE_LOW,      /* dB below the whole, 0..-60: energy under 120 Hz */
    MEASURE_BODY,     /* dB: 120 to 600 Hz */
    MEASURE_PRESENCE, /* dB: 2 to 6 kHz */
    MEASURE_AIR,      /* dB: above 8 kHz */
    MEASURE_FLATNESS, /* 0..1: geometric over arithmetic mean of the spectrum; noise is high */
    MEASURE_TONAL,    /* 0..1: share of the energy in partials */
    MEASURE_ATTACK,   /* s: from 10 to 90 % of the loudest moment */
    MEASURE_FALL,     /* s: from the loudest moment to the last within 20 dB of it */
    MEASURE_CREST,    /* dB: peak over RMS of what can be heard */
    MEASURE_SPREAD,   /* dB: standard deviation of the level over its middle four fifths */
    MEASURE_RISE,     /* dB: level of its last third over that of its first */
    MEASURE_LIFT,     /* octaves: centroid of its last third over that of its first */
    MEASURE_LATE,     /* 0..1: where in its length the centre of its energy lies */
    MEASURE_CHANGE,   /* dB: how far its bands stray from their means, level apart */
    MEASURE_ONSETS,   /* a second: onsets stronger than two fifths of the strongest */
    MEASURE_SEAM,     /* dB: mean difference of the bands at its end and at its beginning, level included */
    MEASURE_COUNT
};

/* All finite. The parts of `hear` are finished, and there is something in the sound. */
void measure_sound(const struct hear *hear, float measure[MEASURE_COUNT]);

extern const char *const measure_names[MEASURE_COUNT];

#endif
