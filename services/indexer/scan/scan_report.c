#include "services/indexer/scan/scan_report.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static void free_report(struct scan_report *report)
{
    for (struct watched *next; report->watched; report->watched = next) {
        next = report->watched->next;
        free(report->watched);
    }
    analysis_queue_clear(&report->analysis);
    free(report);
}

static void open_report(struct mail *mail)
{
    struct scan_report *report = (struct scan_report *)mail;

    report->reported(report->state, report);
    free_report(report);
}

static void drop_mail(struct mail *mail)
{
    free_report((struct scan_report *)mail);
}

struct scan_report *scan_report_new(struct id library, void (*reported)(void *state, struct scan_report *report),
                                    void *state)
{
    struct scan_report *report = alloc_bytes(sizeof(*report));

    *report = (struct scan_report){
        .mail = { .open = open_report, .drop = drop_mail }, .reported = reported, .state = state, .library = library
    };
    return report;
}

void scan_report_watched(struct scan_report *report, int wd, const char *path)
{
    size_t len = strlen(path);
    struct watched *watched = alloc_bytes(sizeof(*watched) + len + 1);

    watched->wd = wd;
    memcpy(watched->path, path, len + 1);
    watched->next = report->watched;
    report->watched = watched;
}

bool scan_report_is_empty(const struct scan_report *report)
{
    return !report->analysis.first && !report->watched && report->files == 0 && !report->watches_full;
}

void scan_report_send(struct scan_report *report, struct mailbox *mailbox)
{
    if (mailbox)
        mailbox_put(mailbox, &report->mail);
    else
        free_report(report);
}
