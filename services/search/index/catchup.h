/* catchup.h: keeps the index up to date with the catalogue. The index records catalogue and revision; the change log
 * names the items to read again. Everything is read again if the catalogue differs, or if the log no longer reaches
 * back. The same happens if the history differs, because an older copy of the store was restored and changed. This
 * sweep goes in the order of ids, then reads the log from where it was at the start. One thread.
 *
 *   gather   a part of the log, or of all ids  ──►  queue of ids     (one read transaction per step)
 *   refresh  each id of the queue: its records  ──►  put, or removed if the item is gone
 *   queue empty: the index is at the gathered revision */
#ifndef LOOPHOLE_SEARCH_CATCHUP_H
#define LOOPHOLE_SEARCH_CATCHUP_H

#include "common/clock.h"
#include "services/search/index/record.h"
#include "services/search/index/volumes.h"

struct catchup {
    const struct paths *paths;
    struct index *index;
    struct store *store; /* NULL: no store yet */
    struct volumes volumes;
    bool volumes_are_old;
    bool is_current;     /* the index was at the head of the log at the last look */
    bool is_sweeping;    /* reads everything again */
    struct id after;     /* of the sweep: the last id gathered */
    uint64_t sweep_head; /* head of the log at the start of the sweep */
    uint64_t total;      /* items of the catalogue, for the progress of a sweep */
    struct id *queue;
    uint32_t queued, room, next; /* at[next .. queued) of the queue are still to refresh */
    uint64_t gathered;           /* the revision of the index when the queue is empty */
    struct hash change_hash;     /* of that row of the change log, or of that of sweep_head */
    struct record_folder folder;
    struct entry entry;
    struct arena gather_arena, refresh_arena;
};

/* Opens no store yet; `paths` and `index` must outlive `catchup`. */
void catchup_open(struct catchup *catchup, const struct paths *paths, struct index *index);
void catchup_close(struct catchup *catchup);

/* Works until it is current or until `until` (steady clock). ok but not current: more remains. Errors: offline (no
 * store yet, or it is being replaced), version, io, internal, full; try again later. */
enum err catchup_step(struct catchup *catchup, usec_t until, struct fault *fault);

/* The head of the log now. UINT64_MAX: it cannot be read. */
uint64_t catchup_head(const struct catchup *catchup);

/* True if the index has all changes up to this head of the log. While others write without pause, it may never be
 * current. */
bool catchup_has(const struct catchup *catchup, uint64_t revision);

#endif
