/* gone.h: the items of one content whose files are gone from volumes that are online. Each item is taken once. Adding
 * and taking cost the same for each item, however many there are. One thread at a time. */
#ifndef LOOPHOLE_INDEXER_GONE_H
#define LOOPHOLE_INDEXER_GONE_H

#include "common/arena.h"
#include "common/id_table.h"

struct gone_item {
    struct id id;
    struct bytes file; /* its file's name */
    bool is_taken;
};

/* A zeroed struct is empty. */
struct gone_list {
    uint32_t count, room;
    struct gone_item *at; /* in the order in which they were added */
    struct gone_item **by_name;
    uint32_t *next, *next_named; /* for each index in `at` and `by_name`: no item before this index is free */
    struct arena arena;          /* for all members */
};

void gone_add(struct gone_list *list, struct id id, struct bytes file); /* copies the name */

/* Call it after the last gone_add, before the first gone_take. */
void gone_sort(struct gone_list *list);

/* Takes the first item of that name, else the first item; NULL: none is left. Skips `self` and the items in
 * `claimed`. */
const struct gone_item *gone_take(struct gone_list *list, struct bytes name, struct id self,
                                  const struct id_table *claimed);

void gone_free(struct gone_list *list);

#endif
