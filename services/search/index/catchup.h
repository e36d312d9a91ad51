/* catchup.h: the index follows the catalogue. It remembers catalogue and revision; the change log names what is to
 * be read again. Of another catalogue, before the log's tail, or of another history (an older copy of the store took
 * its place and went on), all is read again in the order of the ids, then the log from its place then. One thread.
 *
 *   gather   a piece of the log, or of all ids  ──►  queue of ids      (one read transaction each bite)
 *   refresh  each id of the queue: its records  ──►  put, or removed when it is gone
 *   queue empty: the index is at the revision that was gathered */
#ifndef LOOPHOLE_SEARCH_CATCHUP_H
#define LOOPHOLE_SEARCH_CATCHUP_H

#include "common/clock.h"
#include "services/search/index/record.h"
#include "services/search/index/volumes.h"

struct catchup {
    const struct paths *paths;
    struct index *index;
    struct store *store; /* NULL: there is none yet */
    struct volumes volumes;
    bool volumes_are_old;
    bool is_current;     /* the index stood at the head of the log when it was last looked at */
    bool is_sweeping;    /* all is read again */
    struct id after;     /* of the sweep: the last id gathered */
    uint64_t sweep_head; /* where the log stood when it began */
    uint64_t total;      /* items of the catalogue, for showing how far a sweep is */
    struct id *queue;
    uint32_t queued, room, next; /* of the queue, at[next .. queued) is to be refreshed */
    uint64_t gathered;           /* the revision that the index has when the queue is empty */
    struct hash line;            /* of that revision, or of sweep_head: catalogue_line */
    struct record_folder folder;
    struct entry entry;
    struct arena gather_arena, refresh_arena;
};

void catchup_open(struct catchup *catchup, const struct paths *paths, struct index *index);
void catchup_close(struct catchup *catchup);

/* Works until it is current or `until` (steady clock) has come. ok, and not current: more is to be done.
 * Errors: offline (no store yet, or it is being replaced), version, io, internal, full; they may pass. */
enum err catchup_step(struct catchup *catchup, usec_t until, struct fault *fault);

#endif
