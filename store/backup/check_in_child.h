/* check_in_child.h: the check of check.h in a child process (trial.h), which may die of a damaged store. Any thread. */
#ifndef LOOPHOLE_STORE_CHECK_IN_CHILD_H
#define LOOPHOLE_STORE_CHECK_IN_CHILD_H

#include "store/check/check.h"

/* Checks the store of `paths`, with `files` the files of artefacts too. Reports each problem, and the number of the
 * store's pages. The caller has no store open. Errors: internal (the child died: the store is damaged), offline (no
 * store yet), busy (another process blocks the store), those of store_open, full. */
enum err check_in_child(const struct paths *paths, bool files, void (*problem)(void *state, const char *what),
                        void *state, struct check_counts *counts, uint64_t *pages, struct fault *fault);

#endif
