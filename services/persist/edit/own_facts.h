/* own_facts.h: what a person says about one media item, among the facts whose subject is the item. */
#ifndef LOOPHOLE_PERSIST_OWN_FACTS_H
#define LOOPHOLE_PERSIST_OWN_FACTS_H

#include "common/arena.h"
#include "schema_persist.h"
#include "store/store.h"

/* One attribute that an edit sets or clears, and the person's fact of that name; NULL: none. */
struct own_fact {
    struct text attribute;
    const struct fact *was, *now;
};

struct own_facts {
    struct facts was, now; /* of every source */
    struct own_fact *said; /* by attribute, without doubles */
    uint32_t count;        /* of them */
    bool differ;
};

/* Errors: bad_request (no attribute, no value, out of its range), too_large (over 64 set and cleared in one edit). */
enum err own_facts_check(const struct edit *edit, struct fault *fault);

/* Gives `copy` lists of its own with the edit's facts and clear_facts and with room for 64 of each. `copy` may be the
 * edit itself. `arena` has no limit. */
void own_facts_room(struct arena *arena, const struct edit *edit, struct edit *copy);

/* Whether no fact more can be set or cleared; then the fault is too_large. */
bool own_facts_full(const struct edit *edit, struct fault *fault);

/* An item has some thousand facts, an edit up to 64: the facts are gone through once.
 * The item's facts after `clear_facts`, then `facts`, of the edit. Errors: too_large, internal. */
enum err own_facts_change(struct txn *txn, struct arena *arena, const struct edit *edit, struct own_facts *to,
                          struct fault *fault);

/* The edits that lead from `now` back to `was`, and from `was` to `now`: their facts and clear_facts. */
void own_facts_halves(struct arena *arena, const struct own_facts *facts, struct edit *before, struct edit *after);

#endif
