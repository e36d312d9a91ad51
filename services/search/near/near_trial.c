#include "services/search/near/near_trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/near/near_find.h"
#include "services/search/near/near_plan.h"

enum { ROUGH = 1536, QUERIES_EQUAL = 300, QUERIES_OTHER = 150, MANY = 100, MIXED_MUCH = 5 };

/* The share of the true neighbours that each stage must pass; together 0.995 or more. Weights of one class differ, so
 * their mean must pass more; only the first class has equal ones. */
static const struct within {
    float probes, reach, coarse, fine;
    float margin, farther; /* factors of probes, and of reach and fine: other queries differ more than the drawn ones */
    float least;           /* share of all clusters, because a few neighbours that lie elsewhere are rarely drawn; */
                           /* fewer of these, the less the weights differ from those with which clusters were made */
} EQUAL = { 0.999f, 0.999f, 0.9995f, 0.9998f, 1, 1.1f, 0 }, MILD = { 0.9998f, 0.9998f, 0.9999f, 1, 2.25f, 1.4f, 0.01f },
  MEDIUM = { 0.9998f, 0.9998f, 0.9999f, 1, 2.25f, 1.4f, 0.03f },
  OTHER = { 0.9998f, 0.9998f, 0.9999f, 1, 2.25f, 1.4f, 0.0625f }, ALL = { 1, 1, 1, 1, 2.25f, 1.4f, 0.0625f };

enum { FEWEST = 3 /* clusters: a search of fewer has no farther half that shows that a neighbour lies elsewhere */ };

static const float FARTHEST_MOVED = 0.4f; /* of the way to another row */

/* What a query must allow to find one of its true neighbours: distances in units of near_file_unit. */
struct obstacle {
    uint32_t probe;            /* clusters nearer than the neighbour's */
    float plane, coarse, fine; /* the neighbour's cluster begins there; by its codes the neighbour is there */
};

struct near_trial {
    struct near *near;
    const float *at;
    uint64_t seed;
    uint32_t kind, query; /* the next query */
    uint32_t *places;     /* all places with a row */
    uint32_t place_count;
    uint32_t found;             /* true neighbours of each query, at most NEAR_DEEPEST */
    struct obstacle *obstacles; /* NEAR_DEEPEST per query */
    float *nearest;             /* distances of the best by fine codes, ROUGH per query, in the same units */
    float *values;              /* for quantiles; also sorted scores of clusters */
};

static uint32_t queries_of(uint32_t kind)
{
    return kind == 0 ? QUERIES_EQUAL : QUERIES_OTHER;
}

struct near_trial *near_trial_new(struct near *near, const float *at, uint64_t seed)
{
    struct near_parts parts = near_file_parts(near->file);
    uint32_t most = QUERIES_EQUAL * NEAR_DEEPEST;
    uint32_t values = most > parts.file->clusters ? most : parts.file->clusters;
    struct near_trial *trial;

    if (!limits_leave(parts.file->places * sizeof(*trial->places) + most * sizeof(*trial->obstacles) +
                      ((size_t)QUERIES_EQUAL * ROUGH + values) * sizeof(float)))
        return NULL;
    trial = alloc_bytes(sizeof(*trial));
    *trial = (struct near_trial){ .near = near, .at = at, .seed = seed };
    trial->places = alloc_array(parts.file->places, sizeof(*trial->places));
    trial->obstacles = alloc_array(most, sizeof(*trial->obstacles));
    trial->nearest = alloc_array((size_t)QUERIES_EQUAL * ROUGH, sizeof(*trial->nearest));
    trial->values = alloc_array(values, sizeof(*trial->values));
    for (uint32_t i = 0; i < parts.file->places; i++)
        if (parts.rows[i] != NEAR_NO_ROW)
            trial->places[trial->place_count++] = i;
    return trial;
}

void near_trial_free(struct near_trial *trial)
{
    if (!trial)
        return;
    free(trial->places);
    free(trial->obstacles);
    free(trial->nearest);
    free(trial->values);
    free(trial);
}

/* ---- a query of a trial ---- */

static uint32_t draw_number(struct near_trial *trial)
{
    trial->seed = trial->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(trial->seed >> 33);
}

static bool is_any_over_zero(const float *weights)
{
    for (uint32_t block = 0; block < NEAR_BLOCKS; block++)
        if (weights[near_block_ends[block] * 4u - 1] > 0)
            return true;
    return false;
}

/* Draws block weights between 2⁻⁸ and 2⁸, some of them zero, until they are of the trial's class. Without any weight
 * all distances are 0, so that no share of them can be measured. */
