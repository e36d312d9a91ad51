/* take_file.h: the side of a take that touches the disk: an errand that carries the frames of the capture ring into the
 * take's file. The disk may stall: the ring covers 16 s. Cells are given back to the ring when they are
 * written, so that its read index says where a successor goes on (take_gaps.h). What is after that in the file, whole
 * or half, it writes again. The file is synced twice a second; a take that does not go on is
 * cut to what was synced, so that at most its last second is missing.
 *
 *   opening ──► ready ──► running ──► (done)    ready: the file is there; capture may begin
 *   opening ──► running, or (done)              a file that a predecessor left, as its take goes on or not  */
#ifndef LOOPHOLE_STREAMER_TAKE_FILE_H
#define LOOPHOLE_STREAMER_TAKE_FILE_H

#include <limits.h>

#include "common/process/errand.h"
#include "common/rt/stream.h"
#include "services/streamer/record/wav.h"

enum take_work { TAKE_FOLDER, TAKE_NEW, TAKE_RESUME, TAKE_ERASE }; /* make the folder `path`; …; delete the file */
enum take_stage { TAKE_OPENING, TAKE_READY, TAKE_RUNNING };

struct take_file {
    struct errand errand; /* done is the starter's; state and the members up to `stage` are set before the start */
    void *state;
    enum take_work work;
    enum wav_format format;
    struct capture_memory *memory;
    struct ring ring;
    struct capture_view view;
    char path[PATH_MAX];
    struct wav take; /* its facts for a new one; the file's for another. The loop reads them from RUNNING on */
    _Atomic int stage;
    atomic_bool is_ending; /* the loop: ends with what is in the ring now */
    atomic_bool is_erased; /* the loop, before it ends: the file is not wanted */
    _Atomic uint64_t frames;
    struct fault fault; /* from here on: when done */
    bool is_gone;       /* there never was a frame, or a person has deleted it */
    bool is_flac;       /* … but there is a FLAC in its place, which may be what it became: take_flac.h */
    uint64_t size;
    usec_t mtime;
};

/* It is the errand's: free it (drop) only if it was never started. */
struct take_file *take_file_new(enum take_work work, void (*done)(struct errand *errand, bool lost), void *state);
void take_file_start(struct take_file *file, struct errands *errands);

#endif
