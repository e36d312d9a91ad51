/* readers.h: processes that hold the store's old pages: a dead one's slot is cleared; one that was stopped (SIGSTOP,
 * Ctrl-Z) inside a transaction is killed once it stands still for 10 s and is 1,000 commits behind: else the store
 * grows for as long as it stands. One under a debugger is left alone. On the loop of persist. */
#ifndef LOOPHOLE_SERVICES_PERSIST_READERS_H
#define LOOPHOLE_SERVICES_PERSIST_READERS_H

#include "common/clock.h"
#include "store/store.h"

enum { READERS_STOPPED_MOST = 64 };

struct stopped_reader {
    struct reader reader;
    usec_t since; /* on the steady clock: when it was first seen so */
};

struct readers {
    struct stopped_reader stopped[READERS_STOPPED_MOST];
    uint32_t count;
};

/* To be called every few seconds. */
void readers_look(struct readers *readers, struct store *store);

#endif