static void draw_weights(struct near_trial *trial, float *weights)
{
    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        weights[i] = 1;
    while (near_plan_kind(weights) != trial->kind || !is_any_over_zero(weights)) {
        float range = (float)(draw_number(trial) % 9);
        uint32_t counts = draw_number(trial) % 2 ? draw_number(trial) : UINT32_MAX;
        for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++) {
            float weight = exp2f(((float)(draw_number(trial) % 2001) / 1000 - 1) * range);
            for (; i < near_block_ends[block] * 4u; i++)
                weights[i] = counts >> block & 1 ? weight : 0;
        }
    }
}

/* Draws a row as the target. Every second target is moved towards another row: a sound that is not in the index lies
 * beside the directions in which those of the index differ. */
static uint32_t draw_target(struct near_trial *trial, float target[NEAR_WIDTH])
{
    const uint32_t *rows = near_file_parts(trial->near->file).rows;
    uint32_t self = rows[trial->places[draw_number(trial) % trial->place_count]];
    uint32_t other = rows[trial->places[draw_number(trial) % trial->place_count]];
    float part = trial->query % 2 ? (float)(draw_number(trial) % 1001) / 1000 * FARTHEST_MOVED : 0;

    for (uint32_t i = 0; i < NEAR_WIDTH; i++) {
        float from = trial->at[(size_t)self * NEAR_WIDTH + i];
        target[i] = from + part * (trial->at[(size_t)other * NEAR_WIDTH + i] - from);
    }
    return self;
}

