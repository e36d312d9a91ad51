#include "services/search/near/near_among.h"

#include <math.h>

#include "services/search/near/near_groups.h"
#include "services/search/near/near_query.h"

enum { FEW_AT_ONCE = 2048 };
enum { EXAMINED = 2 /* times as many rows as wanted are examined: a nearest row may be in a farther cluster */ };
enum { FAR = 2 /* times as many rows are measured: distant rows have similar distances */ };

/* The next clusters whose rows are scored: clusters with a score above `low` and up to `high`. */
struct near_ring {
    float low, high;
    float nearby;   /* score of the nearest few clusters */
    float expected; /* rows of the filter in these clusters, if it were spread evenly */
};

struct near_filter {
    const struct bitmap *only;
    const struct near_groups *groups; /* NULL: its rows are visited */
};

/* Returns the highest score of the first `count` clusters of the order. Sets `places` to the number of their places. */
static float farthest_cluster(const struct near_query *query, uint32_t count, uint32_t *places)
{
    float score = 0;

    *places = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *firsts = query->parts.firsts + query->work->order[i];
        score = fmaxf(score, query->work->scores[query->work->order[i]]);
        *places += firsts[1] - firsts[0];
    }
    return score;
}

/* ---- the filter's rows within a ring ---- */

/* Selects the rows in the ring's clusters. It has no branch, which the processor would often predict wrongly, and no
 * gather, which costs more. */
static uint32_t rows_within(const uint16_t *rows, uint32_t count, const uint16_t *row_clusters,
                            const uint8_t *is_within, uint32_t *to)
{
    uint32_t within = 0;

    for (uint32_t i = 0; i < count; i++) {
        to[within] = rows[i];
        within += is_within[row_clusters[rows[i]]];
    }
    return within;
}

/* Scores the rows of one chunk within the ring; returns how many are nearby. */
static uint32_t take_chunk(struct near_query *query, const struct bitmap_chunk *chunk, const struct near_ring *ring)
{
    const uint16_t *row_clusters = query->parts.row_clusters + chunk->first;
    const uint32_t *places = query->parts.places + chunk->first;
    const float *scores = query->work->scores;
    uint32_t within[FEW_AT_ONCE], nearby = 0;

    for (uint32_t i = 0; i < chunk->count; i += FEW_AT_ONCE) {
        uint32_t left = chunk->count - i < FEW_AT_ONCE ? chunk->count - i : FEW_AT_ONCE;
        left = rows_within(chunk->at + i, left, row_clusters, query->work->is_within, within);
        for (uint32_t j = 0; j < left; j++) {
            nearby += scores[row_clusters[within[j]]] <= ring->nearby;
            within[j] = places[within[j]];
        }
        for (uint32_t j = 0; j < left; j++)
            if (within[j] != NEAR_NO_PLACE)
                near_query_consider(query, within[j]);
    }
    return nearby;
}

/* Takes only rows below file->rows. */
static uint32_t take_filter_rows(struct near_query *query, const struct bitmap *only, const struct near_ring *ring)
{
    const float *scores = query->work->scores;
    uint32_t rows = query->parts.file->rows, nearby = 0;

    for (uint32_t i = 0; i < query->parts.file->clusters; i++)
        query->work->is_within[i] = (uint8_t)((scores[i] > ring->low) & (scores[i] <= ring->high));
    for (uint32_t i = 0; i < bitmap_chunks(only); i++) {
        struct bitmap_chunk chunk = bitmap_chunk(only, i, query->work->chunk);
        while (chunk.count > 0 && chunk.first + chunk.at[chunk.count - 1] >= rows)
            chunk.count--;
        if (chunk.count > 0)
            nearby += take_chunk(query, &chunk, ring);
    }
    return nearby;
}

static uint32_t take_groups(struct near_query *query, const struct near_groups *groups, const struct near_ring *ring)
{
    const float *scores = query->work->scores;
    uint32_t *within = query->work->some, nearby = 0;
    uint32_t count = query->machine->below(scores, query->parts.file->clusters, ring->high, within);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t cluster = within[i], first = groups->firsts[cluster], last = groups->firsts[cluster + 1];
        if (scores[cluster] <= ring->low)
            continue;
        nearby += scores[cluster] <= ring->nearby ? last - first : 0;
        while (first < last)
            near_query_consider(query, groups->places[first++]);
    }
    return nearby;
}

