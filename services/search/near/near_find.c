#include "services/search/near/near_find.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/search/near/near_plan.h"

static const float FILTERED = 1.5f;

enum { FEW_AT_ONCE = 2048 };
enum { FEWEST = 10, LOST = 8, FAR = 8, SHARE_CLUSTERS = 8, FULL_LIMIT = 240, POOR_LIMIT = 160, ROUNDING = 4 };

/* One query. */
struct hunt {
    const struct near_machine *machine;
    struct near_parts parts;
    struct near_work *work;
    const struct bitmap_view *only; /* NULL: all */
    struct near_aim aim;
    struct near_scales scales;
    struct near_table table;
    float unit; /* of the table's entries */
    float slack;
    uint32_t wanted; /* that are kept: a heap of work->best */
    uint32_t kept;
    uint32_t waiting; /* positions in work->waiting, whose codes have been asked for */
};

/* ---- the best so far: a heap whose root is the worst ---- */

static void keep_best(struct hunt *hunt, uint32_t place, float score)
{
    struct near_scored *heap = hunt->work->best, one = { score, place };
    uint32_t at = 0;

    if (hunt->kept < hunt->wanted) {
        for (at = hunt->kept++; at > 0 && heap[(at - 1) / 2].score < score; at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
        heap[at] = one;
        return;
    }
    for (uint32_t child; (child = 2 * at + 1) < hunt->kept; at = child) {
        if (child + 1 < hunt->kept && heap[child].score < heap[child + 1].score)
            child++;
        if (score >= heap[child].score)
            break;
        heap[at] = heap[child];
    }
    heap[at] = one;
}

static float worst_kept(const struct hunt *hunt)
{
    return hunt->kept < hunt->wanted ? INFINITY : hunt->work->best[0].score;
}

/* ---- fine codes ---- */

static inline bool may_be_found(const struct hunt *hunt, uint32_t place)
{
    uint32_t row = hunt->parts.rows[place];

    return row != NEAR_NO_ROW && (!hunt->only || bitmap_view_has(hunt->only, row));
}

static void leave_out(struct hunt *hunt)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < hunt->waiting; i++) {
        uint32_t place = hunt->work->waiting[i];
        hunt->work->waiting[left] = place;
        left += may_be_found(hunt, place);
    }
    hunt->waiting = left;
}

static void score_waiting(struct hunt *hunt)
{
    float scores[NEAR_WAITING], limit = worst_kept(hunt);
    const uint32_t *waiting = hunt->work->waiting;

    if (hunt->only)
        leave_out(hunt);
    hunt->machine->pick(hunt->parts.fine, waiting, hunt->waiting, &hunt->aim, scores);
    for (uint32_t i = 0; i < hunt->waiting; i++)
        if (scores[i] < limit && hunt->parts.rows[waiting[i]] != NEAR_NO_ROW) {
            keep_best(hunt, waiting[i], scores[i]);
            limit = worst_kept(hunt);
        }
    hunt->waiting = 0;
}

/* Memory is asked for what is looked at when enough waits. */
static inline void consider_place(struct hunt *hunt, uint32_t place)
{
    if (hunt->only)
        __builtin_prefetch(hunt->parts.rows + place);
    else
        __builtin_prefetch(hunt->parts.fine + (size_t)place * NEAR_WIDTH);
    hunt->work->waiting[hunt->waiting++] = place;
    if (hunt->waiting == NEAR_WAITING)
        score_waiting(hunt);
}

/* ---- coarse codes ---- */

/* So that the highest score that is let through now is a little below 255. */
static void set_scales(struct hunt *hunt)
{
    hunt->unit = fmaxf(worst_kept(hunt) * hunt->slack, 1e-30f) / FULL_LIMIT;
    for (uint32_t group = 0; group < NEAR_GROUPS; group++) {
        float scale = hunt->aim.weights[group] / hunt->unit * (INT16_MAX + 1) + 0.5f;
        int16_t rounded = (int16_t)(scale < INT16_MAX ? scale : INT16_MAX);
        for (uint32_t i = 0; i < NEAR_WORDS; i++)
            hunt->scales.at[group * 2][i] = hunt->scales.at[group * 2 + 1][i] = rounded;
    }
}

