/* together.h: what is used together: the clauses after:ID, with:ID and for:ROLE, answered from the uses in the store
 * and ranked by Bayesian shrinkage. One thread.
 *
 *   with:ID    contexts that use both, in the same section and in another role, where sections and roles are known
 *   after:ID   contexts that use both, the item in the same section or a later one, where sections are known
 *   for:WORD   contexts that use the item in this role or this section
 *
 *   score = (both + K p) / (of + K) / p^(1/4)    both: such contexts; of: contexts of ID, or in all; p: the share of
 *                                               all contexts that use the item; K: SHRUNK_PRIOR
 *
 * What the community published (store/community.h) is added to both, of and p: a studio counts 1 / SHRUNK_OWN of a
 * context here.
 *
 * So an item that is used once, together with ID by chance, does not come before one that often is. */
#ifndef LOOPHOLE_SEARCH_TOGETHER_H
#define LOOPHOLE_SEARCH_TOGETHER_H

#include "services/search/index/index.h"
#include "services/search/query/companions.h"
#include "services/search/query/parse.h"
#include "store/store.h"

/* Answers all such clauses of a query; the answers lie in the arena. Errors: full, internal. */
enum err together_find(struct index *index, struct txn *txn, struct arena *arena, struct node *root);

/* Returns the item of a row in the first such clause; NULL: none. */
const struct together_item *together_of(const struct node *root, uint32_t row);
bool together_is_asked(const struct node *root);

#endif
