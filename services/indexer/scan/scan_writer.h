/* scan_writer.h: writes a scan's results to persist, from the scan's own thread. It repeats an ask under the same
 * request id until persist answers, and gathers operations in batches. One thread for each struct scan_writer.
 *
 * The operations of a scan describe a state (a place, a move, a presence). So a repetition, after a crash that lost the
 * answer, changes nothing. */
#ifndef LOOPHOLE_INDEXER_SCAN_WRITER_H
#define LOOPHOLE_INDEXER_SCAN_WRITER_H

#include "common/process/errand.h"
#include "proto/service/service.h"
#include "proto/transport/ask.h"
#include "schema_availability.h"
#include "schema_persist.h"

enum { SCAN_WRITER_BATCH = 500 };

struct scan_writer {
    struct errand *errand;
    struct asker *asker;
    atomic_bool *waits;          /* true while persist does not answer */
    bool reports_disk;           /* a full or failing disk is an error; false: it is waited for */
    _Atomic(const char *) asked; /* the ask that waits for its answer; NULL: none. Any thread may read it */
    struct arena arena;          /* for the batch */
    uint32_t count;
    struct operation operations[SCAN_WRITER_BATCH];
    void *about[SCAN_WRITER_BATCH];
    /* Called for each operation of a batch that is durable, or refused. */
    void (*answered)(void *state, const struct operation *operation, const struct outcome *outcome, void *about);
    void *state;
};

/* The caller sets the members errand, waits, answered and state before. Errors: full, io. */
enum err scan_writer_open(struct scan_writer *writer, const struct paths *paths, struct fault *fault);
void scan_writer_close(struct scan_writer *writer); /* drops a batch in progress */

/* Sends an ask, and waits for the answer even while persist is away. Errors: those of persist; timeout when the errand
 * must end. Without `reports_disk` full and io are none of them. The answer is valid until the next ask. */
enum err scan_writer_ask(struct scan_writer *writer, const char *name, const void *request, void *answer,
                         struct fault *fault);

/* The same for a client's ask, under that ask's id. If `sender` has no digest: as scan_writer_ask. */
enum err scan_writer_ask_for(struct scan_writer *writer, const struct sender *sender, const char *name,
                             const void *request, void *answer, struct fault *fault);

/* Adds each folder of the path from the mount of its volume down; the mount itself is the folder without a name.
 * `folder` gets the id of the last one. Errors: as scan_writer_ask; bad_request (the path does not lie on that
 * mount). */
enum err scan_writer_put_folders(struct scan_writer *writer, const struct volume *volume, struct bytes path,
                                 struct id *folder, struct fault *fault);

/* True if the path is the mount of the volume, or lies below it. */
bool scan_writer_has_mount(const struct volume *volume, struct bytes path);

/* A file system may be mounted at several places, and the row of its volume has one of them. Replaces a path on another
 * one by the path of the same folder there. Touches both. `seen` is availability's answer about the path. */
void scan_writer_move_to_volume(const struct place_seen *seen, char path[PATH_MAX]);

/* Asks availability, and waits only while it is away. Errors: those of the ask; timeout also if its answer does not
 * come. The answer is valid until the next ask. */
enum err scan_writer_look(struct scan_writer *writer, const char *name, const void *request, void *answer,
                          struct fault *fault);

/* Copies the operation, and sends the batch when it is full. `answered` gets `about` back. Errors: as
 * scan_writer_ask. */
enum err scan_writer_add(struct scan_writer *writer, const struct operation *operation, void *about,
                         struct fault *fault);
enum err scan_writer_flush(struct scan_writer *writer, struct fault *fault);

#endif
