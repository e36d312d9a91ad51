/* crash_list.h: the records of DATA/crash, one file for each death. The dying process writes one part (crash.h), its
 * parent adds how the death looked from outside. After SIGKILL or a plain exit only the second part exists. Any
 * thread. */
#ifndef LOOPHOLE_COMMON_CRASH_LIST_H
#define LOOPHOLE_COMMON_CRASH_LIST_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/paths.h"

enum { CRASH_LIST_MAX = 100 };

/* How a process ended, seen by its parent. */
struct death {
    const char *service;
    int32_t pid;
    bool hang;       /* killed because it stopped responding */
    const char *how; /* "signal 11 (SIGSEGV)", "exit code 14 (denied)" */
    usec_t at;       /* clock_now at the death; 0: now */
};

/* Adds to the record of that process, or creates it; then deletes the oldest records beyond CRASH_LIST_MAX. Errors: io,
 * full, denied, too_large. */
enum err crash_list_add(const struct paths *paths, const struct death *death, struct fault *fault);

struct crash {
    struct text file; /* its name in DATA/crash */
    struct text service;
    int32_t pid;
    usec_t at;           /* whole seconds */
    struct text signal;  /* from within: "11 (SIGSEGV)", or "" */
    struct text cause;   /* from within, without a signal: "no_memory", or "" */
    struct text in_hand; /* "" if there was nothing */
    struct text ended;   /* from outside: the `how` of the death, or "" */
    bool hang;
    struct text whole; /* the file's text, with the backtrace */
};

struct crash_list {
    uint32_t count;
    struct crash *at; /* newest first */
};

/* Lists all records in `arena`, which has no limit. Skips files that are not records. Errors: io, too_large. */
enum err crash_list(const struct paths *paths, struct arena *arena, struct crash_list *list, struct fault *fault);

#endif
