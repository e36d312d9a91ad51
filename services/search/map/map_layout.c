#include "services/search/map/map_layout.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"

/* The curve 1 / (1 + a·d^2b), fitted to 1 up to a distance of 0.1 and to exp(0.1 - d) beyond. */
#define CURVE_A 1.5769434F
#define CURVE_B 0.8950609F

enum { STEPS_FEW = 400, STEPS_MANY = 200, MANY = 20000, STRANGERS = 5, POWER_ROUNDS = 60, EXTENT = 10 };

/* ---- reproducible random numbers (splitmix64, Steele, Lea, Flood, 2014) ---- */

static uint64_t next_chance(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

static uint32_t chance_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)((next_chance(state) >> 32) * limit >> 32);
}

/* ---- start: the principal components ---- */

struct components {
    double mean[VECTORS_WIDTH];
    double spread[VECTORS_WIDTH][VECTORS_WIDTH];
    double axis[MAP_DIMENSIONS][VECTORS_WIDTH];
};

static void measure_spread(const struct map_work *work, struct components *c)
{
    uint32_t stride = work->count / 20000 + 1, used = 0;

    for (uint32_t row = 0; row < work->count; row += stride, used++)
        for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
            c->mean[i] += (double)work->at[(size_t)row * VECTORS_WIDTH + i];
    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        c->mean[i] /= used;
    for (uint32_t row = 0; row < work->count; row += stride) {
        const float *at = work->at + (size_t)row * VECTORS_WIDTH;

        for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
            for (uint32_t j = 0; j < VECTORS_WIDTH; j++)
                c->spread[i][j] += ((double)at[i] - c->mean[i]) * ((double)at[j] - c->mean[j]) / used;
    }
}

static double normalise_axis(double *axis)
{
    double length = 0;

    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        length += axis[i] * axis[i];
    length = sqrt(length);
    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        axis[i] = length > 0 ? axis[i] / length : 0;
    return length;
}

/* Power iteration; earlier axes are removed from the covariance. */
static void find_axis(struct components *c, double *axis)
{
    double value = 0;

    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        axis[i] = 1 + (double)(i * 37 % 64) / 64;
    for (int round = 0; round < POWER_ROUNDS; round++) {
        double next[VECTORS_WIDTH] = { 0 };

        for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
            for (uint32_t j = 0; j < VECTORS_WIDTH; j++)
                next[i] += c->spread[i][j] * axis[j];
        memcpy(axis, next, sizeof(next));
        value = normalise_axis(axis);
    }
    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        for (uint32_t j = 0; j < VECTORS_WIDTH; j++)
            c->spread[i][j] -= value * axis[i] * axis[j];
}

static float project_on(const struct components *c, const double *axis, const float *at)
{
    double sum = 0;

    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        sum += ((double)at[i] - c->mean[i]) * axis[i];
    return (float)sum;
}

/* Scales to ±EXTENT and moves each point a little, so that equal items can separate. */
static void begin_layout(const struct map_work *work, uint32_t dimensions, struct map_place *places)
{
    struct components *c = alloc_zeroed(1, sizeof(*c));
    uint64_t chance = work->seed;
    float farthest = 1e-9F;

    measure_spread(work, c);
    for (uint32_t d = 0; d < dimensions; d++)
        find_axis(c, c->axis[d]);
    for (uint32_t row = 0; row < work->count; row++)
        for (uint32_t d = 0; d < dimensions; d++) {
            places[row].at[d] = project_on(c, c->axis[d], work->at + (size_t)row * VECTORS_WIDTH);
            farthest = fmaxf(farthest, fabsf(places[row].at[d]));
        }
    for (uint32_t row = 0; row < work->count; row++)
        for (uint32_t d = 0; d < dimensions; d++)
            places[row].at[d] =
                places[row].at[d] * (EXTENT / farthest) + (float)(next_chance(&chance) >> 40) * (1e-3F / (1 << 24));
    free(c);
}

/* ---- one step of all points ---- */

struct step {
    const struct map_graph *graph;
    const struct map_place *before;
    struct map_place *after;
    uint32_t dimensions;
    uint32_t number, of; /* this step, and the number of all steps */
    uint64_t seed;
    float rate;
    uint32_t from, until; /* the points of one thread */
};

static float square_distance(const float *a, const float *b, uint32_t dimensions)
{
    float sum = 0;

    for (uint32_t d = 0; d < dimensions; d++)
        sum += (a[d] - b[d]) * (a[d] - b[d]);
    return sum;
}

static void pull_point(float *at, const float *other, float by, const struct step *step)
{
    for (uint32_t d = 0; d < step->dimensions; d++) {
        float pull = by * (at[d] - other[d]);

        at[d] += step->rate * fminf(fmaxf(pull, -4), 4);
    }
}

static void attract_point(float *at, const float *other, const struct step *step)
{
    float d2 = square_distance(at, other, step->dimensions);

    if (d2 <= 0)
        return;
    float power = powf(d2, CURVE_B);
    pull_point(at, other, -2 * CURVE_A * CURVE_B * power / d2 / (1 + CURVE_A * power), step);
}

static void repel_point(float *at, const float *other, const struct step *step)
{
    float d2 = square_distance(at, other, step->dimensions);

    if (d2 <= 0)
        return;
    pull_point(at, other, 2 * CURVE_B / ((0.001F + d2) * (1 + CURVE_A * powf(d2, CURVE_B))), step);
}

/* An edge of weight w acts in a fraction w of all steps, evenly spread. */
static bool edge_acts(float weight, uint32_t number)
{
    return floorf(weight * (float)(number + 1)) > floorf(weight * (float)number);
}

