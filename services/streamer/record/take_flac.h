/* take_flac.h: the side of a finished take that makes FLAC of its WAV: an errand that writes what a worker in mode
 * `encode` gives (schemas/worker.schema), syncs it, has it read back and held against the WAV, and only then lets it
 * take the WAV's place.
 *
 *   X.wav ──► X.wav, X.flac.part ──► X.wav, X.flac ──► X.flac        each step is on the disk before the next begins
 *
 * At any crash point X.wav, if present, is complete; otherwise X.flac is. An incomplete X.flac.part is made again; an
 * X.flac beside X.wav is compared with it and never overwritten. */
#ifndef LOOPHOLE_STREAMER_TAKE_FLAC_H
#define LOOPHOLE_STREAMER_TAKE_FLAC_H

#include <limits.h>

#include "common/process/errand.h"
#include "services/streamer/record/wav.h"

enum take_became {
    TAKE_IS_LEFT, /* it is not decided: the service ends, or the WAV cannot be read */
    TAKE_IS_FLAC,
    TAKE_STAYS_WAV, /* `fault` says why; there is no FLAC of ours */
    TAKE_IS_GONE    /* a person has deleted the WAV */
};

struct take_flac {
    struct errand errand; /* done is the starter's; all before `is_cancelled` is set before the start */
    void *state;
    char program[PATH_MAX + 32]; /* the worker's */
    char wav[PATH_MAX], flac[PATH_MAX + 8], part[PATH_MAX + 16];
    char title[256];
    struct wav_take facts;    /* rate 0: the WAV is gone; when done: what the FLAC says, but for the rate */
    struct wav_gaps gaps;     /* the same of what it lacks */
    atomic_bool is_cancelled; /* the loop: it stays WAV */
    _Atomic uint64_t frames;  /* how far it is; half of it is reading back */
    enum take_became became;  /* from here on: when done */
    struct fault fault;
    uint64_t count, size; /* frames, bytes of the FLAC */
    usec_t mtime;
    uint8_t content[16];
};

/* For the WAV `path`. NULL: no memory, or no name that ends in ".wav". It is the errand's: drop it only if it was never
 * started. */
struct take_flac *take_flac_new(const char *path, void (*done)(struct errand *errand, bool lost), void *state);
void take_flac_start(struct take_flac *flac, struct errands *errands);

/* The FLAC that stands where the WAV `path` does, or would; to `flac`. False: `path` is no WAV, or there is none. */
bool take_flac_is_there(const char *path, char flac[PATH_MAX + 8]);

#endif
