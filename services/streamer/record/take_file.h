/* take_file.h: writes a take's file: an errand that copies the frames of the capture ring into it. The disk may stall:
 * the ring covers 16 s. Cells are released after they are written, so the ring's read index shows a successor where to
 * continue. It overwrites what the file has after that place. The file is synced twice a second. A take that cannot
 * continue is cut to what was synced, so at most its last second is lost.
 *
 *   opening ──► ready ──► running ──► (done)    ready: the file exists; the capture may begin
 *   opening ──► running, or (done)              a predecessor's file, whose take continues or not */
#ifndef LOOPHOLE_STREAMER_TAKE_FILE_H
#define LOOPHOLE_STREAMER_TAKE_FILE_H

#include <limits.h>

#include "common/process/errand.h"
#include "common/rt/stream.h"
#include "services/streamer/record/take_name.h"
#include "services/streamer/record/take_peaks.h"
#include "services/streamer/record/take_place.h"
#include "services/streamer/record/wav.h"

/* Make the folder `path` (in a project no link leads out of it: common/beneath/beneath.h); a new take; a
 * predecessor's take; delete the file. */
enum take_work { TAKE_FOLDER, TAKE_NEW, TAKE_RESUME, TAKE_ERASE };
enum take_stage { TAKE_OPENING, TAKE_READY, TAKE_RUNNING };

struct take_file {
    struct errand errand; /* the starter sets `done`, `state` and the members up to `stage` */
    void *state;
    enum take_work work;
    enum wav_format format;
    struct capture_memory *memory;
    struct ring ring;
    struct capture_view view;
    char path[PATH_MAX];       /* TAKE_FOLDER sets it to the path without links, if a project is named */
    char project[PATH_MAX];    /* of TAKE_FOLDER: the project's folder, whose Media/Audio it is; "": none */
    const struct paths *paths; /* … for the links that a person trusts */
    char name[TAKE_NAME_SIZE]; /* of TAKE_FOLDER: of the take that will lie there */
    unsigned attempt;          /* … the first to try; TAKE_FOLDER sets it to the first whose name is free */
    char mount[PATH_MAX];      /* of the folder's volume, as the catalogue says; "": unknown */
    struct take_place place;   /* of a predecessor's take */
    bool is_late;              /* … whose inputs were disconnected meanwhile, so it does not continue */
    struct wav take;           /* a new take's facts, or those of the file; the loop may read them from RUNNING on */
    _Atomic int stage;
    atomic_bool is_ending; /* set by the loop: write the ring's present cells, then end */
    atomic_bool is_asked;  /* set by the loop before the end: a person ends it, so it has its length */
    atomic_bool is_erased; /* set by the loop before the end: delete the file */
    _Atomic uint64_t most; /* of a take in bars: set by the loop with the cue, and while it runs; 0: as in `take` */
    _Atomic uint64_t frames;
    struct take_peaks peaks; /* of the frames that this process wrote */
    struct fault fault;      /* from here on: valid when done */
    bool is_on_mount;        /* the folder lies on the volume that is mounted there, and no link leads to it */
    bool is_mark;            /* it ran and has no frame: its file stays, and says why */
    bool is_gone;            /* it has no frames, or a person deleted it: its disk is here */
    bool is_flac;            /* … but a FLAC with its name exists, which may be this take: take_flac.h */
    uint64_t size;
    usec_t mtime;
};

/* The errand owns it; the caller frees it (drop) only if it was never started. */
struct take_file *take_file_new(enum take_work work, void (*done)(struct errand *errand, bool lost), void *state);
void take_file_start(struct take_file *file, struct errands *errands);

#endif
