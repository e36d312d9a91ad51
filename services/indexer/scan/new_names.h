/* new_names.h: names of unknown kind that appeared in watched folders. A file is closed after it was written; a
 * symbolic link is not. So a name that nobody wrote may be a link. Pure. One thread. */
#ifndef LOOPHOLE_INDEXER_NEW_NAMES_H
#define LOOPHOLE_INDEXER_NEW_NAMES_H

#include <limits.h>

#include "common/clock.h"

enum {
    NEW_NAMES = 64, /* more at once: the scans find them */
    NEW_NAMES_UNWRITTEN_US = 300000,
};

struct new_names {
    struct new_name {
        int wd; /* the folder's watch; 0: none */
        usec_t since;
        char name[NAME_MAX + 1];
    } each[NEW_NAMES];
};

void new_names_add(struct new_names *names, int wd, const char *name, usec_t now);
void new_names_drop(struct new_names *names, int wd, const char *name); /* it was written */

/* Takes a name that nobody wrote for 300 ms: the folder's watch, or 0 if there is none. */
int new_names_take(struct new_names *names, usec_t now);

#endif
