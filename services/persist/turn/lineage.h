/* lineage.h: whether the store goes on with the history that this persist, or the one before it, left. A person may put
 * an older data.mdb back by hand, between two runs or while persist runs. Its revisions come again with other contents
 * then. So the catalogue gets another id, as after a restore: each reader sees it and reads all items again.
 *
 *   DATA/store/lineage   the catalogue's id, its newest revision, and a hash of that row of the change log. It is
 *                        written after each commit and never synced: after a power cut it is older than the store,
 *                        whose history still has that row. Without the file, or with half of one, nothing is compared.
 *
 * Runs on the service's loop. */
#ifndef LOOPHOLE_PERSIST_LINEAGE_H
#define LOOPHOLE_PERSIST_LINEAGE_H

#include "services/persist/turn/persist.h"

/* After the store was opened: reads the file, and gives the store another id where its history is another one. Errors:
 * those of a commit. */
enum err lineage_open(struct persist *p, struct fault *fault);

/* Gives the store another catalogue id, in the caller's write transaction. Errors: full, io. */
enum err lineage_draw(struct txn *txn);

/* Of any transaction: the history is another one than the one that was noted last. */
bool lineage_is_another(const struct persist *p, struct txn *txn);

/* lineage_draw in a transaction of its own; no turn is open. Errors: those of a commit. */
enum err lineage_renew(struct persist *p, struct fault *fault);

/* Notes the state that a write transaction is about to commit; lineage_save writes it after the commit. */
void lineage_remember(struct persist *p);
void lineage_save(struct persist *p);

#endif
