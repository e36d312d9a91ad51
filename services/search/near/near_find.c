#include "services/search/near/near_find.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/search/near/near_plan.h"

static const float FILTERED = 1.5f;

enum { FEW_AT_ONCE = 2048 };
enum { LAST_PART = 2, ALLOWED = 200 /* the search ends with at most one new row in 200 */ };
enum { FEWEST = 10, LOST = 8, FAR = 8, SHARE_CLUSTERS = 8, FULL_LIMIT = 240, POOR_LIMIT = 160, ROUNDING = 4 };

/* One query. */
struct near_query {
    const struct near_machine *machine;
    struct near_parts parts;
    struct near_work *work;
    const struct bitmap_view *only; /* NULL: all */
    struct near_aim aim;
    struct near_scales scales;
    struct near_table table;
    float unit; /* of the table's entries */
    float slack;
    uint32_t limit;  /* rows to find */
    uint32_t wanted; /* places to keep: a heap in work->best */
    uint32_t kept;
    uint32_t waiting; /* entries in work->waiting whose codes are being fetched */
};

/* ---- the best so far: a heap with the worst at its root ---- */

static void keep_best(struct near_query *query, uint32_t place, float score)
{
    struct near_scored *heap = query->work->best, one = { score, place };
    uint32_t at = 0;

    if (query->kept < query->wanted) {
        for (at = query->kept++; at > 0 && heap[(at - 1) / 2].score < score; at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
        heap[at] = one;
        return;
    }
    for (uint32_t child; (child = 2 * at + 1) < query->kept; at = child) {
        if (child + 1 < query->kept && heap[child].score < heap[child + 1].score)
            child++;
        if (score >= heap[child].score)
            break;
        heap[at] = heap[child];
    }
    heap[at] = one;
}

static float worst_kept(const struct near_query *query)
{
    return query->kept < query->wanted ? INFINITY : query->work->best[0].score;
}

/* ---- fine codes ---- */

static inline bool may_be_found(const struct near_query *query, uint32_t place)
{
    uint32_t row = query->parts.rows[place];

    return row != NEAR_NO_ROW && (!query->only || bitmap_view_has(query->only, row));
}

static void leave_out(struct near_query *query)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < query->waiting; i++) {
        uint32_t place = query->work->waiting[i];
        query->work->waiting[left] = place;
        left += may_be_found(query, place);
    }
    query->waiting = left;
}

static void score_waiting(struct near_query *query)
{
    float scores[NEAR_WAITING], limit = worst_kept(query);
    const uint32_t *waiting = query->work->waiting;

    if (query->only)
        leave_out(query);
    query->machine->pick(query->parts.fine, waiting, query->waiting, &query->aim, scores);
    for (uint32_t i = 0; i < query->waiting; i++)
        if (scores[i] < limit && query->parts.rows[waiting[i]] != NEAR_NO_ROW) {
            keep_best(query, waiting[i], scores[i]);
            limit = worst_kept(query);
        }
    query->waiting = 0;
}

/* Collects places until there are enough, while their codes are fetched from memory. */
static inline void consider_place(struct near_query *query, uint32_t place)
{
    if (query->only)
        __builtin_prefetch(query->parts.rows + place);
    else
        __builtin_prefetch(query->parts.fine + (size_t)place * NEAR_WIDTH);
    query->work->waiting[query->waiting++] = place;
    if (query->waiting == NEAR_WAITING)
        score_waiting(query);
}

/* ---- coarse codes ---- */

/* Scales the table so that the highest score accepted now is just below 255. */
static void set_scales(struct near_query *query)
{
    query->unit = fmaxf(worst_kept(query) * query->slack, 1e-30f) / FULL_LIMIT;
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
    float limit = worst_kept(query) * query->slack / query->unit + ROUNDING;

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
                consider_place(query, first + i * NEAR_BLOCK + (uint32_t)__builtin_ctz(mask));
        first += blocks * NEAR_BLOCK;
    }
}

/* ---- clusters ---- */

static void take_cluster(struct near_query *query, uint32_t cluster)
{
    for (uint32_t place = query->parts.firsts[cluster]; place < query->parts.firsts[cluster + 1]; place++)
        consider_place(query, place);
}

static void fetch_cluster(const struct near_query *query, uint32_t cluster)
{
    const uint32_t *firsts = query->parts.firsts + cluster;
    const uint8_t *at = query->parts.coarse + (size_t)(firsts[0] / NEAR_BLOCK) * NEAR_BLOCK_BYTES;
    size_t bytes = (size_t)(firsts[1] - firsts[0]) / NEAR_BLOCK * NEAR_BLOCK_BYTES;

    for (size_t i = 0; i < bytes && i < 8192; i += 64)
        __builtin_prefetch(at + i);
}

/* Scores the first clusters of the order completely, until enough places are kept to bound the coarse scores, and sifts
 * the others up to `last`. */
