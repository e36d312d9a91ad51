/* heard.h: the result of hear.h for one sound: facts, an embedding and artefacts. */
#ifndef LOOPHOLE_WORKER_HEAR_HEARD_H
#define LOOPHOLE_WORKER_HEAR_HEARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum {
    HEAR_VERSION = 8, /* of the analyser; every change of a result raises it */
    HEARD_FACTS_MAX = 48,
    HEARD_ARTEFACTS_MAX = 8,
    HEARD_SPECTRUM = 16,
    HEARD_TIMBRE = 16,
    HEARD_PITCH = 12,
    HEARD_AMPLITUDE = 12,
    HEARD_RHYTHM = 8
};

/* One statement about the sound. Attributes (unit, range):
 *   number  bpm, bpm_second (20..400)  lufs (dB, EBU R128 integrated)  peak_dbfs (dB)  pitch_hz (Hz)  centroid_hz (Hz)
 *           onsets (count)  one_shot, loopable, silent (0 or 1)  tag:WORD (1; the words of tag.h)
 *   word    key (C#min, Cmaj; sharps)  note (A4; with pitch_hz)  class (one of the 24 of model/classes.tsv)
 *           family (drums bass pad vocal melodic fx texture)
 * An attribute that was not found is left out: a one-shot has no bpm, silence has no class. Numbers are finite. */
struct heard_fact {
    const char *attribute; /* static */
    bool is_number;
    double number;
    char text[32];     /* zero-terminated; "" when is_number */
    double confidence; /* 0..1 */
};

/* 64 numbers in five blocks. The distance of two sounds is the Euclidean distance over the weighted blocks. An empty
 * sound gives zeros. */
struct heard_embedding {
    float spectrum[HEARD_SPECTRUM];
    float timbre[HEARD_TIMBRE];
    float pitch[HEARD_PITCH];
    float amplitude[HEARD_AMPLITUDE];
    float rhythm[HEARD_RHYTHM];
};

/* An encoded record of schemas/artefact.schema. */
struct heard_artefact {
    const char *type; /* static: waveform loudness onsets beats spectrum print gist */
    uint32_t version;
    const uint8_t *data;
    size_t len; /* at most 4 MiB */
};

/* All pointers stay valid until the next hear_begin or hear_free. */
struct heard_sound {
    size_t fact_count;
    struct heard_fact fact[HEARD_FACTS_MAX];
    struct heard_embedding embedding;
    size_t artefact_count;
    struct heard_artefact artefact[HEARD_ARTEFACTS_MAX];
};

#endif
