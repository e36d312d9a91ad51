#include "services/project/parts/listed_items.h"

#include <stdlib.h>

static int compare_listed(const void *a, const void *b)
{
    const struct listed_item *x = a, *y = b;
    int order = id_compare(x->id, y->id);

    return order ? order : x->tree < y->tree ? -1 : x->tree > y->tree;
}

struct listed_items listed_items_of(struct arena *arena, const struct tree *document)
{
    const struct tree *list = tree_get(document, "items");
    struct listed_items to = { 0, arena_array(arena, (list ? list->count : 0) + 1, sizeof(*to.at)) };

    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count; i++) {
        to.at[to.count].tree = &list->members[i].value;
        to.count += tree_id(&list->members[i].value, "id", &to.at[to.count].id);
    }
    if (to.count > 1)
        qsort(to.at, to.count, sizeof(*to.at), compare_listed);
    return to;
}

const struct tree *listed_item(const struct listed_items *items, struct id id)
{
    uint32_t low = 0, high = items->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (id_compare(items->at[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < items->count && id_equal(items->at[low].id, id) ? items->at[low].tree : NULL;
}
