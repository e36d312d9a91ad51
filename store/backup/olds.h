/* olds.h: the stores that migrations and restores replaced: DATA/store.before-N of version N, and
 * DATA/store.before-restore. The engine never reads them. Any thread. */
#ifndef LOOPHOLE_STORE_OLDS_H
#define LOOPHOLE_STORE_OLDS_H

#include <stdint.h>

#include "common/paths.h"

enum { OLDS_MOST = 64, OLD_NAME_SIZE = 64 };

struct old_store {
    char name[OLD_NAME_SIZE]; /* "store.before-1" */
    uint64_t bytes;           /* on the disk */
};

/* Lists at most OLDS_MOST; returns their number. */
uint32_t olds_list(const struct paths *paths, struct old_store olds[OLDS_MOST]);

/* Removes a listed store with its files. Errors: denied, io; exists (it contains other files). */
enum err olds_remove(const struct paths *paths, const struct old_store *old, struct fault *fault);

#endif
