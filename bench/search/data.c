#include "bench/search/data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_INNER = 32, DIMENSION_QUERIES = 50 };

const struct data_kind data_kinds[DATA_KINDS] = {
    { "easy", 0, 1000, 9, 1, 0.45f, 0.02f, 1, 0 },
    { "hard", 0, 10000, 21, 1, 1.0f, 0.05f, 1, 0 },
    { "apart", 2000, 0, 24, 4, 1.0f, 0, 0.9f, 0.3f },
    { "mixed", 2000, 0, 24, 1, 1.0f, 0, 0.9f, 0.3f },
};

struct cluster {
    float center[DATA_WIDTH];
    float directions[MOST_INNER][DATA_WIDTH];
};

uint32_t data_draw(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = (*seed ^ *seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(mixed >> 33);
}

/* One of the two numbers of Box and Muller's method. */
static float draw_normal(uint64_t *seed)
{
    float radius = sqrtf(-2 * logf(((float)data_draw(seed) + 1) / 2147483649.0f));

    return radius * cosf(6.2831853f * (float)data_draw(seed) / 2147483648.0f);
}

static void *take_memory(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);

    if (memory)
        return memory;
    fprintf(stderr, "no memory for %zu bytes of data\n", bytes);
    exit(1);
}

static void make_cluster(struct cluster *to, const struct data_kind *kind, uint64_t *seed)
{
    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        to->center[i] = kind->centers * draw_normal(seed);
    for (uint32_t j = 0; j < kind->inner; j++)
        for (uint32_t i = 0; i < DATA_WIDTH; i++)
            to->directions[j][i] = draw_normal(seed) / sqrtf((float)kind->inner);
}

static void make_point(float *to, const struct cluster *cluster, const struct data_kind *kind, float noise,
                       uint64_t *seed)
{
    float spread = kind->spread;

    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        to[i] = cluster->center[i] + noise * draw_normal(seed);
    for (uint32_t j = 0; j < kind->inner; j++, spread *= kind->decay) {
        float amount = spread * draw_normal(seed);
        for (uint32_t i = 0; i < DATA_WIDTH; i++)
            to[i] += amount * cluster->directions[j][i];
    }
}

void data_make(struct data *data, const struct data_kind *kind, uint32_t count, uint32_t query_count, uint64_t seed)
{
    uint32_t cluster_count = kind->clusters ? kind->clusters : count / kind->members + 1;
    struct cluster *clusters = take_memory(cluster_count * sizeof(*clusters));

    *data = (struct data){ .count = count, .query_count = query_count };
    data->at = take_memory((size_t)count * DATA_WIDTH * sizeof(float));
    data->queries = take_memory((size_t)query_count * DATA_WIDTH * sizeof(float));
    for (uint32_t i = 0; i < cluster_count; i++)
        make_cluster(&clusters[i], kind, &seed);
    for (uint32_t i = 0; i < count; i++)
        make_point(data->at + (size_t)i * DATA_WIDTH, &clusters[data_draw(&seed) % cluster_count], kind, kind->noise,
                   &seed);
    for (uint32_t i = 0; i < query_count; i++)
        make_point(data->queries + (size_t)i * DATA_WIDTH, &clusters[data_draw(&seed) % cluster_count], kind,
                   kind->noise + kind->query_noise, &seed);
    free(clusters);
}

void data_free(struct data *data)
{
    free(data->at);
    free(data->queries);
    *data = (struct data){ 0 };
}

/* ---- true neighbours ---- */

struct found {
    float square;
    uint32_t row;
};

static float square_between(const float *a, const float *b, const float *weights)
{
    float lanes[16] = { 0 }, sum = 0;

    for (uint32_t i = 0; i < DATA_WIDTH; i += 16)
        for (uint32_t j = 0; j < 16; j++)
            lanes[j] += (weights ? weights[i + j] : 1) * (a[i + j] - b[i + j]) * (a[i + j] - b[i + j]);
    for (uint32_t j = 0; j < 16; j++)
        sum += lanes[j];
    return sum;
}

/* Insertion sort, because few rows are ever inserted. */
static void offer_row(struct found *best, uint32_t most, uint32_t *kept, float square, uint32_t row)
{
    uint32_t at = *kept < most ? (*kept)++ : most - 1;

    for (; at > 0 && best[at - 1].square > square; at--)
        best[at] = best[at - 1];
    best[at] = (struct found){ square, row };
}

static uint32_t find_nearest(const struct data *data, const float *query, const float *weights, const uint8_t *is_in,
                             struct found *best, uint32_t most)
{
    uint32_t kept = 0;

    for (uint32_t row = 0; row < data->count; row++) {
        if (is_in && !is_in[row])
            continue;
        float square = square_between(data->at + (size_t)row * DATA_WIDTH, query, weights);
        if (kept < most || square < best[kept - 1].square)
            offer_row(best, most, &kept, square, row);
    }
    return kept;
}

void data_truth(const struct data *data, const float *weights, const uint8_t *is_in, uint32_t *to)
{
    struct found best[DATA_NEAREST];

    for (uint32_t i = 0; i < data->query_count; i++) {
        uint32_t kept = find_nearest(data, data->queries + (size_t)i * DATA_WIDTH, weights, is_in, best, DATA_NEAREST);
        for (uint32_t j = 0; j < DATA_NEAREST; j++)
            to[(size_t)i * DATA_NEAREST + j] = j < kept ? best[j].row : UINT32_MAX;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double data_dimension(const struct data *data, uint32_t nearest)
{
    struct found *best = take_memory(nearest * sizeof(*best));
    double estimates[DIMENSION_QUERIES];

    for (uint32_t i = 0; i < DIMENSION_QUERIES; i++) {
        double sum = 0;
        find_nearest(data, data->queries + (size_t)i * DATA_WIDTH, NULL, NULL, best, nearest);
        for (uint32_t j = 0; j + 1 < nearest; j++)
            sum += log(best[nearest - 1].square / best[j].square) / 2;
        estimates[i] = (nearest - 1) / sum;
    }
    free(best);
    qsort(estimates, DIMENSION_QUERIES, sizeof(*estimates), by_value);
    return estimates[DIMENSION_QUERIES / 2];
}
