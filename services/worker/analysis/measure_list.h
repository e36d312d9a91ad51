/* measure_list.h: the measurements of measure.h, with their units. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_MEASURE_LIST_H
#define LOOPHOLE_WORKER_ANALYSIS_MEASURE_LIST_H

enum measure {
    MEASURE_SECONDS,  /* s: length */
    MEASURE_CENTROID, /* octaves above 1 kHz: centre of the energy */
    MEASURE_LOW,      /* dB below the whole, -60..0: energy under 120 Hz */
    MEASURE_BODY,     /* dB like MEASURE_LOW: 120 to 600 Hz */
    MEASURE_PRESENCE, /* dB like MEASURE_LOW: 2 to 6 kHz */
    MEASURE_AIR,      /* dB like MEASURE_LOW: above 8 kHz */
    MEASURE_FLATNESS, /* 0..1: geometric over arithmetic mean of the spectrum; high for noise */
    MEASURE_TONAL,    /* 0..1: share of the energy in partials */
    MEASURE_ATTACK,   /* s: from 10 % to 90 % of the loudest value */
    MEASURE_FALL,     /* s: from the loudest value to the last one within 20 dB of it */
    MEASURE_CREST,    /* dB: peak over RMS of the audible part */
    MEASURE_SPREAD,   /* dB: standard deviation of the level over the middle four fifths */
    MEASURE_RISE,     /* dB: level of the last third over that of the first */
    MEASURE_LIFT,     /* octaves: centroid of the last third over that of the first */
    MEASURE_LATE,     /* 0..1: place of the centre of energy in the length */
    MEASURE_CHANGE,   /* dB: mean deviation of the bands from their means, level removed */
    MEASURE_ONSETS,   /* per second: onsets stronger than two fifths of the strongest */
    MEASURE_SEAM,     /* dB: mean difference between the bands at the end and at the beginning, level included */
    MEASURE_COUNT
};

#endif
