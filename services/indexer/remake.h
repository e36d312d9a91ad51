/* remake.h: makes an artefact again if its file is gone or changed, by analysing a file with its content. No fact, item
 * or revision changes. A survey compares the rows of all artefacts with their files. It runs at the start, regularly,
 * on demand, when the folder of artefacts changed, and when a library has returned. The loop's thread.
 *
 *   wanted ─► survey (a thread) ─► contents ─► find (a thread) ─┬─ a file can be read ──► pipeline ──► persist
 *                          an item that is asked for ──► first ─┴─ none: it waits for a later survey */
#ifndef LOOPHOLE_INDEXER_REMAKE_H
#define LOOPHOLE_INDEXER_REMAKE_H

#include "services/indexer/state.h"

void remake_open(struct indexer *indexer);
void remake_close(struct indexer *indexer);

/* Makes a survey due. */
void remake_want(struct indexer *indexer);

/* Makes the artefacts of that item before all others. Errors: not_found, offline (no file of its content can be read),
 * busy. */
enum err remake_ask(struct indexer *indexer, struct id media, struct fault *fault);

void remake_turn(struct indexer *indexer); /* about ten times a second */
void remake_look(struct indexer *indexer); /* every second: checks whether a survey is due */
/* Called by the pipeline: the result for one content. */
void remake_made(void *indexer, struct id content, enum remade_how how);
unsigned remake_list_task(const struct indexer *indexer, struct task *task); /* number of tasks filled in: 0 or 1 */

#endif
