/* lineage.h: whether the store continues the history that this persist, or its predecessor, left. A person may restore
 * an older data.mdb by hand, between two runs or while persist runs. Then its revisions are used again with other
 * contents. So the catalogue gets another id, as after a restore: each reader notices it and reads all items again.
 *
 *   DATA/store/lineage   the catalogue's id, its newest revision, and a hash of that row of the change log. persist
 *                        writes it after each commit and never syncs it: after a power cut it is older than the store,
 *                        whose history still has that row. If it is missing or incomplete, nothing is compared.
 *
 * Runs on the service's loop. */
#ifndef LOOPHOLE_PERSIST_LINEAGE_H
#define LOOPHOLE_PERSIST_LINEAGE_H

#include "services/persist/turn/persist.h"

/* Call it after the store was opened: reads the file, and gives the store another id if its history is different.
 * Errors: those of a commit. */
enum err lineage_open(struct persist *p, struct fault *fault);

/* Gives the store another catalogue id, in the caller's write transaction. Errors: full, io. */
enum err lineage_draw(struct txn *txn);

/* True if the store's history differs from the one that was noted last. In any transaction. */
bool lineage_is_another(const struct persist *p, struct txn *txn);

/* lineage_draw in its own transaction; no turn may be open. Errors: those of a commit. */
enum err lineage_renew(struct persist *p, struct fault *fault);

/* Notes the state that a write transaction is about to commit; lineage_save writes it after the commit. */
void lineage_remember(struct persist *p);
void lineage_save(struct persist *p);

#endif
