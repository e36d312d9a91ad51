/* take_encode.h: makes one FLAC of a WAV (take_flac.h), by messages to a worker in mode `encode`. The errand's
 * thread. */
#ifndef LOOPHOLE_STREAMER_TAKE_ENCODE_H
#define LOOPHOLE_STREAMER_TAKE_ENCODE_H

#include <limits.h>

#include "common/process/errand.h"
#include "services/streamer/record/take_name.h"
#include "services/streamer/record/take_place.h"
#include "services/streamer/record/wav.h"

enum take_became {
    TAKE_IS_LEFT, /* not decided: the service ends, or the WAV cannot be read */
    TAKE_IS_FLAC,
    TAKE_STAYS_WAV, /* `fault` gives the reason; no FLAC remains */
    TAKE_IS_GONE    /* a person deleted the WAV: its disk is here */
};

struct take_flac {
    struct errand errand; /* the starter sets `done` and all members before `is_cancelled` */
    void *state;
    char program[PATH_MAX + 32]; /* path of the worker */
    char wav[PATH_MAX], flac[PATH_MAX + 8], part[PATH_MAX + 16];
    char title[TAKE_NAME_SIZE];
    int folder;               /* of the three, while the errand runs: no part of its path is a link */
    struct take_place place;  /* the disk of the WAV */
    struct wav_take facts;    /* rate 0: the WAV is gone; when done, the facts in the FLAC, except the rate */
    struct wav_gaps gaps;     /* the gaps, likewise */
    struct wav_cut cut;       /* likewise */
    atomic_bool is_cancelled; /* set by the loop: the take stays a WAV */
    _Atomic uint64_t frames;  /* progress; half of it is reading back */
    enum take_became became;  /* from here on: valid when done */
    struct fault fault;
    uint64_t count, size; /* frames, bytes of the FLAC */
    usec_t mtime;
    uint8_t content[16];
};

/* Encodes `wav` into `to`, which it truncates first and syncs afterwards; `to` -1: the FLAC exists already. Then reads
 * all of `back`, the same file, and compares it with the WAV. `wav` -1: the WAV is gone; the FLAC must name this take,
 * and its facts are read. The caller owns the descriptors. Sets content and count. Errors (explained in `fault`):
 * bad_request (a sample over full scale, or a difference), not_found (the FLAC of another take), full, io, offline (two
 * workers died), busy (the errand must end), conflict (cancelled). */
enum err take_encode(struct take_flac *flac, int wav, int to, int back);

#endif
