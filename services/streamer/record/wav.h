/* wav.h: a recording while it grows. It is a WAVE file whose first page describes exactly the data that was on the disk
 * at the last wav_sync. So after any crash it is a complete file up to that sync. Frames are written at their own
 * number, so a successor can overwrite uncertain ones. A file larger than 4 GiB is RF64 (EBU Tech 3306, 2009). A bext
 * chunk contains the time of the first frame (EBU Tech 3285, version 1). Chunks of our own, "take", "gaps" and "cut ",
 * contain the other data that a successor needs. A finished file that lacks frames has a marker and a label at each
 * place, after its frames; they are left out if the disk has no room for them.
 *
 *   0     RIFF or RF64 · JUNK or ds64 · bext · fmt · fact · take · gaps · cut · JUNK · data  4096 frames … cue · LIST
 *
 * One thread; may block on the disk. */
#ifndef LOOPHOLE_STREAMER_WAV_H
#define LOOPHOLE_STREAMER_WAV_H

#include <stdbool.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/id.h"
#include "services/streamer/record/wav_markers.h"

enum { WAV_HEADER = 4096, WAV_CHANNELS = 2 };

enum wav_format { WAV_FLOAT, WAV_PCM24 };

/* The recording's identity, and its place on the audio clock. */
struct wav_take {
    struct id item;      /* its media item */
    uint32_t generation; /* in the capture ring's header */
    uint32_t rate;       /* Hz */
    uint64_t begin;      /* index of the ring's cell with frame 0 */
    int64_t first; /* frame of the audio clock that the player heard at frame 0: `latency_frames` are subtracted */
    usec_t began;  /* µs since 1970 */
    int64_t latency_frames; /* frames from our outputs to the player's ear and back to our inputs */
    uint64_t most;          /* frames; 0: until it is stopped */
    struct id request;      /* of the ask that began it */
    bool is_for_flac;       /* a FLAC is made of it after its end */
    bool is_filled;         /* silence replaces missing frames; else the next frames follow at once */
    bool has_begun;         /* the ask was answered, or soon was: the take ran */
};

/* Why and where a take ended before it was to. */
struct wav_cut {
    bool is_cut;
    char code[16], why[200]; /* err_name, and a sentence */
    uint64_t at, wanted;     /* frames: in the file, and of the length that was asked for; 0: until it is stopped */
};

struct wav {
    int fd; /* the caller closes it */
    enum wav_format format;
    struct wav_take take;
    uint64_t frames; /* all frames before this number are written */
    uint64_t synced; /* … and on the disk, as the header says */
    struct wav_gaps gaps;
    struct wav_cut cut;
    bool was_ended;   /* of a predecessor's file: it was complete, or says itself why it is cut */
    bool has_ended;   /* its header says that other data follows its frames */
    uint64_t markers; /* bytes of the markers */
};

/* Begins a file in an empty, open `fd`; its header is on the disk afterwards. Errors: full, io. */
enum err wav_begin(struct wav *wav, int fd, enum wav_format format, const struct wav_take *take, struct fault *fault);

/* Opens a file that a predecessor left. `frames` counts all complete frames in it; `synced` counts those that its
 * header says were on the disk. After a power cut the frames beyond `synced` are undefined. Errors: bad_request (not a
 * recording of ours), io. */
enum err wav_resume(struct wav *wav, int fd, struct fault *fault);

/* Writes `count` frames of two floats; the first one is frame `at`, which is at most `frames`. Values that are not
 * finite become zero; PCM is rounded and clipped. Errors: full, io; then `frames` is unchanged. */
enum err wav_write(struct wav *wav, uint64_t at, const float *stereo, uint32_t count, struct fault *fault);

/* Syncs the data, and then a header that describes it. Errors: full, io. */
enum err wav_sync(struct wav *wav, struct fault *fault);

/* Records that `count` frames are missing at frame `at`, the end of the file; if `is_filled`, writes silence. A
 * successor finds the place, but until wav_sync a power cut may undo it. Errors: full, io. */
enum err wav_lose(struct wav *wav, uint64_t at, uint64_t count, struct fault *fault);

/* Notes that the take ends before it was to: by the fault, or (code 0) because the machine, the engine (so the caller
 * says) or the audio core stopped. wav_end writes it. */
void wav_note_cut(struct wav *wav, const struct fault *fault, bool has_engine_stopped);

/* The last wav_sync, which adds the markers of missing frames. Errors: full, io. */
enum err wav_end(struct wav *wav, struct fault *fault);

/* Cuts the file to `frames` frames, with the gaps up to there; a later wav_sync makes it durable. Errors: io. */
enum err wav_cut(struct wav *wav, uint64_t frames, struct fault *fault);

#endif
