/* own_facts.h: the facts that a person sets about one media item. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_OWN_FACTS_H
#define LOOPHOLE_PERSIST_OWN_FACTS_H

#include "common/arena.h"
#include "schema_persist.h"
#include "store/store.h"

/* One attribute that an edit sets or clears, with the person's fact of that name before and after; NULL: none. */
struct own_fact {
    struct text attribute;
    const struct fact *was, *now;
};

struct own_facts {
    struct facts was, now; /* facts of every source */
    struct own_fact *said; /* sorted by attribute, without duplicates */
    uint32_t count;        /* entries in `said` */
    bool differ;
};

/* Errors: bad_request (no attribute, no value, a value out of range), too_large (the edit sets and clears more than
 * 64). */
enum err own_facts_check(const struct edit *edit, struct fault *fault);

/* Gives `copy` its own lists: they contain the edit's facts and clear_facts, and have room for 64 of each. `copy` may
 * be the edit itself. `arena` has no limit. */
void own_facts_room(struct arena *arena, const struct edit *edit, struct edit *copy);

/* True if the edit already sets and clears the most facts that one edit may; sets the fault too_large. */
bool own_facts_full(const struct edit *edit, struct fault *fault);

/* Computes the item's facts after the edit's `clear_facts`, and then its `facts`, in `arena`. An item may have
 * thousands of facts and an edit up to 64, so the function walks the facts of the item once. Errors: too_large,
 * internal. */
enum err own_facts_change(struct txn *txn, struct arena *arena, const struct edit *edit, struct own_facts *to,
                          struct fault *fault);

/* Makes the two edits that lead from `now` back to `was`, and from `was` to `now`, in `arena`: facts and
 * clear_facts. */
void own_facts_halves(struct arena *arena, const struct own_facts *facts, struct edit *before, struct edit *after);

#endif
