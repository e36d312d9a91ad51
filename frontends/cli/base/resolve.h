/* resolve.h: the place that a typed path names. A process of its own follows all links, and is given up when a file
 * system does not answer (look.h). One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RESOLVE_H
#define LOOPHOLE_FRONTENDS_CLI_RESOLVE_H

#include <limits.h>
#include <stdbool.h>

#include "common/err.h"

/* Absolute and without links. A missing file, or one of an absent disk, still has a place in the catalogue: after the
 * nearest existing folder the path is as typed. */
struct resolved {
    bool exists;
    char path[PATH_MAX];
};

/* Errors: not_found (no path can be made of it); timeout (its file system does not answer: the fault names the mount);
 * busy. */
enum err resolve_path(const char *typed, struct resolved *to, struct fault *fault);

/* Before a command opens a typed path itself: reads the file, or the folder that it is to be in, in a process of its
 * own. Ok for any other problem of the path, which opening it reports. Errors: timeout (names the mount), busy. */
enum err resolve_reach(const char *typed, struct fault *fault);

#endif
