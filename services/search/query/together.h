/* together.h: answers the clauses after:ID, with:ID and for:ROLE from the uses in the store: which items are used
 * together. Ranks them by Bayesian shrinkage. One thread.
 *
 *   with:ID    contexts that use both, in the same section, and in another role or both as drums, where sections and
 *              roles are known
 *   after:ID   contexts that use both, the item in the same section or a later one, where sections are known
 *   for:WORD   contexts that use the item in this role or this section
 *
 *   score = (both + K p) / (of + K) / p^(1/4)    both: such contexts; of: contexts of ID, or all; p: share of
 *                                               all contexts that use the item; K: SHRUNK_PRIOR
 *
 * The counts of the community (store/community.h) are added to both, of and p. A studio of the community counts as 1 /
 * SHRUNK_OWN of a context here.
 *
 * So an item that was used once with ID, by chance, ranks below an item that is often used with it. */
#ifndef LOOPHOLE_SEARCH_TOGETHER_H
#define LOOPHOLE_SEARCH_TOGETHER_H

#include "services/search/index/index.h"
#include "services/search/query/companions.h"
#include "services/search/query/parse.h"
#include "store/store.h"

/* Answers all these clauses of a query, in the arena. Errors: full, internal. */
enum err together_find(struct index *index, struct txn *txn, struct arena *arena, struct node *root);

/* Returns the item of this row in the answer to the first of these clauses; NULL: none. */
const struct together_item *together_of(const struct node *root, uint32_t row);
bool together_is_asked(const struct node *root);

#endif
