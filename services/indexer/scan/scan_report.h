/* scan_report.h: what a scan is to do, its result, and what it reports to the loop while it runs: files to analyse,
 * watched folders, counts. The mail owns its contents, so the report of a scan that was given up can still be used or
 * dropped. */
#ifndef LOOPHOLE_INDEXER_SCAN_REPORT_H
#define LOOPHOLE_INDEXER_SCAN_REPORT_H

#include "common/mailbox.h"
#include "services/indexer/base/analysis.h"
#include "services/indexer/scan/settle.h"

/* A folder whose changes inotify reports from now on; without a path: one above the library. */
struct watched {
    struct watched *next;
    int wd;
    char path[];
};

struct scan_report {
    struct mail mail;
    void (*reported)(void *state, struct scan_report *report); /* on the loop's thread; may empty `analysis` */
    void *state;
    struct id library;
    struct analysis_queue analysis;
    struct watched *watched;
    uint64_t files;    /* media files seen since the last report */
    bool watches_full; /* inotify had no watch left for a folder */
};

struct scan_report *scan_report_new(struct id library, void (*reported)(void *state, struct scan_report *report),
                                    void *state);
void scan_report_watched(struct scan_report *report, int wd, const char *path);
bool scan_report_is_empty(const struct scan_report *report);

/* Transfers the report to the mailbox; NULL drops it. */
void scan_report_send(struct scan_report *report, struct mailbox *mailbox);

/* ---- one scan ---- */

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

#endif
