/* filing.h: one file that a thread reads or writes, because its file system may hang. The struct lives until `done` has
 * returned. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_FILING_H
#define LOOPHOLE_PROJECT_FILING_H

#include "services/project/base/project.h"

enum filing_kind {
    FILING_READ,  /* reads the file into `bytes`; not_found: there is none */
    FILING_WRITE, /* makes its folder and replaces the file atomically */
    FILING_ABSENT /* makes its folder; exists: the file is there */
};

enum { FILING_MOST = 16 << 20 }; /* bytes of a file that is read */

struct filing {
    struct errand errand;
    enum filing_kind kind;
    usec_t started; /* of the service: older temporary files are leftovers */
    char path[PATH_MAX];
    char real[PATH_MAX]; /* the path of its folder without links; "": unknown, or the file is written */
    struct buffer bytes;
    struct fault fault; /* code ERR_OK: it is done */
    void (*done)(void *owner, struct filing *filing);
    void *owner;
};

/* Starts it. `bytes` is copied. `done` is called once; after a thread that hung, with the fault `timeout`. */
void filing_start(struct project *p, enum filing_kind kind, const char *path, struct bytes bytes,
                  void (*done)(void *owner, struct filing *filing), void *owner);

/* Removes temporary files in `folder` that are older than that: a predecessor left them when it died. Any thread. */
void filing_sweep(const char *folder, usec_t before);

#endif