/* Scores the rows of the filter within the ring; returns how many are nearby. */
static uint32_t take_within(struct near_query *query, const struct near_filter *filter, const struct near_ring *ring)
{
    uint32_t nearby =
        filter->groups ? take_groups(query, filter->groups, ring) : take_filter_rows(query, filter->only, ring);

    near_query_score(query);
    return nearby;
}

/* ---- rows in which the filter differs from its groups ---- */

static void take_added(struct near_query *query, const struct near_groups *groups)
{
    for (uint32_t i = 0; i < groups->added_count; i++) {
        uint32_t row = groups->added[i];
        if (row < query->parts.file->rows && query->parts.places[row] != NEAR_NO_PLACE)
            near_query_consider(query, query->parts.places[row]);
    }
}

static void drop_removed(struct near_query *query, const struct near_groups *groups)
{
    struct near_scored *best = query->work->best;
    uint32_t left = 0;

    for (uint32_t i = 0; i < query->kept; i++) {
        bool removed = false;
        for (uint32_t j = 0; j < groups->removed_count; j++)
            removed |= query->parts.rows[best[i].place] == groups->removed[j];
        best[left] = best[i];
        left += !removed;
    }
    query->kept = left;
}

/* ---- looking further ---- */

/* Returns how many of the best rows are in clusters with a score above `score`. Examines EXAMINED times the limit, so
 * that it seldom misses a near row in a far cluster. */
static uint32_t count_beyond(const struct near_query *query, float score)
{
    uint32_t beyond = 0, examined = EXAMINED * query->limit;
    float worst = INFINITY;

    if (query->kept > examined) {
        near_query_copy(query, query->work->after);
        worst = near_work_nth(query->work->after, query->kept, examined - 1);
    }
    for (uint32_t i = 0; i < query->kept; i++) {
        const struct near_scored *one = &query->work->best[i];
        uint32_t cluster = query->parts.row_clusters[query->parts.rows[one->place]];
        beyond += one->score <= worst && query->work->scores[cluster] > score;
    }
    return beyond;
}

static bool is_sure_beyond(const struct near_query *query, float score)
{
    return query->kept == query->wanted && count_beyond(query, score) * NEAR_ALLOWED <= query->limit;
}

/* Scores the rows of half as many further clusters, and repeats that while a nearest row was in a far cluster: in the
 * farther part of the first clusters, or in the last ring. `inner` is the highest score of the nearer clusters. */
static void look_further(struct near_query *query, const struct near_filter *filter, struct near_ring *ring,
                         float inner, uint32_t probes)
{
    uint32_t clusters = query->parts.file->clusters, places;

    while (!is_sure_beyond(query, inner) && probes < clusters) {
        probes = near_work_order(query->work, clusters, probes + probes / 2 + 1);
        inner = ring->low = ring->high;
        ring->high = probes < clusters ? farthest_cluster(query, probes, &places) : INFINITY;
        take_within(query, filter, ring);
    }
}

uint32_t near_find_among(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t count,
                         uint32_t limit)
{
    struct near_query query = { .only = NULL, .limit = limit };
    struct near_filter filter = { only, near_groups_find(near, only, count) };
    struct near_ring ring = { .low = -INFINITY };
    float share = (float)count / (float)near->file->items, inner;
    uint32_t probes, places, nearby, removed = filter.groups ? filter.groups->removed_count : 0;

    near_query_begin(&query, near, vectors, FAR * near_query_wanted(limit) + removed);
    probes = near_query_plan(&query, vectors->weights, (float)limit, share);
    ring.nearby = farthest_cluster(&query, probes < NEAR_SHARE_OF ? probes : NEAR_SHARE_OF, &places);
    ring.expected = (float)places * share;
    inner = farthest_cluster(&query, probes - probes / NEAR_LAST_PART, &places);
    ring.high = farthest_cluster(&query, probes, &places);
    if (filter.groups)
        take_added(&query, filter.groups);
    nearby = take_within(&query, &filter, &ring);
    if (query.kept < query.wanted || (float)nearby < ring.expected / 2) { /* the filter's rows are in other clusters */
        ring.low = ring.high;
        ring.high = INFINITY;
        take_within(&query, &filter, &ring);
    } else {
        look_further(&query, &filter, &ring, inner, probes);
    }
    near_query_end(&query);
    if (filter.groups)
        drop_removed(&query, filter.groups);
    return query.kept;
}
