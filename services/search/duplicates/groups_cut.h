/* groups_cut.h: the groups of a finished search, cut to some of its items: what a group has of them, where that is at
 * least two. So a question about a part of a library needs no search of its own. One thread. */
#ifndef LOOPHOLE_SEARCH_GROUPS_CUT_H
#define LOOPHOLE_SEARCH_GROUPS_CUT_H

#include "services/search/duplicates/groups.h"

/* All zero: not cut, all items are wanted. */
struct groups_cut {
    struct found_group *at; /* in the order of groups_get; NULL: not cut */
    uint32_t count;
    uint32_t *members; /* of all of them */
};

/* `is_wanted`, by number of item. Takes GROUPS_CUT_BYTES at most; the caller has checked limits_leave. groups_cut_free
 * frees `to`. */
#define GROUPS_CUT_BYTES(items, groups)                                                                                \
    ((items) * sizeof(uint32_t) * GROUPS_KINDS + (groups) * sizeof(struct found_group))
void groups_cut(const struct duplicate_groups *groups, const bool *is_wanted, struct groups_cut *to);
void groups_cut_free(struct groups_cut *cut); /* leaves it all zero */

/* Like groups_count and groups_get, for the remaining part of `groups`. */
uint32_t groups_cut_count(const struct groups_cut *cut, const struct duplicate_groups *groups);
bool groups_cut_get(const struct groups_cut *cut, const struct duplicate_groups *groups, uint32_t number,
                    struct found_group *to);

#endif