/* The rounding of 32 entries is allowed for. */
static uint8_t limit_now(const struct hunt *hunt)
{
    float limit = worst_kept(hunt) * hunt->slack / hunt->unit + ROUNDING;

    return limit > UINT8_MAX ? UINT8_MAX : (uint8_t)limit;
}

static void sift_cluster(struct hunt *hunt, uint32_t cluster)
{
    uint32_t first = hunt->parts.firsts[cluster], last = hunt->parts.firsts[cluster + 1], masks[NEAR_MASKS];

    if (limit_now(hunt) < POOR_LIMIT)
        set_scales(hunt);
    hunt->machine->tabulate(hunt->parts.centers + (size_t)cluster * NEAR_WIDTH, &hunt->aim, &hunt->parts.file->words,
                            &hunt->scales, &hunt->table);
    while (first < last) {
        uint32_t blocks = (last - first) / NEAR_BLOCK < NEAR_MASKS ? (last - first) / NEAR_BLOCK : NEAR_MASKS;
        const uint8_t *codes = hunt->parts.coarse + (size_t)(first / NEAR_BLOCK) * NEAR_BLOCK_BYTES;

        hunt->machine->sift(codes, blocks, &hunt->table, limit_now(hunt), masks);
        for (uint32_t i = 0; i < blocks; i++)
            for (uint32_t mask = masks[i]; mask; mask &= mask - 1)
                consider_place(hunt, first + i * NEAR_BLOCK + (uint32_t)__builtin_ctz(mask));
        first += blocks * NEAR_BLOCK;
    }
}

/* ---- clusters ---- */

static void take_cluster(struct hunt *hunt, uint32_t cluster)
{
    for (uint32_t place = hunt->parts.firsts[cluster]; place < hunt->parts.firsts[cluster + 1]; place++)
        consider_place(hunt, place);
}

static void fetch_cluster(const struct hunt *hunt, uint32_t cluster)
{
    const uint32_t *firsts = hunt->parts.firsts + cluster;
    const uint8_t *at = hunt->parts.coarse + (size_t)(firsts[0] / NEAR_BLOCK) * NEAR_BLOCK_BYTES;
    size_t bytes = (size_t)(firsts[1] - firsts[0]) / NEAR_BLOCK * NEAR_BLOCK_BYTES;

    for (size_t i = 0; i < bytes && i < 8192; i += 64)
        __builtin_prefetch(at + i);
}

/* The first clusters are taken whole, until enough is kept to know how far the coarse codes may be. */
static void probe_clusters(struct hunt *hunt, uint32_t count)
{
    const uint32_t *order = hunt->work->order;
    uint32_t i = 0;

    for (; i < count && hunt->kept < hunt->wanted; i++) {
        take_cluster(hunt, order[i]);
        score_waiting(hunt);
    }
    if (i < count)
        set_scales(hunt);
    for (; i < count; i++) {
        if (i + 1 < count)
            fetch_cluster(hunt, order[i + 1]);
        sift_cluster(hunt, order[i]);
    }
    score_waiting(hunt);
}

/* ---- how much to look at ---- */

/* Of the rows in the clusters that are nearest. */
static float share_nearby(const struct hunt *hunt)
{
    uint32_t seen = 0, found = 0;

    for (uint32_t i = 0; i < SHARE_CLUSTERS && i < hunt->parts.file->clusters; i++) {
        const uint32_t *firsts = hunt->parts.firsts + hunt->work->order[i];
        for (uint32_t place = firsts[0]; place < firsts[1]; place++) {
            seen += hunt->parts.rows[place] != NEAR_NO_ROW;
            found += may_be_found(hunt, place);
        }
    }
    return ((float)found + 1) / ((float)seen + 1);
}

/* For `limit` of a share of all rows: as many clusters as a plan has, and as hold NEAR_EACH rows of the share for
 * each that is wanted, were they everywhere alike. What is that far away was never measured for a plan. */
