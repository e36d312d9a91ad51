/* findings.h: the result of sound_analysis.h for one sound: facts, an embedding and artefacts. */
#ifndef LOOPHOLE_WORKER_FINDINGS_H
#define LOOPHOLE_WORKER_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum {
    ANALYSER_VERSION = 9, /* of the analyser; every change of a result raises it */
    FINDINGS_FACTS_MAX = 48,
    FINDINGS_ARTEFACTS_MAX = 8,
    FINDINGS_SPECTRUM = 16,
    FINDINGS_TIMBRE = 16,
    FINDINGS_PITCH = 12,
    FINDINGS_AMPLITUDE = 12,
    FINDINGS_RHYTHM = 8
};

/* One statement about the sound. Attributes (unit, range):
 *   number  bpm, bpm_second (20..400)  lufs (dB, EBU R128 integrated)  peak_dbfs (dB)  pitch_hz (Hz)  centroid_hz (Hz)
 *           onsets (count)  one_shot, loopable, silent (0 or 1)  tag:WORD (1; the words of tag.h)
 *   word    key (C#min, Cmaj; sharps)  note (A4; with pitch_hz)  class (one of the 24 of model/classes.tsv)
 *           family (drums bass pad vocal melodic fx texture)
 * An attribute that was not found is left out: a one-shot has no bpm, silence has no class. Numbers are finite. */
struct findings_fact {
    const char *attribute; /* static */
    bool is_number;
    double number;
    char text[32];     /* zero-terminated; "" when is_number */
    double confidence; /* 0..1 */
};

/* 64 numbers in five blocks. The distance of two sounds is the Euclidean distance over the weighted blocks. An empty
 * sound gives zeros. */
struct findings_embedding {
    float spectrum[FINDINGS_SPECTRUM];
    float timbre[FINDINGS_TIMBRE];
    float pitch[FINDINGS_PITCH];
    float amplitude[FINDINGS_AMPLITUDE];
    float rhythm[FINDINGS_RHYTHM];
};

/* An encoded record of schemas/artefact.schema. */
struct findings_artefact {
    const char *type; /* static: waveform loudness onsets beats spectrum print gist */
    uint32_t version;
    const uint8_t *data;
    size_t len; /* at most 4 MiB */
};

/* All pointers stay valid until the next sound_analysis_begin or sound_analysis_free. */
struct sound_findings {
    size_t fact_count;
    struct findings_fact fact[FINDINGS_FACTS_MAX];
    struct findings_embedding embedding;
    size_t artefact_count;
    struct findings_artefact artefact[FINDINGS_ARTEFACTS_MAX];
};

#endif
