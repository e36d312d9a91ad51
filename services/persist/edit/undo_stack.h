/* undo_stack.h: the steps of each scope, as rows: each row is one operation with its inverse. A step is one row, or
 * several consecutive rows (undo_open). Its number is that of its first row. Errors: those of the store (undo_row: also
 * not_found). A write that fails breaks the turn. The loop's thread.
 *
 *   scope                          rows of DB_UNDO           pointers in DB_META
 *   catalogue (a zero id)          number                    "undo"
 *   moves, or the id of a project  scope, number             "undo", scope */
#ifndef LOOPHOLE_PERSIST_UNDO_STACK_H
#define LOOPHOLE_PERSIST_UNDO_STACK_H

#include "services/persist/turn/persist.h"

extern const struct id undo_moves; /* the scope of moves that scans followed */

/* Reads "", "catalogue", "moves" or an id. Errors: bad_request (explained). */
enum err undo_read_scope(struct text word, struct id *scope, struct fault *fault);
struct text undo_write_scope(struct id scope, char room[ID_TEXT_SIZE]);

/* Load the catalogue's pointers into p->undo when a transaction opens, and store them before it is committed. */
enum err undo_load(struct persist *p);
enum err undo_save(struct persist *p);

/* Read and write the pointers of any scope, in persist's write transaction. */
enum err undo_pointers(struct persist *p, struct id scope, struct undo_pointers *to);
enum err undo_point(struct persist *p, struct id scope, struct undo_pointers to);

/* Reads the pointers of a scope in a read transaction. */
enum err undo_pointers_read(struct txn *txn, struct id scope, struct undo_pointers *to);

uint64_t undo_most(struct id scope); /* operations that a scope keeps */

/* A step with more rows than `whole` is undone, or redone, in parts of `part` rows. */
struct undo_pieces {
    uint64_t whole, part;
};
struct undo_pieces undo_pieces(void);

/* The part of a project that a row changes; NULL: none. */
const struct element_edit *undo_element(const struct undo_step *row);

/* The key of a row, and the row itself. */
struct key undo_key(struct id scope, uint64_t number);
enum err undo_row(struct txn *txn, struct arena *arena, struct id scope, uint64_t number, struct undo_step *to);
enum err undo_row_put(struct persist *p, struct id scope, uint64_t number, const struct undo_step *row);

/* Reads the first row that is kept of the step that begins with row *first, and sets *first to its number. It is
 * another row only if the step is the newest and has more rows than its scope keeps. Errors: not_found (rows of later
 * steps took the place of its first ones). */
enum err undo_first_kept(struct txn *txn, struct arena *arena, struct id scope, uint64_t top, uint64_t *first,
                         struct undo_step *row);

/* Finds the step that ends with row `last`; of a step that is half undone, its rows up to that one. Sets *first to the
 * number of its first row that is kept, and `row` to that row. Errors: as undo_first_kept. */
enum err undo_step_ending(struct txn *txn, struct arena *arena, struct id scope, uint64_t top, uint64_t last,
                          uint64_t *first, struct undo_step *row);

/* True if what the row changes is still in the catalogue. Without it, undo and redo skip the row. */
bool undo_has_item(struct txn *txn, struct arena *arena, const struct undo_step *row);

/* Until undo_close, all pushed rows belong to one step of `scope` with that label, which must outlive undo_close.
 * undo_close stores the pointers and returns the number of the step; 0: nothing was pushed. */
void undo_open(struct persist *p, struct id scope, struct text label);
uint64_t undo_close(struct persist *p);

/* Adds a row to the open step; without one, adds a step to `scope`. This discards the steps that were undone: the
 * new rows overwrite theirs. */
enum err undo_push(struct persist *p, struct id scope, const struct undo_step *row);

#endif
