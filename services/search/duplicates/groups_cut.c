#include "services/search/duplicates/groups_cut.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "services/search/duplicates/groups_parts.h"

static int by_kind_and_first(const void *a, const void *b)
{
    const struct found_group *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->at[0] > y->at[0]) - (x->at[0] < y->at[0]);
}

/* Writes the wanted members of a group; returns how many. */
static uint32_t pick_members(const struct found_group *group, const bool *is_wanted, uint32_t *to)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < group->count; i++)
        if (is_wanted[group->at[i]])
            to[count++] = group->at[i];
    return count;
}

void groups_cut(const struct duplicate_groups *groups, const bool *is_wanted, struct groups_cut *to)
{
    uint32_t used = 0;

    *to = (struct groups_cut){ .at = alloc_array(groups->group_count, sizeof(*to->at)),
                               .members = alloc_array(groups->member_count, sizeof(*to->members)) };
    for (uint32_t g = 0; g < groups->group_count; g++) {
        const struct found_group *group = &groups->groups[g];
        uint32_t *members = to->members + used, count = pick_members(group, is_wanted, members);

        if (!groups_is_news(groups, (int)group->kind, members, count))
            continue;
        to->at[to->count++] = (struct found_group){ group->kind, members, count };
        used += count;
    }
    if (to->count)
        qsort(to->at, to->count, sizeof(*to->at), by_kind_and_first);
}

void groups_cut_free(struct groups_cut *cut)
{
    free(cut->at);
    free(cut->members);
    *cut = (struct groups_cut){ 0 };
}

uint32_t groups_cut_count(const struct groups_cut *cut, const struct duplicate_groups *groups)
{
    return cut->at ? cut->count : groups_count(groups);
}

bool groups_cut_get(const struct groups_cut *cut, const struct duplicate_groups *groups, uint32_t number,
                    struct found_group *to)
{
    if (!cut->at)
        return groups_get(groups, number, to);
    if (number < cut->count)
        *to = cut->at[number];
    return number < cut->count;
}
