/* together.h: changes that are made together or not at all, within the open turn. Other clients' changes of the same
 * turn stay, whatever becomes of these.
 *
 *   together_begin ─► operations ─► together_end: kept, or (an error) taken back as if they had never been       */
#ifndef LOOPHOLE_PERSIST_TOGETHER_H
#define LOOPHOLE_PERSIST_TOGETHER_H

#include "services/persist/turn/persist.h"

/* The turn as it was before. */
struct together {
    uint64_t head, request_revision, writes;
    uint32_t changes;
    struct undo_pointers undo;
    size_t dropped;
};

/* Bytes of rows that one such change may rewrite: about 20 ms of work. */
enum { TOGETHER_BYTES = 6 << 20 };

/* Errors (explained): full, io. */
enum err together_begin(struct persist *p, struct together *together, struct fault *fault);

/* Keeps all (`e` is ok), or takes all back. Returns `e`, or what went wrong; then the turn is broken. */
enum err together_end(struct persist *p, const struct together *together, enum err e, struct fault *fault);

/* What an edit or a move of this item is reckoned as, in bytes: its rows, the row of the change log and the row of the
 * undo stack. An item that is not there counts as little. */
size_t together_reckon(struct persist *p, struct id item, bool touches_facts);

/* Errors (explained): too_large. */
enum err together_check(size_t bytes, struct fault *fault);

#endif