static void probe_clusters(struct near_query *query, uint32_t first, uint32_t last)
{
    const uint32_t *order = query->work->order;
    uint32_t i = first;

    for (; i < last && query->kept < query->wanted; i++) {
        take_cluster(query, order[i]);
        score_waiting(query);
    }
    if (i < last)
        set_scales(query);
    for (; i < last; i++) {
        if (i + 1 < last)
            fetch_cluster(query, order[i + 1]);
        sift_cluster(query, order[i]);
    }
    score_waiting(query);
}

/* ---- looking further ---- */

static void copy_scores(const struct near_query *query, float *to)
{
    for (uint32_t i = 0; i < query->kept; i++)
        to[i] = query->work->best[i].score;
}

/* How many of the `limit` best were not among the `count` before the last part. */
static uint32_t count_new(const struct near_query *query, uint32_t count)
{
    float *before = query->work->before, *now = query->work->after, worst;
    uint32_t old = 0;

    if (query->kept <= query->limit)
        return query->kept - count;
    copy_scores(query, now);
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

/* Searches the first `count` clusters of the order. Goes on to farther ones while the last half of them still had some
 * of the nearest rows: a target that is unlike all rows needs more clusters than were planned. */
static void search_clusters(struct near_query *query, uint32_t count)
{
    uint32_t clusters = query->parts.file->clusters, first = count - count / LAST_PART, probed = 0, before;
    bool is_sure;

    probe_clusters(query, 0, first);
    for (;;) {
        before = query->kept;
        copy_scores(query, query->work->before);
        probe_clusters(query, first, count);
        probed += count;
        is_sure = query->kept == query->wanted && count_new(query, before) * ALLOWED <= query->limit;
        if (is_sure || probed >= clusters)
            return;
        count = order_further(query, count, probed / 2 + 1 < clusters - probed ? probed / 2 + 1 : clusters - probed);
        first = 0;
    }
}

/* ---- effort ---- */

/* The filter's share of the rows in the nearest clusters. */
static float share_nearby(const struct near_query *query)
{
    uint32_t seen = 0, found = 0;

    for (uint32_t i = 0; i < SHARE_CLUSTERS && i < query->parts.file->clusters; i++) {
        const uint32_t *firsts = query->parts.firsts + query->work->order[i];
        for (uint32_t place = firsts[0]; place < firsts[1]; place++) {
            seen += query->parts.rows[place] != NEAR_NO_ROW;
            found += may_be_found(query, place);
        }
    }
    return ((float)found + 1) / ((float)seen + 1);
}

/* Orders the clusters to search for `limit` of a `share` of all rows. Takes the plan's number of clusters, and at least
 * NEAR_EACH rows of the share per wanted row, if these are spread evenly. The plan was not measured at such
 * distances. */
static uint32_t plan_for(struct near_query *query, const float *weights, float limit, float share)
{
    const struct near_file *file = query->parts.file;
    struct near_plan here = near_plan_for(file, weights, limit / share * (query->only ? FILTERED : 1));
    float clusters = (float)file->clusters, least = clusters * NEAR_EACH * limit / (share * (float)file->items);
    float probes = share < 1 ? fmaxf(ceilf(here.probes), least) : ceilf(here.probes);

    query->slack = here.slack;
    return near_work_order(query->work, file->clusters, (uint32_t)fminf(clusters, probes));
}

/* The smaller a filter's share near the target, the farther away the wanted rows are. A share of a tenth is as hard as
 * ten times as many wanted rows, and a little harder because the share varies by chance. Distant rows have similar
 * distances, so more of them are kept. */
static uint32_t plan_probes(struct near_query *query, const float *weights, float share, uint32_t limit)
{
    uint32_t probes = plan_for(query, weights, (float)limit, share);
    float nearby;

    if (!query->only)
        return probes;
    nearby = share_nearby(query);
    if (nearby >= share / 2)
        return probes;
    query->wanted = query->wanted * FAR < NEAR_MOST_KEPT ? query->wanted * FAR : NEAR_MOST_KEPT;
    if (nearby < share / LOST) /* the filter's rows are elsewhere, so search everywhere */
        return near_work_order(query->work, query->parts.file->clusters, query->parts.file->clusters);
    return plan_for(query, weights, (float)limit, nearby);
}

static void begin_query(struct near_query *query, struct near *near, const struct vectors *vectors, uint32_t wanted)
{
    query->machine = near_machine();
    query->parts = near_file_parts(near->file);
    query->work = near->work;
    query->wanted = wanted < NEAR_MOST_KEPT ? wanted : NEAR_MOST_KEPT;
    near_file_aim(near->file, vectors->target, vectors->weights, &query->aim);
}

/* The number of places to keep by fine score, so that the `limit` nearest are among them. */
static uint32_t count_wanted(const struct near *near, const struct vectors *vectors, uint32_t limit)
{
    float wanted = limit > FEWEST ? (float)limit : FEWEST;

    return (uint32_t)(near_plan_for(near->file, vectors->weights, wanted).keep * wanted + 0.5f);
}

uint32_t near_find_places(struct near *near, const struct vectors *vectors, const struct bitmap_view *only, float share,
                          uint32_t limit)
{
    struct near_query query = { .only = only, .limit = limit };

    begin_query(&query, near, vectors, count_wanted(near, vectors, limit));
    query.machine->scan(query.parts.across, near->file->clusters, &query.aim, near->work->scores);
    search_clusters(&query, plan_probes(&query, vectors->weights, share, limit));
    return query.kept;
}

uint32_t near_find_all(struct near *near, const struct vectors *vectors, uint32_t wanted)
{
    struct near_query query = { .only = NULL };
    uint32_t clusters = near->file->clusters;

    begin_query(&query, near, vectors, wanted);
    query.machine->scan(query.parts.across, clusters, &query.aim, near->work->scores);
    clusters = near_work_order(query.work, clusters, clusters);
    for (uint32_t i = 0; i < clusters; i++)
        take_cluster(&query, query.work->order[i]);
    score_waiting(&query);
    return query.kept;
}

/* ---- few rows ---- */

/* The distances within which a row is scored. */
struct near_radius {
    float nearby, farthest; /* as scores of clusters */
    float expected;         /* rows within `nearby`, if spread evenly */
};

/* The highest score of the first `count` clusters in the order; `places` is their number of places. */
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

static struct near_radius radius_for(struct near_query *query, const float *weights, uint32_t count, uint32_t limit)
{
    float share = (float)count / (float)query->parts.file->items;
    struct near_radius radius;
    uint32_t probes, places;

    query->machine->scan(query->parts.across, query->parts.file->clusters, &query->aim, query->work->scores);
    probes = plan_for(query, weights, (float)limit, share);
    radius.farthest = farthest_cluster(query, probes, &places);
    radius.nearby = farthest_cluster(query, probes < SHARE_CLUSTERS ? probes : SHARE_CLUSTERS, &places);
    radius.expected = (float)places * share;
    return radius;
}

/* Selects the rows whose cluster scores at most `score`. A branch would often be predicted wrongly, and a gather costs
 * more. */
static uint32_t rows_within(const uint16_t *rows, uint32_t count, const uint16_t *row_clusters, const float *scores,
                            float score, uint32_t *to)
{
    uint32_t within = 0;

    for (uint32_t i = 0; i < count; i++) {
        to[within] = rows[i];
        within += scores[row_clusters[rows[i]]] <= score;
    }
    return within;
}

/* Scores the rows of one chunk within the radius; returns how many are nearby. */
static uint32_t take_chunk(struct near_query *query, const struct bitmap_chunk *chunk, const struct near_radius *radius)
{
    const uint16_t *row_clusters = query->parts.row_clusters + chunk->first;
    const uint32_t *places = query->parts.places + chunk->first;
    const float *scores = query->work->scores;
    uint32_t within[FEW_AT_ONCE], nearby = 0;

    for (uint32_t i = 0; i < chunk->count; i += FEW_AT_ONCE) {
        uint32_t left = chunk->count - i < FEW_AT_ONCE ? chunk->count - i : FEW_AT_ONCE;
        left = rows_within(chunk->at + i, left, row_clusters, scores, radius->farthest, within);
        for (uint32_t j = 0; j < left; j++) {
            nearby += scores[row_clusters[within[j]]] <= radius->nearby;
            within[j] = places[within[j]];
        }
        for (uint32_t j = 0; j < left; j++)
            if (within[j] != NEAR_NO_PLACE)
                consider_place(query, within[j]);
    }
    return nearby;
}

/* Scores the rows of `only` within the radius and below file->rows; returns how many are nearby. */
static uint32_t take_within(struct near_query *query, const struct bitmap *only, const struct near_radius *radius)
{
    uint32_t rows = query->parts.file->rows, nearby = 0;

    for (uint32_t i = 0; i < bitmap_chunks(only); i++) {
        struct bitmap_chunk chunk = bitmap_chunk(only, i, query->work->chunk);
        while (chunk.count > 0 && chunk.first + chunk.at[chunk.count - 1] >= rows)
            chunk.count--;
        if (chunk.count > 0)
            nearby += take_chunk(query, &chunk, radius);
    }
    score_waiting(query);
    return nearby;
}

uint32_t near_find_among(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t count,
                         uint32_t limit)
{
    struct near_query query = { .only = NULL };
    struct near_radius radius;
    uint32_t nearby;

    begin_query(&query, near, vectors, count_wanted(near, vectors, limit));
    radius = radius_for(&query, vectors->weights, count, limit);
    nearby = take_within(&query, only, &radius);
    if (query.kept < query.wanted || (float)nearby < radius.expected / 2) { /* the rows are elsewhere */
        query.kept = 0;
        take_within(&query, only, &(struct near_radius){ .farthest = INFINITY });
    }
    return query.kept;
}
