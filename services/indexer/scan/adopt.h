/* adopt.h: makes a folder a library, in an errand, because this touches the file system and asks persist. Which
 * folders may become libraries at the same time: adoptions.h.
 *
 *   path ─► real path ─► a folder, neither in a library nor around one? ─► volume ─► folders ─► library
 *
 * If a project's folder lies in a library, the answer is that library. Otherwise the Media above it becomes a tree of
 * the project, or only the folder itself if Media contains a library. A tree whose folder is gone moves to the new one
 * with its items, if both are on the same volume.
 *
 * A library whose folder is gone moves to the new folder if its files lie there at the same places with the same inode,
 * size and time. So after a rename no file is read again.
 *
 * A folder in a library may become a tree of that library (`tree`). */
#ifndef LOOPHOLE_INDEXER_ADOPT_H
#define LOOPHOLE_INDEXER_ADOPT_H

#include "common/paths.h"
#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_indexer.h"
#include "services/indexer/base/catalogue_reader.h"

struct adoption;

struct adopt_events {
    /* Called once, on the loop's thread. `library` is the record, also of a folder that was a library already; NULL
     * with a fault. It is valid during the call. */
    void (*adopted)(void *state, struct ticket ticket, const struct library *library, const struct fault *fault);
    void *state;
    atomic_bool *is_over; /* set, by any thread, when none works for the adoption any more */
};

/* Copies the request. persist gets the library under the request id of `call`. One of adopt_start and adopt_refuse is
 * called with it. */
struct adoption *adopt_new(const struct paths *paths, struct catalogue_reader *catalogue, struct call *call,
                           struct ticket ticket, const struct indexer_add_library *request,
                           const struct adopt_events *events);

/* By `answer_by` (steady clock) it has failed if its file system does not answer. */
void adopt_start(struct adoption *adoption, struct errands *errands, usec_t answer_by);
void adopt_refuse(struct adoption *adoption, const struct fault *fault);

bool adopt_blames_disk(const struct adoption *adoption); /* within `adopted`: it ended because its file system hangs */

/* The device of the folder; 0: the links of its path are not resolved yet, and may lead to any device. Up to the end of
 * `adopted`. */
dev_t adopt_device(const struct adoption *adoption);

/* How long a started one has waited for a file system; 0: it waits for none. Not after `adopted`. */
usec_t adopt_waited(const struct adoption *adoption);

/* Sets the fault of a folder whose file system does not answer. */
enum err adopt_blame_disk(struct bytes path, struct fault *fault);

#endif
