/* scan.h: one look at a library, or at a few of its folders: an errand. It walks, holds what is there against the
 * catalogue, reports the differences to persist, and to the loop which files are to be analysed.
 *
 *   where is the volume now? ─ away ──────────────► all its items: offline
 *        │ here
 *   each folder: watch it, read it, compare ──► new and changed places to persist ──► files to hear, as a report
 *        │
 *   settle: gone + new = moved; the rest of the gone: missing, within the caps
 *        │
 *   the library's record: path, online, files                                                                   */
#ifndef LOOPHOLE_INDEXER_SCAN_H
#define LOOPHOLE_INDEXER_SCAN_H

#include "services/indexer/scan/compare.h"
#include "services/indexer/scan/scan_report.h"
#include "services/indexer/scan/scan_writer.h"

/* A folder of the library: itself, or all that lies below it too. */
struct scan_target {
    const char *below; /* path below the library; "" for itself */
    bool deep;
};

struct scan_order {
    struct library library;
    const struct scan_target *targets; /* NULL: the whole library */
    uint32_t target_count;
    bool accept_missing;
    bool retry_failed;
    uint64_t analyser; /* items heard by an older one are heard again; 0: none */
    int inotify;       /* -1: do not watch */
};

/* What came of it; read by done, when the errand is not lost. */
struct scan_result {
    struct fault fault;     /* code ok: all was seen */
    struct library library; /* as it is now; memory of the scan */
    bool away;              /* the library is not there */
    enum verdict verdict;   /* on what is gone */
    uint64_t missing, of;
    uint64_t unread; /* folders that could not be read: nothing below them was touched */
};

struct scan;
struct scan_events {
    void (*reported)(void *state, struct scan_report *report);                      /* see scan_report.h */
    void (*done)(void *state, struct scan *scan, const struct scan_result *result); /* NULL result: it hung */
    void *state;
};

/* Copies the order. `catalogue`, `paths` and `mailbox` outlive it. NULL: no memory. */
struct scan *scan_new(const struct paths *paths, struct catalogue_reader *catalogue, struct mailbox *mailbox,
                      const struct scan_order *order, const struct scan_events *events);
struct errand *scan_errand(struct scan *scan);
const struct scan_order *scan_order(const struct scan *scan);
bool scan_waits(const struct scan *scan); /* for persist */

#endif
