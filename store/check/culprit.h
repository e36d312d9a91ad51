/* culprit.h: finds the process that blocks all others from the store. It holds the turn for opening (files.h) or LMDB's
 * mutex of readers, normally for microseconds, unless it is stopped meanwhile. Reads only from outside: it opens no
 * environment and waits for nothing. Any thread. */
#ifndef LOOPHOLE_STORE_CULPRIT_H
#define LOOPHOLE_STORE_CULPRIT_H

#include <stdbool.h>

#include "common/clock.h"
#include "common/paths.h"

enum culprit_what { CULPRIT_NONE, CULPRIT_OPENS, CULPRIT_READS };

enum { CULPRIT_PROGRAM = 64, CULPRIT_TEXT = 200 };

struct culprit {
    enum culprit_what what;
    int32_t pid;
    uint64_t start_ticks;
    usec_t cpu; /* equal in two observations: it did not run */
    char state; /* as in proc.h */
    char program[CULPRIT_PROGRAM];
    bool is_ours; /* a program of loophole, of this user */
};

/* Returns the current holder; CULPRIT_NONE: no process holds either. */
struct culprit culprit_find(const struct paths *paths);

/* True if both observations are of the same process, and it did not run between them. */
bool culprit_is_stuck(const struct culprit *before, const struct culprit *now);

/* Writes "process 12 (loophole, stopped) is opening the store and makes no progress: no other process can open it".
 * Returns `to`. */
const char *culprit_write(const struct culprit *culprit, char to[CULPRIT_TEXT]);

/* Kills it if it is ours, still the same process and still the holder. Does not kill one that waits for a disk (state
 * D), which ends by itself. False: not killed. */
bool culprit_kill(const struct paths *paths, const struct culprit *culprit);

#endif
