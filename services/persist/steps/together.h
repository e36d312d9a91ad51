/* together.h: changes that are made together or not at all, within the open turn. Other clients' changes in the same
 * turn stay in either case. The loop's thread.
 *
 *   together_begin ─► operations ─► together_end: kept, or undone completely after an error */
#ifndef LOOPHOLE_PERSIST_TOGETHER_H
#define LOOPHOLE_PERSIST_TOGETHER_H

#include "services/persist/turn/persist.h"

/* The state of the turn before these changes. */
struct together {
    uint64_t head, request_revision, writes, kit_names;
    uint32_t changes;
    struct undo_pointers undo;
    size_t dropped;
};

/* Actions, bytes of the rows that such a group may rewrite, and values of JSON after which it begins no other action:
 * up to 20 ms of work each. The last action may read more: two parts with JSON_VALUES_PART each, which takes a tenth
 * of a second. */
enum { TOGETHER_MOST = 4096, TOGETHER_BYTES = 6 << 20, TOGETHER_VALUES = 16384 };

/* Opens the inner transaction. Errors (explained): full, io. */
enum err together_begin(struct persist *p, struct together *together, struct fault *fault);

/* Keeps all changes (`e` is ok), or undoes all. Returns `e`, or the error of a failed write, which breaks the turn. */
enum err together_end(struct persist *p, const struct together *together, enum err e, struct fault *fault);

/* Estimates the bytes that an edit or a move of this item writes: its rows, the row of the change log and the row of
 * the undo stack. `put`: bytes that these rows get; of an apply twice those of its edit, because the row of the undo
 * stack has them too. A missing item counts as 512 bytes. */
size_t together_reckon(struct persist *p, struct id item, bool touches_facts, size_t put);

/* Bytes of the edit's texts and facts. */
size_t together_count_edit(const struct edit *edit);

/* As together_reckon, for an element: its body afterwards, and if the edit makes a step twice that which it has now. */
size_t together_reckon_element(struct persist *p, const struct element_edit *edit);

/* As together_reckon, for keys of an element. */
size_t together_reckon_keys(struct persist *p, const struct element_edit *edit);

/* Errors (explained): too_large (more than TOGETHER_BYTES). */
enum err together_check(size_t bytes, struct fault *fault);

/* True if the group has read more than TOGETHER_VALUES: its next operation belongs into another group. Only the
 * operations themselves know what they read, because a part of a project may grow with each of them. */
bool together_is_used_up(const struct persist *p);
enum err together_refuse_values(struct fault *fault); /* too_large, explained */

#endif
