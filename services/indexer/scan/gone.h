/* gone.h: the items of one content whose files are gone, from volumes that are here. Each is taken once. Any number of
 * them: adding and taking all costs no more for each than for a few. One thread at a time. */
#ifndef LOOPHOLE_INDEXER_GONE_H
#define LOOPHOLE_INDEXER_GONE_H

#include "common/arena.h"
#include "common/err.h"
#include "services/indexer/scan/idset.h"

struct gone_item {
    struct id id;
    struct bytes file; /* its name */
    bool is_taken;
};

/* Zeroed is empty. */
struct gone_list {
    uint32_t count, room;
    struct gone_item *at; /* in the order in which they were added */
    struct gone_item **by_name;
    uint32_t *next, *next_named; /* of each place in `at` and `by_name`: no other before that one is free */
    struct arena arena;          /* of all of it */
};

enum err gone_add(struct gone_list *list, struct id id, struct bytes file); /* errors: full */

/* After the last one, and before the first is taken. Errors: full. */
enum err gone_sort(struct gone_list *list);

/* Takes the first one of that name, else the first of all; NULL: none is left. `self` and those in `claimed` are left
 * out. */
const struct gone_item *gone_take(struct gone_list *list, struct bytes name, struct id self,
                                  const struct idset *claimed);

void gone_free(struct gone_list *list);

#endif