static uint32_t plan_for(struct hunt *hunt, const float *weights, float limit, float share)
{
    const struct near_file *file = hunt->parts.file;
    struct near_plan here = near_plan_for(file, weights, limit / share * (hunt->only ? FILTERED : 1));
    float clusters = (float)file->clusters, least = clusters * NEAR_EACH * limit / (share * (float)file->items);
    float probes = share < 1 ? fmaxf(ceilf(here.probes), least) : ceilf(here.probes);

    hunt->slack = here.slack;
    return near_work_order(hunt->work, file->clusters, (uint32_t)fminf(clusters, probes));
}

/* The fewer rows of the neighbourhood a filter lets through, the farther away lie those that are wanted: a
 * tenth of them let through is as hard as ten times as many wanted, and a little harder, for chance lets more
 * or less through. What is far is about equally far: more of it is kept. */
static uint32_t plan_probes(struct hunt *hunt, const float *weights, float share, uint32_t limit)
{
    uint32_t probes = plan_for(hunt, weights, (float)limit, share);
    float nearby;

    if (!hunt->only)
        return probes;
    nearby = share_nearby(hunt);
    if (nearby >= share / 2)
        return probes;
    hunt->wanted = hunt->wanted * FAR < NEAR_MOST_KEPT ? hunt->wanted * FAR : NEAR_MOST_KEPT;
    if (nearby < share / LOST) /* those that may be found lie elsewhere: anywhere */
        return near_work_order(hunt->work, hunt->parts.file->clusters, hunt->parts.file->clusters);
    return plan_for(hunt, weights, (float)limit, nearby);
}

static void begin_query(struct hunt *hunt, struct near *near, const struct vectors *vectors, uint32_t wanted)
{
    hunt->machine = near_machine();
    hunt->parts = near_file_parts(near->file);
    hunt->work = near->work;
    hunt->wanted = wanted < NEAR_MOST_KEPT ? wanted : NEAR_MOST_KEPT;
    near_file_aim(near->file, vectors->target, vectors->weights, &hunt->aim);
}

/* How many must be kept by their fine scores, so that the `limit` nearest are among them. */
static uint32_t count_wanted(const struct near *near, const struct vectors *vectors, uint32_t limit)
{
    float wanted = limit > FEWEST ? (float)limit : FEWEST;

    return (uint32_t)(near_plan_for(near->file, vectors->weights, wanted).keep * wanted + 0.5f);
}

uint32_t near_find_places(struct near *near, const struct vectors *vectors, const struct bitmap_view *only, float share,
                          uint32_t limit)
{
    struct hunt hunt = { .only = only };

    begin_query(&hunt, near, vectors, count_wanted(near, vectors, limit));
    hunt.machine->scan(hunt.parts.across, near->file->clusters, &hunt.aim, near->work->scores);
    probe_clusters(&hunt, plan_probes(&hunt, vectors->weights, share, limit));
    if (hunt.kept < hunt.wanted) { /* what may be found is not where it was looked for */
        hunt.kept = 0;
        probe_clusters(&hunt, near_work_order(hunt.work, near->file->clusters, near->file->clusters));
    }
    return hunt.kept;
}

uint32_t near_find_all(struct near *near, const struct vectors *vectors, uint32_t wanted)
{
    struct hunt hunt = { .only = NULL };
    uint32_t clusters = near->file->clusters;

    begin_query(&hunt, near, vectors, wanted);
    hunt.machine->scan(hunt.parts.across, clusters, &hunt.aim, near->work->scores);
    clusters = near_work_order(hunt.work, clusters, clusters);
    for (uint32_t i = 0; i < clusters; i++)
        take_cluster(&hunt, hunt.work->order[i]);
    score_waiting(&hunt);
    return hunt.kept;
}

/* ---- few rows ---- */

/* What of them is looked at. */
struct reach {
    float nearby, farthest; /* scores of clusters */
    float expected;         /* rows within `nearby`, were they everywhere alike */
};

