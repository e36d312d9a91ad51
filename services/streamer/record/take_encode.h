/* take_encode.h: one FLAC that is made of a WAV (take_flac.h), and the conversation with a worker in mode `encode`. The
 * errand's thread. */
#ifndef LOOPHOLE_STREAMER_TAKE_ENCODE_H
#define LOOPHOLE_STREAMER_TAKE_ENCODE_H

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

/* Makes a FLAC of `wav` in `to`, which is emptied, and syncs it (-1: it is made already); then all of `back`, the same
 * file, is read and held against the WAV. `wav` -1: it is gone; then the FLAC has to say that it is of this take, and
 * facts are what it says. Descriptors are the caller's. Sets content and count. Errors, which `fault` explains:
 * bad_request (over full scale, or not the same), not_found (of another take), full, io, offline (two workers died),
 * busy (the errand is to end), conflict (cancelled). */
enum err take_encode(struct take_flac *flac, int wav, int to, int back);

#endif
