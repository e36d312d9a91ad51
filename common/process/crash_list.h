/* crash_list.h: the records of DATA/crash, one file a death: what a process wrote of itself as it died (crash.h), and
 * how that death looked from outside; the latter alone when nothing came from within (SIGKILL, an exit code). */
#ifndef LOOPHOLE_COMMON_CRASH_LIST_H
#define LOOPHOLE_COMMON_CRASH_LIST_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/paths.h"

enum { CRASH_LIST_MAX = 100 };

/* How a process ended, as its parent saw it. */
struct death {
    const char *service;
    int32_t pid;
    bool hang;       /* killed for its silence */
    const char *how; /* "signal 11 (SIGSEGV)", "exit code 14 (denied)" */
    usec_t at;       /* clock_now then; 0: now */
};

/* Adds to the record of that process, or makes it; the oldest past CRASH_LIST_MAX go. */
enum err crash_list_add(const struct paths *paths, const struct death *death, struct fault *fault);

struct crash {
    struct text file; /* its name in DATA/crash */
    struct text service;
    int32_t pid;
    usec_t at;           /* whole seconds */
    struct text signal;  /* seen from within: "11 (SIGSEGV)", or "" */
    struct text cause;   /* seen from within, where it was no signal: "no_memory", or "" */
    struct text in_hand; /* "" when nothing was */
    struct text ended;   /* seen from outside: the `how` of the death, or "" */
    bool hang;
    struct text whole; /* the file's text, with backtrace */
};

struct crash_list {
    uint32_t count;
    struct crash *at; /* the newest first */
};

/* All records, in `arena`. A file that is not a record is passed over. `arena` has no limit. Errors: io,
 * too_large. */
enum err crash_list(const struct paths *paths, struct arena *arena, struct crash_list *list, struct fault *fault);

#endif
