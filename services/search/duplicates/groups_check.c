#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/duplicates/fingerprint.h"
#include "services/search/duplicates/forest.h"
#include "services/search/duplicates/groups_parts.h"

static int most_alike_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->alike < y->alike || x->alike > y->alike)
        return x->alike > y->alike ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* Joins the two sounds if they are known to be the same. Lists the pair once if they were not compared yet. */
static void take_pair(struct duplicate_groups *t, uint32_t i, uint32_t k)
{
    const struct near_sounds *near = &t->now.near[i];
    uint32_t j = near->at[k], back = candidates_find(&t->now.near[j], i);

    if (near->verdict[k] == VERDICT_SAME)
        forest_join(t->root[GROUPS_SOUND], i, j);
    else if (near->verdict[k] != VERDICT_OTHER && (i < j || back == CANDIDATES_NEAR))
        t->pairs[t->pair_count++] = (struct pair){ i, j, near->alike[k] };
}

/* Copies a verdict between two sounds that list each other, if only one of them has it. */
static void share_verdicts(struct duplicate_groups *t, uint32_t i)
{
    struct near_sounds *near = &t->now.near[i];

    for (uint32_t k = 0; k < near->count; k++) {
        struct near_sounds *other = &t->now.near[near->at[k]];
        uint32_t back = candidates_find(other, i);
        if (back == CANDIDATES_NEAR)
            continue;
        if (near->verdict[k] == VERDICT_NONE)
            near->verdict[k] = other->verdict[back];
        else
            other->verdict[back] = near->verdict[k];
    }
}

enum err groups_list_pairs(struct duplicate_groups *t)
{
    size_t most = 0;

    for (uint32_t i = 0; i < t->now.count; i++)
        most += t->now.near[i].count;
    if (!limits_leave(most * sizeof(*t->pairs)))
        return ERR_FULL;
    t->pairs = alloc_array(most, sizeof(*t->pairs));
    for (uint32_t i = 0; i < t->now.count; i++)
        share_verdicts(t, i);
    for (uint32_t i = 0; i < t->now.count; i++)
        for (uint32_t k = 0; k < t->now.near[i].count; k++)
            take_pair(t, i, k);
    qsort(t->pairs, t->pair_count, sizeof(*t->pairs), most_alike_first);
    return ERR_OK;
}

static void set_verdict(struct duplicate_groups *t, const struct pair *pair, enum sound_verdict verdict)
{
    uint32_t there = candidates_find(&t->now.near[pair->a], pair->b),
             back = candidates_find(&t->now.near[pair->b], pair->a);

    if (there < CANDIDATES_NEAR)
        t->now.near[pair->a].verdict[there] = (uint8_t)verdict;
    if (back < CANDIDATES_NEAR)
        t->now.near[pair->b].verdict[back] = (uint8_t)verdict;
}

static bool read_fingerprint(struct duplicate_groups *t, struct txn *txn, const struct paths *paths, uint32_t sound,
                             struct fingerprint *to)
{
    struct bytes content = bytes_of(t->now.each[sound].content, sizeof(t->now.each[sound].content));
    struct artefact artefact;

    return catalogue_artefact(txn, paths, &t->arena, content, TEXT("print"), &artefact) == ERR_OK &&
           fingerprint_read(artefact.data, to);
}

/* If a fingerprint has a row but its file is gone, it will be made again. */
static bool has_fingerprint(struct duplicate_groups *t, struct txn *txn, uint32_t sound)
{
    return catalogue_has_artefact(txn, bytes_of(t->now.each[sound].content, sizeof(t->now.each[sound].content)),
                                  TEXT("print"));
}

void groups_check_pair(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    const struct pair *pair = &t->pairs[t->next];
    struct fingerprint a, b;

    if (forest_find(t->root[GROUPS_SOUND], pair->a) == forest_find(t->root[GROUPS_SOUND], pair->b))
        return;
    if (!read_fingerprint(t, txn, paths, pair->a, &a) || !read_fingerprint(t, txn, paths, pair->b, &b)) {
        t->unread += has_fingerprint(t, txn, pair->a) && has_fingerprint(t, txn, pair->b);
        set_verdict(t, pair, VERDICT_UNREAD);
    } else if (fingerprint_is_same(t->bench, &a, &b)) {
        forest_join(t->root[GROUPS_SOUND], pair->a, pair->b);
        set_verdict(t, pair, VERDICT_SAME);
    } else {
        set_verdict(t, pair, VERDICT_OTHER);
    }
}
