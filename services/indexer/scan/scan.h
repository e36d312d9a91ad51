/* scan.h: one scan of a library, or of some of its folders, as an errand. It walks the folders and compares them with
 * the catalogue. It reports the differences to persist, and the files to analyse to the loop.
 *
 *   where is the volume now? ─ away ──────────────► nothing: the rows of volume and library say it
 *        │ here
 *   each folder: watch it, read it, compare ──► new and changed places to persist ──► files to analyse, as a report
 *        │
 *   settle: gone + new = moved; the other gone files: missing, within the limits
 *        │
 *   the library's record: path, online, files */
#ifndef LOOPHOLE_INDEXER_SCAN_H
#define LOOPHOLE_INDEXER_SCAN_H

#include "services/indexer/scan/compare.h"
#include "services/indexer/scan/scan_report.h"
#include "services/indexer/scan/scan_writer.h"

/* A folder of the library: alone, or with everything below it. */
struct scan_target {
    const char *below; /* path below the library; "" for the library itself */
    bool deep;
};

struct scan_order {
    struct library library;
    const struct scan_target *targets; /* NULL: the whole library */
    uint32_t target_count;
    bool accept_missing;
    bool is_asked; /* a question about missing files of the library is open (question.h) */
    bool retry_failed;
    bool full;               /* every file is read again */
    uint64_t analyser;       /* items of an older analyser are analysed again; 0: none */
    const char *cloud_globs; /* the setting availability.cloud */
    int inotify;             /* -1: do not watch */
};

/* The result. `done` may read it if the errand is not lost. */
struct scan_result {
    struct fault fault;     /* code ok: everything was seen */
    struct library library; /* its current record; lies in the scan's memory */
    bool away;              /* the library is not there … */
    bool is_volume_here;    /* … although its volume is */
    enum verdict verdict;   /* about the files that are gone */
    uint64_t missing, of;   /* media and session files */
    uint64_t trees;         /* mounts, folders and targets of links that became trees */
    int awaits_wd;          /* watches the place where the missing folder may appear again; 0: none does … */
    const char *awaits;     /* … under this name */
    bool trees_moved;       /* a tree of the library came or went with its folder */
    bool needs_whole; /* a file of another folder may lie at the place of an item: a scan of all folders finds which */
    bool took_items;  /* … of other libraries of the volume moved here: their places may have files of no item now */
    bool uncovered;   /* an item is here again that was below a mount: a scan of some folders cannot count such items */
    bool trees_hold;  /* a mount in it has a place where items of the library lie: its tree is to be scanned */
    bool links_moved; /* a link to a tree appeared or disappeared, or leads elsewhere */
    uint64_t failed;  /* errors of reading, other than for lack of permission: no file counts as gone */
};

struct scan;
struct scan_events {
    void (*reported)(void *state, struct scan_report *report);                      /* see scan_report.h */
    void (*done)(void *state, struct scan *scan, const struct scan_result *result); /* NULL result: it hung */
    void *state;
};

/* Copies the order. `catalogue`, `paths` and `mailbox` must outlive the scan. */
struct scan *scan_new(const struct paths *paths, struct catalogue_reader *catalogue, struct mailbox *mailbox,
                      const struct scan_order *order, const struct scan_events *events);
struct errand *scan_errand(struct scan *scan);
void scan_stop(struct scan *scan); /* asks it to end; one that hangs is lost after 5 s then, not after 60 s */
const struct scan_order *scan_order(const struct scan *scan);
bool scan_waits(const struct scan *scan); /* for persist */

#endif