static void move_point(const struct step *step, uint32_t row)
{
    const struct map_graph *graph = step->graph;
    struct map_place place = step->before[row];
    uint64_t chance = step->seed ^ ((uint64_t)step->number << 32 | row);

    for (uint32_t edge = graph->first[row]; edge < graph->first[row + 1]; edge++) {
        if (!edge_acts(graph->weight[edge], step->number))
            continue;
        attract_point(place.at, step->before[graph->to[edge]].at, step);
        for (int i = 0; i < STRANGERS; i++) {
            uint32_t other = chance_below(&chance, graph->count);
            if (other != row)
                repel_point(place.at, step->before[other].at, step);
        }
    }
    step->after[row] = place;
}

static void *move_points(void *state)
{
    const struct step *step = state;

    for (uint32_t row = step->from; row < step->until; row++)
        move_point(step, row);
    return NULL;
}

/* If no second thread starts, the first one does its work. */
static void move_all(const struct step *step)
{
    struct step slices[MAP_THREADS];
    pthread_t threads[MAP_THREADS];
    bool runs[MAP_THREADS] = { false };
    uint32_t count = step->graph->count;

    for (uint32_t i = 0; i < MAP_THREADS; i++) {
        slices[i] = *step;
        slices[i].from = (uint32_t)((uint64_t)count * i / MAP_THREADS);
        slices[i].until = (uint32_t)((uint64_t)count * (i + 1) / MAP_THREADS);
        runs[i] = i > 0 && pthread_create(&threads[i], NULL, move_points, &slices[i]) == 0;
    }
    for (uint32_t i = 0; i < MAP_THREADS; i++)
        if (!runs[i])
            move_points(&slices[i]);
    for (uint32_t i = 1; i < MAP_THREADS; i++)
        if (runs[i])
            pthread_join(threads[i], NULL);
}

uint32_t map_layout_steps(uint32_t count)
{
    return count < MANY ? STEPS_FEW : STEPS_MANY;
}

enum err map_layout_make(struct map_work *work, const struct map_graph *graph, uint32_t dimensions,
                         struct map_place *places)
{
    struct map_place *other, *before = places, *after;
    struct step step = {
        .graph = graph, .dimensions = dimensions, .of = map_layout_steps(work->count), .seed = work->seed
    };
    enum err e = ERR_OK;

    if (!limits_leave(work->count * sizeof(*other)))
        return ERR_FULL;
    after = other = alloc_zeroed(work->count, sizeof(*other));
    begin_layout(work, dimensions, places);
    for (; e == ERR_OK && step.number < step.of; step.number++) {
        step.before = before;
        step.after = after;
        step.rate = 1 - (float)step.number / (float)step.of;
        move_all(&step);
        struct map_place *moved = after;
        after = before;
        before = moved;
        atomic_fetch_add(&work->done, 1);
        if (atomic_load(&work->stop))
            e = ERR_BUSY;
    }
    if (e == ERR_OK && before != places)
        memcpy(places, before, work->count * sizeof(*places));
    free(other);
    return e;
}

/* ---- quality ---- */

/* Finds the points nearest to `row` on the map, unordered. */
static uint32_t nearest_on_map(const struct map_place *places, uint32_t count, uint32_t row, uint32_t *to)
{
    float distances[MAP_NEIGHBOURS], worst = INFINITY;
    uint32_t kept = 0;

    for (uint32_t other = 0; other < count; other++) {
        float d2 = square_distance(places[row].at, places[other].at, MAP_DIMENSIONS);
        uint32_t at = 0;

        if (other == row || (kept == MAP_NEIGHBOURS && d2 >= worst))
            continue;
        if (kept < MAP_NEIGHBOURS)
            at = kept++;
        else
            for (uint32_t i = 1; i < kept; i++)
                at = distances[i] > distances[at] ? i : at;
        to[at] = other;
        distances[at] = d2;
        worst = 0;
        for (uint32_t i = 0; i < kept; i++)
            worst = fmaxf(worst, distances[i]);
    }
    return kept;
}

/* Replaces each of `others` by its rank in true distance to `row`, from 1 on. */
static void rank_others(const struct map_work *work, uint32_t row, float *distances, uint32_t *others, uint32_t count)
{
    const float *from = work->at + (size_t)row * VECTORS_WIDTH;

    for (uint32_t i = 0; i < work->count; i++)
        distances[i] = square_distance(from, work->at + (size_t)i * VECTORS_WIDTH, VECTORS_WIDTH);
    for (uint32_t i = 0; i < count; i++) {
        float limit = distances[others[i]];

        others[i] = 1;
        for (uint32_t j = 0; j < work->count; j++)
            others[i] += j != row && distances[j] < limit;
    }
}

double map_layout_trust(const struct map_work *work, const struct map_place *places, uint32_t sample)
{
    float *distances;
    uint64_t chance = work->seed;
    double sum = 0, n = work->count, k = MAP_NEIGHBOURS;

    if (work->count < 4 * MAP_NEIGHBOURS)
        return (double)NAN;
    distances = alloc_array(work->count, sizeof(*distances));
    for (uint32_t i = 0; i < sample; i++) {
        uint32_t row = chance_below(&chance, work->count), ranks[MAP_NEIGHBOURS];
        uint32_t count = nearest_on_map(places, work->count, row, ranks);

        rank_others(work, row, distances, ranks, count);
        for (uint32_t j = 0; j < count; j++)
            sum += ranks[j] > MAP_NEIGHBOURS ? (double)ranks[j] - k : 0;
    }
    free(distances);
    return 1 - 2 * sum / (sample * k * (2 * n - 3 * k - 1));
}
