/* hear.h: what a sound is like: facts, an embedding and artefacts, from its samples alone.
 *
 *   hear_new → { hear_begin → hear_feed … → hear_end } … → hear_free
 *
 * One decode feeds all; each chunk is done with when hear_feed returns. No file, clock, thread or lock is touched.
 * Memory is bounded for any length of sound, except for the overviews, which grow with it up to 4 MiB each.
 * One thread at a time for each struct hear; aubio and FFTW's planner want one struct hear a process. */
#ifndef LOOPHOLE_WORKER_HEAR_HEAR_H
#define LOOPHOLE_WORKER_HEAR_HEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum {
    HEAR_VERSION = 3, /* of the analyser: rises with every change that changes a result */
    HEARD_FACTS_MAX = 48,
    HEARD_ARTEFACTS_MAX = 8,
    HEARD_SPECTRUM = 16,
    HEARD_TIMBRE = 16,
    HEARD_PITCH = 12,
    HEARD_AMPLITUDE = 12,
    HEARD_RHYTHM = 8
};

/* One statement. Attributes (unit, range):
 *   number  bpm (20..400)  lufs (dB, EBU R128 integrated)  peak_dbfs (dB)  pitch_hz (Hz)  centroid_hz (Hz)
 *           onsets (count)  one_shot, loopable, silent (0 or 1)  tag:WORD (1; the words of tag.h)
 *   word    key (C#min, Cmaj; sharps)  note (A4; with pitch_hz)  class (one of the 24 of model/classes.tsv)
 *           family (drums bass pad vocal melodic fx texture)
 * What is not heard is not stated: a one-shot has no bpm, silence no class. Numbers are finite. */
struct heard_fact {
    const char *attribute; /* static */
    bool is_number;
    double number;
    char text[32];     /* zero-terminated; "" when is_number */
    double confidence; /* 0..1 */
};

/* 64 numbers in five blocks; the distance of two sounds is the Euclidean one over the (weighted) blocks.
 * All zero for a sound with nothing in it. */
struct heard_embedding {
    float spectrum[HEARD_SPECTRUM];
    float timbre[HEARD_TIMBRE];
    float pitch[HEARD_PITCH];
    float amplitude[HEARD_AMPLITUDE];
    float rhythm[HEARD_RHYTHM];
};

/* Records of schemas/artefact.schema, encoded. */
struct heard_artefact {
    const char *type; /* static: waveform loudness onsets beats spectrum print gist */
    uint32_t version;
    const uint8_t *data;
    size_t len; /* at most 4 MiB */
};

/* Everything is borrowed from the struct hear until its next hear_begin or hear_free. */
struct heard_sound {
    size_t fact_count;
    struct heard_fact fact[HEARD_FACTS_MAX];
    struct heard_embedding embedding;
    size_t artefact_count;
    struct heard_artefact artefact[HEARD_ARTEFACTS_MAX];
};

struct hear;

struct hear *hear_new(void);       /* NULL: the compiled-in model is of another layout */
void hear_free(struct hear *hear); /* NULL is nothing */

/* Starts a sound; one that was not ended is dropped. `rate` 1..1,000,000 Hz, `channels` 1..1024;
 * `frames_expected` is a hint for the overviews' resolution, 0 or less when not known.
 * From then on the thread takes numbers too small to hear for 0.
 * ERR_BAD_REQUEST outside these. */
enum err hear_begin(struct hear *hear, double rate, int channels, int64_t frames_expected);

/* The next frames, interleaved; NaN and infinities count as zero. Any number, also 0. */
void hear_feed(struct hear *hear, const float *interleaved, size_t frames);

/* Ends the sound and fills `out`. A sound without frames is silent, not an error.
 * ERR_BAD_REQUEST when no sound was begun, with `out` empty. */
enum err hear_end(struct hear *hear, struct heard_sound *out);

#endif
