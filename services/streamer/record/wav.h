/* wav.h: a recording while it grows: a WAVE file whose first page says, after each wav_sync, exactly what is on the
 * disk after it, so that at any crash it is a complete file up to the last sync. Frames are written at their own
 * number, so that a successor writes again what it is not sure of. Past 4 GiB it is RF64 (EBU Tech 3306, 2009); the
 * time of its first frame is in a bext chunk (EBU Tech 3285, version 1). What else a successor needs to know
 * is in two chunks of our own, "take" and "gaps". A file that has ended and lacks frames has a cue marker and a label
 * at each place after its frames; they end with the file if the disk has no room for them.
 *
 *   0     RIFF or RF64 · JUNK or ds64 · bext · fmt · fact · take · gaps · JUNK · data     4096 frames … cue · LIST
 *
 * One thread; may block on the disk. */
#ifndef LOOPHOLE_STREAMER_WAV_H
#define LOOPHOLE_STREAMER_WAV_H

#include <stdbool.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/id.h"

enum { WAV_HEADER = 4096, WAV_CHANNELS = 2, WAV_GAPS = 128 };

enum wav_format { WAV_FLOAT, WAV_PCM24 };

/* Which recording it is, and where it begins on the audio clock. */
struct wav_take {
    struct id item;      /* its media item */
    uint32_t generation; /* in the capture ring's header */
    uint32_t rate;       /* Hz */
    uint64_t begin;      /* index of the ring's cell that is frame 0 */
    int64_t first; /* frame of the audio clock that was heard when frame 0 was played: `latency_frames` taken off */
    usec_t began;  /* since 1970 */
    int64_t latency_frames; /* frames from our outputs to the player's ear and back to our inputs */
    uint64_t most;          /* frames; 0: until it is stopped */
    struct id request;      /* of the ask that began it */
    bool is_for_flac;       /* when it has ended, a FLAC is made of it */
    bool is_filled;         /* frames that are missing are silence; else what follows comes at once */
};

/* A place where frames are missing: they are silence from frame `at` on, or they are missing before it. */
struct wav_gap {
    uint64_t at, frames;
};

struct wav_gaps {
    uint64_t lost;  /* frames that are missing in all */
    uint64_t count; /* of the places; the first WAV_GAPS are kept */
    struct wav_gap each[WAV_GAPS];
};

struct wav {
    int fd; /* the caller's */
    enum wav_format format;
    struct wav_take take;
    uint64_t frames; /* written: all before this number */
    uint64_t synced; /* … and on the disk, the header says so */
    struct wav_gaps gaps;
    bool has_ended;   /* its header says that what follows its frames is not sound */
    uint64_t markers; /* bytes of them */
};

uint32_t wav_frame_bytes(enum wav_format format);

/* Begins a file in an empty, open `fd`; its header is on the disk when it returns. Errors: full, io. */
enum err wav_begin(struct wav *wav, int fd, enum wav_format format, const struct wav_take *take, struct fault *fault);

/* Takes over one that a predecessor left: `frames` is all whole frames that are there, `synced` those of which its
 * header says that they were on the disk; after a power cut what follows them may be anything.
 * Errors: bad_request (not a recording of ours), io. */
enum err wav_resume(struct wav *wav, int fd, struct fault *fault);

/* `count` frames of two floats, the first of which is number `at`, not past `frames`. What is not finite becomes zero;
 * PCM is rounded and clipped. Errors: full, io; then `frames` is as before. */
enum err wav_write(struct wav *wav, uint64_t at, const float *stereo, uint32_t count, struct fault *fault);

/* What was written is on the disk, then the header that says so. Errors: full, io. */
enum err wav_sync(struct wav *wav, struct fault *fault);

/* `count` frames are missing at frame `at`, the end of the file; where `is_filled`, they become silence. A successor
 * finds the place, but a power cut may take it away until wav_sync. Errors: full, io. */
enum err wav_lose(struct wav *wav, uint64_t at, uint64_t count, struct fault *fault);

/* wav_sync for the last time: with the markers of what is missing. Errors: full, io. */
enum err wav_end(struct wav *wav, struct fault *fault);

/* Leaves so many frames, and what is missing up to there; wav_sync then says so. Errors: io. */
enum err wav_cut(struct wav *wav, uint64_t frames, struct fault *fault);

/* ---- between wav.c and wav_markers.c ---- */

/* The chunks of the markers into `to`; how many bytes. A marker's place has 32 bits: one after that is left out. */
enum { WAV_MARKERS_SIZE = 64 + WAV_GAPS * 128 };
size_t wav_markers(const struct wav *wav, uint8_t to[WAV_MARKERS_SIZE]);

#endif
