/* culprit.h: the process that keeps all others from the store: it holds the turn for opening (files.h), or LMDB's mutex
 * of readers. Both are held for microseconds, unless the process is stopped meanwhile. Looks from outside: it opens no
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
    usec_t cpu; /* the same at two looks: it did not run */
    char state; /* as in proc.h */
    char program[CULPRIT_PROGRAM];
    bool is_ours; /* a program of loophole, of this user */
};

/* The holder at this moment; CULPRIT_NONE: no process holds either. */
struct culprit culprit_find(const struct paths *paths);

/* Both looks found the same process, and it did not run between them. */
bool culprit_is_stuck(const struct culprit *before, const struct culprit *now);

/* "process 12 (loophole, stopped) is opening the store and does not go on: no other process can open it".
 * Returns `to`. */
const char *culprit_write(const struct culprit *culprit, char to[CULPRIT_TEXT]);

/* Kills it when it is ours, is still the same process and still the holder, and does not wait for a disk (state D):
 * that ends by itself. False when it is not killed. */
bool culprit_kill(const struct paths *paths, const struct culprit *culprit);

#endif
