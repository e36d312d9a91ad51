#include "services/search/near/near_find.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/search/near/near_query.h"

enum { LOST = 8, FAR = 8, FULL_LIMIT = 240, POOR_LIMIT = 160, ROUNDING = 4 };

/* ---- coarse codes ---- */

/* Scales the table so that the highest score accepted now is just below 255. */
static void set_scales(struct near_query *query)
{
    query->unit = fmaxf(near_query_limit(query, query->coarse), 1e-30f) / FULL_LIMIT;
    for (uint32_t group = 0; group < NEAR_GROUPS; group++) {
        float scale = query->aim.weights[group] / query->unit * (INT16_MAX + 1) + 0.5f;
        int16_t rounded = (int16_t)(scale < INT16_MAX ? scale : INT16_MAX);
        for (uint32_t i = 0; i < NEAR_WORDS; i++)
            query->scales.at[group * 2][i] = query->scales.at[group * 2 + 1][i] = rounded;
    }
}

/* Allows for the rounding of 32 entries. */
static uint8_t limit_now(const struct near_query *query)
{
    float limit = near_query_limit(query, query->coarse) / query->unit + ROUNDING;

    return limit > UINT8_MAX ? UINT8_MAX : (uint8_t)limit;
}

static void sift_cluster(struct near_query *query, uint32_t cluster)
{
    uint32_t first = query->parts.firsts[cluster], last = query->parts.firsts[cluster + 1], masks[NEAR_MASKS];

    if (limit_now(query) < POOR_LIMIT)
        set_scales(query);
    query->machine->tabulate(query->parts.centers + (size_t)cluster * NEAR_WIDTH, &query->aim,
                             &query->parts.file->words, &query->scales, &query->table);
    while (first < last) {
        uint32_t blocks = (last - first) / NEAR_BLOCK < NEAR_MASKS ? (last - first) / NEAR_BLOCK : NEAR_MASKS;
        const uint8_t *codes = query->parts.coarse + (size_t)(first / NEAR_BLOCK) * NEAR_BLOCK_BYTES;

        query->machine->sift(codes, blocks, &query->table, limit_now(query), masks);
        for (uint32_t i = 0; i < blocks; i++)
            for (uint32_t mask = masks[i]; mask; mask &= mask - 1)
                near_query_consider(query, first + i * NEAR_BLOCK + (uint32_t)__builtin_ctz(mask));
        first += blocks * NEAR_BLOCK;
    }
}

/* ---- clusters ---- */

static void take_cluster(struct near_query *query, uint32_t cluster)
{
    for (uint32_t place = query->parts.firsts[cluster]; place < query->parts.firsts[cluster + 1]; place++)
        near_query_consider(query, place);
}

static void fetch_cluster(const struct near_query *query, uint32_t cluster)
{
    const uint32_t *firsts = query->parts.firsts + cluster;
    const uint8_t *at = query->parts.coarse + (size_t)(firsts[0] / NEAR_BLOCK) * NEAR_BLOCK_BYTES;
    size_t bytes = (size_t)(firsts[1] - firsts[0]) / NEAR_BLOCK * NEAR_BLOCK_BYTES;

    for (size_t i = 0; i < bytes && i < 8192; i += 64)
        __builtin_prefetch(at + i);
}

/* ---- where a cluster begins ---- */

/* Rows of a cluster lie beyond the plane half-way between its centre and the nearest one: squares of the target's
 * distances from the planes of the order's first `count` clusters. */
static void find_planes(struct near_query *query, uint32_t count)
{
    const struct near_work *work = query->work;
    struct near_aim nearest = query->aim;

    memcpy(nearest.codes, query->parts.centers + (size_t)query->nearest * NEAR_WIDTH, NEAR_WIDTH);
    query->machine->pick(query->parts.centers, work->order, count, &nearest, work->planes);
    for (uint32_t i = 0; i < count; i++) {
        float farther = fmaxf(work->scores[work->order[i]] - query->nearest_score, 0);
        work->planes[i] = farther * farther / fmaxf(4 * work->planes[i], 1e-30f);
    }
}

static void find_nearest(struct near_query *query, uint32_t count)
{
    const struct near_work *work = query->work;

    query->nearest = work->order[0];
    for (uint32_t i = 1; i < count; i++)
        if (work->scores[work->order[i]] < work->scores[query->nearest])
            query->nearest = work->order[i];
    query->nearest_score = work->scores[query->nearest];
}

/* The first of the order's clusters from `i` to `last` that begins within reach. */
static uint32_t next_within(const struct near_query *query, uint32_t i, uint32_t last)
{
    float limit = near_query_worst(query) * query->reach * query->reach;

    while (i < last && query->work->planes[i] > limit)
        i++;
    return i;
}

/* Scores the first clusters of the order completely, until enough places are kept to bound the coarse scores, and sifts
 * those of the others up to `last` that begin within reach. */
