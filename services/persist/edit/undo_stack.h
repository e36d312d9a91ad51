/* undo_stack.h: the steps of each scope, as rows: each row is one operation with its inverse. A step is one row, or
 * several rows that follow each other (undo_open). Its number is that of its first row.
 *
 *   scope                          rows of DB_UNDO           pointers in DB_META
 *   catalogue (a zero id)          number                    "undo"
 *   moves, or the id of a project  scope, number             "undo", scope
 */
#ifndef LOOPHOLE_PERSIST_UNDO_STACK_H
#define LOOPHOLE_PERSIST_UNDO_STACK_H

#include "services/persist/turn/persist.h"

extern const struct id undo_moves; /* the scope of moves that scans followed */

/* "" and "catalogue", "moves", or an id. Errors: bad_request (explained). */
enum err undo_read_scope(struct text word, struct id *scope, struct fault *fault);
struct text undo_write_scope(struct id scope, char room[ID_TEXT_SIZE]);

/* The pointers of the catalogue in this transaction, from the store and back. */
enum err undo_load(struct persist *p);
enum err undo_save(struct persist *p);

/* The pointers of any scope, in persist's own transaction. */
enum err undo_pointers(struct persist *p, struct id scope, struct undo_pointers *to);
enum err undo_point(struct persist *p, struct id scope, struct undo_pointers to);

/* The same of a reader's transaction. */
enum err undo_pointers_read(struct txn *txn, struct id scope, struct undo_pointers *to);

struct key undo_key(struct id scope, uint64_t number);
enum err undo_row(struct txn *txn, struct arena *arena, struct id scope, uint64_t number, struct undo_step *to);

/* Until undo_close, all that is pushed becomes one step of `scope`, with that label (which outlives undo_close).
 * undo_close gives the number of the step; 0: nothing was pushed. */
void undo_open(struct persist *p, struct id scope, struct text label);
uint64_t undo_close(struct persist *p);

/* Adds a row to the open step; without one, a step to `scope`. Steps that were taken back are gone with it; the next
 * rows overwrite theirs. */
enum err undo_push(struct persist *p, struct id scope, const struct undo_step *row);
enum err undo_push_edit(struct persist *p, const struct edit *before, const struct edit *after);

#endif
