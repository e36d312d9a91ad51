/* remake.h: files of artefacts that are gone or changed are made again, by hearing a file of their content. No fact,
 * item or revision changes. What needs it is found by a look at all rows and files: at the start, when the folder of
 * artefacts changed, when a library is there again, when it is asked for, and now and then. The loop's.
 *
 *   wanted ─► survey (a thread) ─► contents ─► find (a thread) ─┬─ a file is in reach ──► pipeline ──► persist
 *                          an item that is asked for ──► first ─┴─ none is: it waits, for a later look      */
#ifndef LOOPHOLE_INDEXER_REMAKE_H
#define LOOPHOLE_INDEXER_REMAKE_H

#include "services/indexer/state.h"

struct task;

void remake_open(struct indexer *indexer);
void remake_close(struct indexer *indexer);

void remake_want(struct indexer *indexer);

/* That item's artefacts, before all others. Errors: not_found, offline (no file of its content is in reach), busy. */
enum err remake_ask(struct indexer *indexer, struct id media, struct fault *fault);

void remake_turn(struct indexer *indexer); /* ten times a second or so */
void remake_look(struct indexer *indexer); /* every second: is there a reason to look? */
void remake_made(void *indexer, struct id content, enum remade_how how);
unsigned remake_list_task(const struct indexer *indexer, struct task *task); /* tasks that were filled in: 0 or 1 */

#endif
