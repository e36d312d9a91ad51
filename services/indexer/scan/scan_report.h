/* scan_report.h: what a running scan reports to the loop: files to analyse, watched folders, counts. The mail owns its
 * contents, so the report of a scan that was given up can still be used or dropped. */
#ifndef LOOPHOLE_INDEXER_SCAN_REPORT_H
#define LOOPHOLE_INDEXER_SCAN_REPORT_H

#include "common/mailbox.h"
#include "services/indexer/base/analysis.h"

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

#endif
