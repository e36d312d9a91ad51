/* safe_names.h: names of files and folders that every file system and system accepts, and that differ on each of them.
 * All names that the engine makes come from here: takes, exports, copies, zips, baskets, patterns, projects. Any
 * thread; one at a time for each struct. */
#ifndef LOOPHOLE_COMMON_SAFE_NAMES_H
#define LOOPHOLE_COMMON_SAFE_NAMES_H

#include "common/id_table.h"
#include "common/text.h"

enum {
    SAFE_NAME_MOST = 240, /* bytes of a name, so that a caller may add a number and an ending within 255 */
    SAFE_NAME_SIZE = 256,
};

/* Writes a portable form of a person's name, 1 to SAFE_NAME_MOST bytes of UTF-8: no separators, no characters that
 * Windows refuses, no controls, no dot or dash first, no dot or blank last, no name of a device. A name that is too
 * long loses characters before its extension. A portable name stays as it is. */
void safe_name_write(struct text name, char to[SAFE_NAME_SIZE]);

/* Zeroed: no name is taken. */
struct safe_names {
    /* Hashes of folded names. Each has the last number that was added to the name, at least 1. */
    struct id_table taken;
};

void safe_names_take(struct safe_names *names, struct text name); /* takes a name of an existing file */

/* True if the name or a twin is taken. Twins are the same name to some file system: they differ in case, in accents,
 * or in the form of a letter (composed or not). */
bool safe_names_has(struct safe_names *names, struct text name);

/* Writes and takes a name for a file of this path: the portable form of the path's last part, with a number if it or a
 * twin is taken: "kick (2).wav". */
void safe_names_choose(struct safe_names *names, struct bytes path, char to[SAFE_NAME_SIZE]);

void safe_names_free(struct safe_names *names); /* then no name is taken */

#endif
