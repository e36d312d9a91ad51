/* verify.h: reads the files of items again, and compares the hash of their sound with the catalogue's. An ask may name
 * the content that it expects, because search compares copies by an earlier state of the catalogue. It changes only the
 * item of a file that is another one now: that is analysed again. At most VERIFY_ASKS asks at a time, each with a few
 * files in progress, so a drive that hangs delays only the asks that name its files. The loop's thread.
 *
 *   item ─┬─ away, missing, not analysed ──► its verdict at once
 *         └─ here ──► pipeline (opened, hashed by a worker, compared with the scan's size and times) ──► verdict */
#ifndef LOOPHOLE_INDEXER_VERIFY_H
#define LOOPHOLE_INDEXER_VERIFY_H

#include "services/indexer/state.h"

/* Takes an ask; its ticket is answered when all its items have a verdict. Errors (explained): bad_request, busy. */
enum err verify_ask(struct indexer *indexer, struct call *call, const struct indexer_verify *ask);
void verify_made(void *indexer, const struct analysis *analysis,
                 enum file_verdict verdict); /* called by the pipeline */
void verify_turn(struct indexer *indexer);   /* about ten times a second: drops the asks whose client is gone */
void verify_close(struct indexer *indexer);
unsigned verify_list_task(const struct indexer *indexer, struct task *task); /* number of tasks filled in: 0 or 1 */

#endif
