/* safe_names.h: names of files that are valid on any file system and unique, also without regard to case. Any thread;
 * one at a time. */
#ifndef LOOPHOLE_COMMON_SAFE_NAMES_H
#define LOOPHOLE_COMMON_SAFE_NAMES_H

#include "common/id_table.h"
#include "common/text.h"

enum { SAFE_NAME_SIZE = 192 }; /* bytes of a name with a closing zero */

/* Zeroed: no name is taken. */
struct safe_names {
    /* Hashes of names in lower case. Each has the last number that was added to the name, at least 1. */
    struct id_table taken;
};

void safe_names_take(struct safe_names *names, const char *name); /* takes a name of an existing file */

/* Writes and takes a name for a file of this path: the path's last part, made safe (UTF-8, without separators, controls
 * and reserved names), with a number if it is taken: "kick (2).wav". */
void safe_names_choose(struct safe_names *names, struct bytes path, char to[SAFE_NAME_SIZE]);

void safe_names_free(struct safe_names *names); /* then no name is taken */

#endif
