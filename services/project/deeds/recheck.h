/* recheck.h: compares the files of a project that was opened or loaded with what is known of them, after the answer.
 * The indexer looks again at folders in which the size or the time of a sound differs from the catalogue's; it hashes
 * the file, and altered.h finds the item by its new content. A copy in Media with another size or time than its note is
 * hashed here. Nothing is rewritten. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_RECHECK_H
#define LOOPHOLE_PROJECT_RECHECK_H

#include "services/project/base/project.h"
#include "services/project/parts/parts.h"

/* Begins a check, which ends an older one. */
void recheck_begin(struct project *p, struct txn *txn, struct arena *arena, struct id project);

/* Adds the damaged copies that the last check of the project found, and that the project still notes, to its state:
 * `altered`, and `altered_items` up to `most`. */
void recheck_fill(const struct project *p, struct arena *arena, const struct element_list *parts, uint32_t most,
                  struct project_line *state);

void recheck_look(void *project); /* once a second after a start: checks the open project, once */
void recheck_close(struct project *p);

#endif
