/* recheck.h: compares the files of a project with the catalogue and with the notes of its copies, after the ask that
 * opened or loaded the project was answered. The indexer looks again at folders in which the size or the time of a
 * sound differs from the catalogue's; it hashes the file, and altered.h finds the item by its new content. A copy in
 * Media whose size or time differs from its note is hashed here. If Media has a file that neither the project nor the
 * catalogue knows, the indexer gets it (media_tree.h). Nothing is rewritten. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_RECHECK_H
#define LOOPHOLE_PROJECT_RECHECK_H

#include "services/project/base/project.h"
#include "services/project/parts/parts.h"
#include "services/project/parts/uses.h"

/* Begins a check of a project with these parts, whose uses are resolved, and cancels an earlier one. */
void recheck_begin(struct project *p, struct txn *txn, struct arena *arena, struct id project,
                   const struct element_list *parts, const struct item_uses *uses);

/* Adds the damaged copies that the last check of the project found, and that the project still notes, to its state:
 * `altered`, and `altered_items` up to `most`. */
void recheck_fill(const struct project *p, struct arena *arena, const struct element_list *parts, uint32_t most,
                  struct project_line *state);

#define RECHECK_LOOK_US 1000000
void recheck_look(void *project); /* by service_every, until it could check the open project, once */
void recheck_close(struct project *p);

#endif
