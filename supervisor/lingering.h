/* lingering.h: services that were killed and cannot end, because a thread waits in the kernel for a file system. They
 * answer nothing and write nothing more; their successors run. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_LINGERING_H
#define LOOPHOLE_SUPERVISOR_LINGERING_H

#include "supervisor/spawn.h"

enum { LINGERING_MOST = 16 };

/* A zeroed struct is empty. */
struct lingering {
    uint32_t count;
    struct spawn at[LINGERING_MOST];
};

/* Takes the process over, and kills the rest of its group. False: there are too many already, so the service waits. */
bool lingering_add(struct lingering *all, struct spawn *process);

/* Buries those that ended meanwhile. */
void lingering_look(struct lingering *all);

#endif
