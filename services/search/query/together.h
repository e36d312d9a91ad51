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
#include "services/search/query/parse.h"
#include "store/store.h"

enum {
    TOGETHER_ROWS = 20000, /* uses that one clause reads */
    TOGETHER_ITEMS = 2000, /* items of one clause */
    TOGETHER_MATES = 500   /* items of the same pack that one clause adds */
};

/* One item that a clause finds. */
struct together_item {
    uint32_t row;
    uint32_t both, of;            /* in `both` of `of` contexts */
    uint64_t studios, studios_of; /* and in this number of studios of the community; rounded */
    bool is_mate;                 /* only of the same pack: `studios` of all `studios_of` use it */
    float score;
};

/* The items of a clause, by rising row. */
struct companions {
    uint32_t count;
    struct together_item *at;
};

/* Answers all such clauses of a query; the answers lie in the arena. Errors: full, internal. */
enum err together_find(struct index *index, struct txn *txn, struct arena *arena, struct node *root);

/* Returns the item of a row in the first such clause; NULL: none. */
const struct together_item *together_of(const struct node *root, uint32_t row);
bool together_is_asked(const struct node *root);

#endif