/* The highest score of the first `count` clusters of the order, and how many places are in them. */
static float farthest_cluster(const struct hunt *hunt, uint32_t count, uint32_t *places)
{
    float score = 0;

    *places = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *firsts = hunt->parts.firsts + hunt->work->order[i];
        score = fmaxf(score, hunt->work->scores[hunt->work->order[i]]);
        *places += firsts[1] - firsts[0];
    }
    return score;
}

static struct reach reach_for(struct hunt *hunt, const float *weights, uint32_t count, uint32_t limit)
{
    float share = (float)count / (float)hunt->parts.file->items;
    struct reach reach;
    uint32_t probes, places;

    hunt->machine->scan(hunt->parts.across, hunt->parts.file->clusters, &hunt->aim, hunt->work->scores);
    probes = plan_for(hunt, weights, (float)limit, share);
    reach.farthest = farthest_cluster(hunt, probes, &places);
    reach.nearby = farthest_cluster(hunt, probes < SHARE_CLUSTERS ? probes : SHARE_CLUSTERS, &places);
    reach.expected = (float)places * share;
    return reach;
}

/* Those rows whose home has no higher score. There is no branch to be guessed wrong; gathering costs more. */
static uint32_t rows_within(const uint16_t *rows, uint32_t count, const uint16_t *homes, const float *scores,
                            float score, uint32_t *to)
{
    uint32_t within = 0;

    for (uint32_t i = 0; i < count; i++) {
        to[within] = rows[i];
        within += scores[homes[rows[i]]] <= score;
    }
    return within;
}

/* Of one chunk; returns how many lie nearby. */
static uint32_t take_chunk(struct hunt *hunt, const struct bitmap_chunk *chunk, const struct reach *reach)
{
    const uint16_t *homes = hunt->parts.homes + chunk->first;
    const uint32_t *places = hunt->parts.places + chunk->first;
    const float *scores = hunt->work->scores;
    uint32_t within[FEW_AT_ONCE], nearby = 0;

    for (uint32_t i = 0; i < chunk->count; i += FEW_AT_ONCE) {
        uint32_t left = chunk->count - i < FEW_AT_ONCE ? chunk->count - i : FEW_AT_ONCE;
        left = rows_within(chunk->at + i, left, homes, scores, reach->farthest, within);
        for (uint32_t j = 0; j < left; j++) {
            nearby += scores[homes[within[j]]] <= reach->nearby;
            within[j] = places[within[j]];
        }
        for (uint32_t j = 0; j < left; j++)
            if (within[j] != NEAR_NO_PLACE)
                consider_place(hunt, within[j]);
    }
    return nearby;
}

/* Those rows whose clusters are no farther, below file->rows; returns how many lie nearby. */
static uint32_t take_within(struct hunt *hunt, const struct bitmap *only, const struct reach *reach)
{
    uint32_t rows = hunt->parts.file->rows, nearby = 0;

    for (uint32_t i = 0; i < bitmap_chunks(only); i++) {
        struct bitmap_chunk chunk = bitmap_chunk(only, i, hunt->work->chunk);
        while (chunk.count > 0 && chunk.first + chunk.at[chunk.count - 1] >= rows)
            chunk.count--;
        if (chunk.count > 0)
            nearby += take_chunk(hunt, &chunk, reach);
    }
    score_waiting(hunt);
    return nearby;
}

uint32_t near_find_among(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t count,
                         uint32_t limit)
{
    struct hunt hunt = { .only = NULL };
    struct reach reach;
    uint32_t nearby;

    begin_query(&hunt, near, vectors, count_wanted(near, vectors, limit));
    reach = reach_for(&hunt, vectors->weights, count, limit);
    nearby = take_within(&hunt, only, &reach);
    if (hunt.kept < hunt.wanted || (float)nearby < reach.expected / 2) { /* they lie elsewhere */
        hunt.kept = 0;
        take_within(&hunt, only, &(struct reach){ .farthest = INFINITY });
    }
    return hunt.kept;
}
