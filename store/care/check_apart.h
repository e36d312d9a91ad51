/* check_apart.h: the check of check.h in a child process (common/process/trial.h), which may die of a damaged store. */
#ifndef LOOPHOLE_STORE_CHECK_APART_H
#define LOOPHOLE_STORE_CHECK_APART_H

#include "store/check/check.h"

/* Checks the store of `paths`; with `files`, those of artefacts too. Reports the problems that were found, and how
 * many pages the store has. The caller has no store open. Errors: internal (the child died: the store is damaged),
 * offline (there is no store yet), busy (another process keeps all others from it), those of store_open, full. */
enum err check_apart(const struct paths *paths, bool files, void (*problem)(void *state, const char *what), void *state,
                     struct check_counts *counts, uint64_t *pages, struct fault *fault);

#endif
