/* readers.h: processes that hold old pages of the store. While a process reads a state of the store, LMDB reuses no
 * page of that state, and the store grows with each commit. On the loop of persist.
 *
 *   dead                                     its slot is cleared
 *   stopped (SIGSTOP, Ctrl-Z)                killed after 10 s and 1,000 commits
 *   held for 10 s, the store grew by 1/16    named in an alarm, with its pid and the growth
 *   of store.reader_growth_mib
 *   ... by store.reader_growth_mib           killed, if it is a program of loophole
 *
 * A process under a debugger is never killed. */
#ifndef LOOPHOLE_SERVICES_PERSIST_READERS_H
#define LOOPHOLE_SERVICES_PERSIST_READERS_H

#include "common/clock.h"
#include "store/store.h"

enum { READERS_MOST = 254 };

struct held_reader {
    struct reader reader;
    usec_t since;         /* on the steady clock: when it was first seen in this transaction */
    usec_t stopped_since; /* 0: it is not stopped */
    uint64_t pages;       /* size of the store at `since` */
};

struct readers {
    struct held_reader held[READERS_MOST];
    uint32_t count;
    uint64_t growth; /* pages: store.reader_growth_mib */
    int32_t alarmed; /* pid that the alarm names; 0: none */
    char alarm[160]; /* "": no reader holds the store for long */
};

/* Reads the setting. Errors: bad_request (the setting), io. */
enum err readers_open(struct readers *readers, const struct paths *paths, struct fault *fault);

/* Call it every few seconds. True: the alarm began, ended, or names another process. */
bool readers_look(struct readers *readers, struct store *store);

#endif
