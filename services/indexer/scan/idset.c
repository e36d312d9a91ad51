#include "services/indexer/scan/idset.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"

/* The last eight bytes of an id are random, so they serve as its hash. */
static size_t home_of(const struct idset *set, struct id id)
{
    uint64_t word;

    memcpy(&word, id.b + 8, sizeof(word));
    return (size_t)(word * 0x9e3779b97f4a7c15u >> 20) & (set->room - 1);
}

/* The index of the id, or the free index where it belongs. */
static size_t find_slot(const struct idset *set, struct id id)
{
    size_t i = home_of(set, id);

    while (!id_is_zero(set->at[i]) && !id_equal(set->at[i], id))
        i = (i + 1) & (set->room - 1);
    return i;
}

static bool grow_set(struct idset *set)
{
    struct idset more = { .room = set->room ? set->room * 2 : 64 };

    if (set->room && !limits_leave(more.room * sizeof(*more.at)))
        return false;
    more.at = alloc_zeroed(more.room, sizeof(*more.at));
    for (size_t i = 0; i < set->room; i++)
        if (!id_is_zero(set->at[i]))
            more.at[find_slot(&more, set->at[i])] = set->at[i];
    more.count = set->count;
    free(set->at);
    *set = more;
    return true;
}

bool idset_add(struct idset *set, struct id id)
{
    if (id_is_zero(id) || (set->count * 4 >= set->room * 3 && !grow_set(set)))
        return false;
    size_t i = find_slot(set, id);
    if (!id_is_zero(set->at[i]))
        return false;
    set->at[i] = id;
    set->count++;
    return true;
}

bool idset_has(const struct idset *set, struct id id)
{
    return set->room && !id_is_zero(id) && id_equal(set->at[find_slot(set, id)], id);
}

/* Moves later entries of the same run into the gap. */
void idset_remove(struct idset *set, struct id id)
{
    if (!idset_has(set, id))
        return;
    size_t mask = set->room - 1, gap = find_slot(set, id);
    for (size_t i = (gap + 1) & mask; !id_is_zero(set->at[i]); i = (i + 1) & mask)
        if (((i - home_of(set, set->at[i])) & mask) >= ((i - gap) & mask)) {
            set->at[gap] = set->at[i];
            gap = i;
        }
    memset(&set->at[gap], 0, sizeof(set->at[gap]));
    set->count--;
}

void idset_free(struct idset *set)
{
    free(set->at);
    *set = (struct idset){ 0 };
}
