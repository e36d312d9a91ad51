/* listed_items.h: the items that a document has, found by their ids. In the arena. One thread for each transaction and
 * arena. */
#ifndef LOOPHOLE_PROJECT_LISTED_ITEMS_H
#define LOOPHOLE_PROJECT_LISTED_ITEMS_H

#include "proto/wire/tree.h"

/* In the order of their ids. */
struct listed_items {
    uint32_t count;
    struct listed_item {
        struct id id;
        const struct tree *tree; /* in the order of the document */
    } *at;
};

struct listed_items listed_items_of(struct arena *arena, const struct tree *document); /* NULL: none */

/* The first one with this id; NULL: it is not there. */
const struct tree *listed_item(const struct listed_items *items, struct id id);

#endif
