/* together_role.h: the clause for:WORD, from the counts in the index (role_counts.h): the terms of the word are ranked,
 * not their rows. One thread. */
#ifndef LOOPHOLE_SEARCH_TOGETHER_ROLE_H
#define LOOPHOLE_SEARCH_TOGETHER_ROLE_H

#include "services/search/index/index.h"
#include "services/search/query/companions.h"
#include "store/store.h"

/* Fills `to` with the TOGETHER_ITEMS items of the best scores; of the last score those of the lowest rows. `word` is
 * folded. Errors: full, internal. */
enum err together_find_role(struct index *index, struct txn *txn, struct arena *arena, struct text word,
                            struct companions *to);
int together_role_by_row(const void *a, const void *b); /* the order of struct together_item, to sort them */

#endif