static int by_score(const void *a, const void *b)
{
    const struct near_scored *x = a, *y = b;

    if (x->score < y->score || x->score > y->score)
        return x->score < y->score ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

int near_trial_by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

/* The score from a table without rounding. */
static float coarse_score(const struct near_parts *parts, const struct near_aim *aim, uint32_t cluster, uint32_t place)
{
    const uint8_t *block = parts->coarse + (size_t)(place / NEAR_BLOCK) * NEAR_BLOCK_BYTES + place % NEAR_BLOCK;
    const int8_t *center = parts->centers + (size_t)cluster * NEAR_WIDTH;
    float sum = 0;

    for (uint32_t pair = 0; pair < NEAR_PAIRS; pair++) {
        uint32_t word = block[pair / 2 * NEAR_BLOCK] >> pair % 2 * 4 & 15;
        float x = (float)(aim->codes[pair * 2] - center[pair * 2] - parts->file->words.at[pair][word][0]);
        float y = (float)(aim->codes[pair * 2 + 1] - center[pair * 2 + 1] - parts->file->words.at[pair][word][1]);
        sum += aim->weights[pair / 2] * (x * x + y * y);
    }
    return sum;
}

static uint32_t cluster_of(const struct near_parts *parts, uint32_t place)
{
    uint32_t low = 0, high = parts->file->clusters;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (parts->firsts[middle] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static uint32_t how_many_below(const float *sorted, uint32_t count, float value)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Sorts the best rows by fine code, then their true distances: `exact` has ranks in place of places. */
static uint32_t find_true(struct near_trial *trial, const struct vectors *vectors, uint32_t self,
                          struct near_scored *exact)
{
    struct near_parts parts = near_file_parts(trial->near->file);
    struct near_scored *best = trial->near->work->best;
    uint32_t rows[ROUGH], count, kept = 0;
    float squares[ROUGH];

    count = near_find_all(trial->near, vectors, ROUGH);
    qsort(best, count, sizeof(*best), by_score);
    for (uint32_t i = 0; i < count; i++)
        if (parts.rows[best[i].place] != self) {
            best[kept] = best[i];
            rows[kept++] = parts.rows[best[i].place];
        }
    near_machine()->measure(vectors->at, rows, kept, vectors->target, vectors->weights, squares);
    for (uint32_t i = 0; i < kept; i++)
        exact[i] = (struct near_scored){ squares[i], i };
    qsort(exact, kept, sizeof(*exact), by_score);
    return kept;
}

/* The distance of the target from the plane half-way between the cluster's centre and the nearest one. */
static float plane_of(const struct near_parts *parts, const struct near_aim *aim, const float *scores, uint32_t cluster,
                      uint32_t nearest)
{
    struct near_aim from = *aim;
    float apart;

    memcpy(from.codes, parts->centers + (size_t)nearest * NEAR_WIDTH, NEAR_WIDTH);
    near_machine()->pick(parts->centers, &cluster, 1, &from, &apart);
    return (scores[cluster] - scores[nearest]) / fmaxf(2 * sqrtf(apart), 1e-15f);
}

static uint32_t nearest_cluster(const float *scores, uint32_t clusters)
{
    uint32_t nearest = 0;

    for (uint32_t i = 1; i < clusters; i++)
        if (scores[i] < scores[nearest])
            nearest = i;
    return nearest;
}

static void note_obstacles(struct near_trial *trial, const struct near_aim *aim, const struct near_scored *exact)
{
    struct near_parts parts = near_file_parts(trial->near->file);
    const float *scores = trial->near->work->scores, *nearest = trial->nearest + (size_t)trial->query * ROUGH;
    const uint32_t first = nearest_cluster(scores, parts.file->clusters);
    const float unit = near_file_unit(aim);
    float *clusters = trial->values;

    memcpy(clusters, scores, parts.file->clusters * sizeof(*clusters));
    qsort(clusters, parts.file->clusters, sizeof(*clusters), near_trial_by_value);
    for (uint32_t i = 0; i < trial->found; i++) {
        uint32_t place = trial->near->work->best[exact[i].place].place;
        uint32_t cluster = cluster_of(&parts, place);
        trial->obstacles[(size_t)trial->query * NEAR_DEEPEST + i] = (struct obstacle){
            .probe = how_many_below(clusters, parts.file->clusters, scores[cluster]),
            .plane = plane_of(&parts, aim, scores, cluster, first) / unit,
            .coarse = sqrtf(coarse_score(&parts, aim, cluster, place)) / unit,
            .fine = nearest[exact[i].place],
        };
    }
}

static void try_query(struct near_trial *trial)
{
    float weights[NEAR_WIDTH], target[NEAR_WIDTH], *nearest = trial->nearest + (size_t)trial->query * ROUGH;
    const uint32_t self = draw_target(trial, target);
    const struct vectors vectors = { .at = trial->at, .target = target, .weights = weights };
    struct near_scored exact[ROUGH];
    struct near_aim aim;
    uint32_t count;

    draw_weights(trial, weights);
    near_file_aim(trial->near->file, target, weights, &aim);
    count = find_true(trial, &vectors, self, exact);
    for (uint32_t i = 0; i < count; i++)
        nearest[i] = sqrtf(trial->near->work->best[i].score) / near_file_unit(&aim);
    trial->found = count < NEAR_DEEPEST ? count : NEAR_DEEPEST;
    note_obstacles(trial, &aim, exact);
}

/* ---- plan from obstacles ---- */

/* The value that `share` of the obstacles of the first `depth` neighbours do not exceed. */
static float find_quantile(struct near_trial *trial, uint32_t depth, float share,
                           float (*value)(const struct obstacle *one, float wanted))
{
    uint32_t count = 0;

    for (uint32_t query = 0; query < queries_of(trial->kind); query++)
        for (uint32_t i = 0; i<depth; i += depth> MANY ? depth / MANY : 1)
            trial->values[count++] = value(&trial->obstacles[(size_t)query * NEAR_DEEPEST + i],
                                           trial->nearest[(size_t)query * ROUGH + depth - 1]);
    qsort(trial->values, count, sizeof(*trial->values), near_trial_by_value);
    return fmaxf(trial->values[(uint32_t)((float)(count - 1) * share)], 0);
}

static float probe_of(const struct obstacle *one, float wanted)
{
    (void)wanted;
    return (float)one->probe + 1;
}

static float reach_of(const struct obstacle *one, float wanted)
{
    return fminf(one->plane / fmaxf(wanted, 1e-15f), NEAR_MOST_REACH);
}

static float coarse_of(const struct obstacle *one, float wanted)
{
    return one->coarse - wanted;
}

static float fine_of(const struct obstacle *one, float wanted)
{
    return one->fine - wanted;
}

static const struct within *within_of(uint32_t kind)
{
    static const struct within *const mixed[MIXED_MUCH] = { &EQUAL, &MILD, &MEDIUM, &OTHER, &OTHER };

    return kind < MIXED_MUCH ? mixed[kind] : &ALL;
}

static void plan_kind(struct near_trial *trial)
{
    const struct within *within = within_of(trial->kind);

    for (uint32_t i = 0; i < NEAR_DEPTHS; i++) {
        struct near_plan *plan = &trial->near->file->plans[trial->kind][i];
        uint32_t depth = near_plan_depths[i] < (float)trial->found ? (uint32_t)near_plan_depths[i] : trial->found;

        plan->probes = fmaxf(find_quantile(trial, depth, within->probes, probe_of) * within->margin,
                             fmaxf(FEWEST, within->least * (float)trial->near->file->clusters));
        plan->reach = fminf(find_quantile(trial, depth, within->reach, reach_of) * within->farther, NEAR_MOST_REACH);
        plan->coarse = find_quantile(trial, depth, within->coarse, coarse_of);
        plan->fine = find_quantile(trial, depth, within->fine, fine_of) * within->farther;
    }
}

bool near_trial_step(struct near_trial *trial)
{
    try_query(trial);
    if (++trial->query < queries_of(trial->kind))
        return false;
    plan_kind(trial);
    trial->query = 0;
    return ++trial->kind == NEAR_KINDS;
}