static void probe_clusters(struct near_query *query, uint32_t first, uint32_t last)
{
    const uint32_t *order = query->work->order;
    uint32_t i = first;

    for (; i < last && query->kept < query->wanted; i++) {
        take_cluster(query, order[i]);
        near_query_score(query);
    }
    if (i < last)
        set_scales(query);
    for (uint32_t next; (i = next_within(query, i, last)) < last; i = next) {
        next = next_within(query, i + 1, last);
        if (next < last)
            fetch_cluster(query, order[next]);
        sift_cluster(query, order[i]);
    }
    near_query_score(query);
}

/* ---- looking further ---- */

/* How many of the `limit` best were not among the `count` before the last part. */
static uint32_t count_new(const struct near_query *query, uint32_t count)
{
    float *before = query->work->before, *now = query->work->after, worst;
    uint32_t old = 0;

    if (query->kept <= query->limit)
        return query->kept - count;
    near_query_copy(query, now);
    worst = near_work_nth(now, query->kept, query->limit - 1);
    for (uint32_t i = 0; i < count; i++)
        old += before[i] <= worst;
    return old < query->limit ? query->limit - old : 0;
}

/* Orders the clusters next to the `probed` ones of the order, so that the order has about `more`. */
static uint32_t order_further(struct near_query *query, uint32_t probed, uint32_t more)
{
    for (uint32_t i = 0; i < probed; i++)
        query->work->scores[query->work->order[i]] = INFINITY;
    return near_work_order(query->work, query->parts.file->clusters, more);
}

/* Searches the first `count` clusters of the order. Continues with farther ones while the last half of them still had
 * some of the nearest rows: a target that is unlike all rows needs more clusters than were planned. */
static void search_clusters(struct near_query *query, uint32_t count)
{
    uint32_t clusters = query->parts.file->clusters, first = count - count / NEAR_LAST_PART, probed = 0, before;
    bool is_sure;

    find_nearest(query, count);
    find_planes(query, count);
    probe_clusters(query, 0, first);
    for (;;) {
        before = query->kept;
        near_query_copy(query, query->work->before);
        probe_clusters(query, first, count);
        probed += count;
        is_sure = query->kept == query->wanted && count_new(query, before) * NEAR_ALLOWED <= query->limit;
        if (is_sure || probed >= clusters)
            return;
        count = order_further(query, count, probed / 2 + 1 < clusters - probed ? probed / 2 + 1 : clusters - probed);
        find_planes(query, count);
        first = 0;
    }
}

/* ---- effort ---- */

/* The filter's share of the rows in the nearest clusters. */
static float share_nearby(const struct near_query *query)
{
    uint32_t seen = 0, found = 0;

    for (uint32_t i = 0; i < NEAR_SHARE_OF && i < query->parts.file->clusters; i++) {
        const uint32_t *firsts = query->parts.firsts + query->work->order[i];
        for (uint32_t place = firsts[0]; place < firsts[1]; place++) {
            seen += query->parts.rows[place] != NEAR_NO_ROW;
            found += near_query_may_find(query, place);
        }
    }
    return ((float)found + 1) / ((float)seen + 1);
}

/* The smaller a filter's share near the target, the farther away the wanted rows are. A share of a tenth is as hard as
 * ten times as many wanted rows, and a little harder because the share varies by chance. Distant rows have similar
 * distances, so more of them are kept. */
static uint32_t plan_probes(struct near_query *query, const float *weights, float share, uint32_t limit)
{
    uint32_t probes = near_query_plan(query, weights, (float)limit, share);
    float nearby;

    if (!query->only)
        return probes;
    nearby = share_nearby(query);
    if (nearby >= share / 2)
        return probes;
    query->wanted = query->wanted * FAR < NEAR_MOST_KEPT ? query->wanted * FAR : NEAR_MOST_KEPT;
    if (nearby < share / LOST) /* the filter's rows are elsewhere, so search everywhere */
        return near_work_order(query->work, query->parts.file->clusters, query->parts.file->clusters);
    return near_query_plan(query, weights, (float)limit, nearby);
}

uint32_t near_find_places(struct near *near, const struct vectors *vectors, const struct bitmap_view *only, float share,
                          uint32_t limit)
{
    struct near_query query = { .only = only, .limit = limit };

    near_query_begin(&query, near, vectors, near_query_wanted(limit));
    search_clusters(&query, plan_probes(&query, vectors->weights, share, limit));
    near_query_end(&query);
    return query.kept;
}

uint32_t near_find_all(struct near *near, const struct vectors *vectors, uint32_t wanted)
{
    struct near_query query = { .only = NULL };
    uint32_t clusters = near->file->clusters;

    near_query_begin(&query, near, vectors, wanted);
    clusters = near_work_order(query.work, clusters, clusters);
    for (uint32_t i = 0; i < clusters; i++)
        take_cluster(&query, query.work->order[i]);
    near_query_score(&query);
    return query.kept;
}
