#include "bench/search/data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_INNER = 32, DIMENSION_QUERIES = 50, LEAST_INNER = 3, PACK_INNER = 24, ALIKE = 8 };

static const float SPREADS = 6;         /* of packs: the largest over the smallest */
static const float COPY_NOISE = 0.005f; /* of a near copy, over its pack's spread */
static const float ALIKE_NOISE = 0.04f; /* of a row of a library, over the distance of its two items */

const struct data_kind data_kinds[DATA_KINDS] = {
    { .name = "easy", .members = 1000, .inner = 9, .centers = 1, .spread = 0.45f, .noise = 0.02f, .decay = 1 },
    { .name = "hard", .members = 10000, .inner = 21, .centers = 1, .spread = 1, .noise = 0.05f, .decay = 1 },
    { .name = "apart", .clusters = 2000, .inner = 24, .centers = 4, .spread = 1, .decay = 0.9f, .query_noise = 0.3f },
    { .name = "mixed", .clusters = 2000, .inner = 24, .centers = 1, .spread = 1, .decay = 0.9f, .query_noise = 0.3f },
    { .name = "packs", .centers = 1, .spread = 0.4f, .noise = 0.02f, .decay = 1, .packs = true },
    { .name = "wide", .centers = 1, .spread = 0.8f, .noise = 0.02f, .decay = 1, .packs = true },
};

struct cluster {
    uint32_t inner;
    float spread, share; /* the share of the rows that are in it or in one before it */
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

static float draw_share(uint64_t *seed) /* 0 to 1 */
{
    return (float)data_draw(seed) / 2147483648.0f;
}

static void make_cluster(struct cluster *to, const struct data_kind *kind, uint64_t *seed)
{
    to->inner = kind->packs ? LEAST_INNER + data_draw(seed) % (PACK_INNER - LEAST_INNER + 1) : kind->inner;
    to->spread = kind->packs ? kind->spread * powf(SPREADS, draw_share(seed) - 0.5f) : kind->spread;
    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        to->center[i] = kind->centers * draw_normal(seed);
    for (uint32_t j = 0; j < to->inner; j++)
        for (uint32_t i = 0; i < DATA_WIDTH; i++)
            to->directions[j][i] = draw_normal(seed) / sqrtf((float)to->inner);
}

static void make_point(float *to, const struct cluster *cluster, const struct data_kind *kind, float noise,
                       uint64_t *seed)
{
    float spread = cluster->spread;

    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        to[i] = cluster->center[i] + noise * draw_normal(seed);
    for (uint32_t j = 0; j < cluster->inner; j++, spread *= kind->decay) {
        float amount = spread * draw_normal(seed);
        for (uint32_t i = 0; i < DATA_WIDTH; i++)
            to[i] += amount * cluster->directions[j][i];
    }
}

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

/* ---- packs ---- */

/* The size of a pack is in inverse proportion to its rank. */
static void share_rows(struct cluster *packs, uint32_t count)
{
    float sum = 0;

    for (uint32_t i = 0; i < count; i++)
        packs[i].share = sum += 1 / (float)(i + 1);
    for (uint32_t i = 0; i < count; i++)
        packs[i].share /= sum;
}

static const struct cluster *draw_pack(const struct cluster *packs, uint32_t count, uint64_t *seed)
{
    const float share = draw_share(seed);
    uint32_t low = 0, high = count - 1;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (packs[middle].share < share)
            low = middle + 1;
        else
            high = middle;
    }
    return &packs[low];
}

/* One row in 20 is nearly a row before it, and one in ten lies between two packs. */
static void make_pack_row(struct data *data, uint32_t row, const struct cluster *packs, uint32_t count,
                          const struct data_kind *kind, uint64_t *seed)
{
    float *to = data->at + (size_t)row * DATA_WIDTH, other[DATA_WIDTH];
    const uint32_t kin = data_draw(seed) % 20;
    const float share = draw_share(seed);

    if (kin == 0 && row > 0) {
        memcpy(to, data->at + (size_t)(data_draw(seed) % row) * DATA_WIDTH, sizeof(other));
        for (uint32_t i = 0; i < DATA_WIDTH; i++)
            to[i] += COPY_NOISE * kind->spread * draw_normal(seed);
        return;
    }
    make_point(to, draw_pack(packs, count, seed), kind, kind->noise, seed);
    if (kin > 2)
        return;
    make_point(other, draw_pack(packs, count, seed), kind, kind->noise, seed);
    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        to[i] += share * (other[i] - to[i]);
}

/* ---- a library of a person ---- */

struct alike { /* the items most like one, for rows between them */
    uint32_t row[ALIKE];
};

static uint32_t find_nearest(const struct data *data, const float *query, const float *weights, const uint8_t *is_in,
                             struct found *best, uint32_t most);

static void read_items(struct data *items, const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;

    *items = (struct data){ .count = size > 0 ? (uint32_t)((size_t)size / (DATA_WIDTH * sizeof(float))) : 0 };
    if (items->count > ALIKE) {
        rewind(file);
        items->at = take_memory((size_t)items->count * DATA_WIDTH * sizeof(float));
        if (fread(items->at, DATA_WIDTH * sizeof(float), items->count, file) == items->count) {
            fclose(file);
            return;
        }
    }
    fprintf(stderr, "%s has no embeddings of more than %d sounds: bench/search/embeddings writes it\n", path, ALIKE);
    exit(1);
}

static struct alike *find_alike(const struct data *items)
{
    struct alike *alike = take_memory(items->count * sizeof(*alike));
    struct found best[ALIKE + 1];

    for (uint32_t i = 0; i < items->count; i++) {
        find_nearest(items, items->at + (size_t)i * DATA_WIDTH, NULL, NULL, best, ALIKE + 1);
        for (uint32_t j = 0, to = 0; to < ALIKE; j++) /* the item itself is among them, or has that many equals */
            if (best[j].row != i)
                alike[i].row[to++] = best[j].row;
    }
    return alike;
}

static void make_library_row(float *to, const struct data *items, const struct alike *alike, uint64_t *seed)
{
    const uint32_t row = data_draw(seed) % items->count;
    const float *one = items->at + (size_t)row * DATA_WIDTH,
                *other = items->at + (size_t)alike[row].row[data_draw(seed) % ALIKE] * DATA_WIDTH;
    const float share = draw_share(seed), noise = ALIKE_NOISE * sqrtf(square_between(one, other, NULL));

    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        to[i] = one[i] + share * (other[i] - one[i]) + noise * draw_normal(seed);
}

static void make_library(struct data *data, const char *path, uint64_t seed)
{
    struct data items;

    read_items(&items, path);
    struct alike *alike = find_alike(&items);
    for (uint32_t i = 0; i < data->count + data->query_count; i++)
        make_library_row(i < data->count ? data->at + (size_t)i * DATA_WIDTH
                                         : data->queries + (size_t)(i - data->count) * DATA_WIDTH,
                         &items, alike, &seed);
    free(alike);
    free(items.at);
}

/* ---- all kinds ---- */

static void make_clusters(struct data *data, const struct data_kind *kind, uint64_t seed)
{
    const uint32_t of_members = kind->members ? data->count / kind->members + 1 : 0,
                   cluster_count = kind->packs      ? data->count / 200 + 50
                                   : kind->clusters ? kind->clusters
                                                    : of_members;
    struct cluster *clusters = take_memory(cluster_count * sizeof(*clusters));

    for (uint32_t i = 0; i < cluster_count; i++)
        make_cluster(&clusters[i], kind, &seed);
    share_rows(clusters, cluster_count);
    for (uint32_t i = 0; i < data->count; i++)
        if (kind->packs)
            make_pack_row(data, i, clusters, cluster_count, kind, &seed);
        else
            make_point(data->at + (size_t)i * DATA_WIDTH, &clusters[data_draw(&seed) % cluster_count], kind,
                       kind->noise, &seed);
    for (uint32_t i = 0; i < data->query_count; i++)
        make_point(data->queries + (size_t)i * DATA_WIDTH,
                   kind->packs ? draw_pack(clusters, cluster_count, &seed)
                               : &clusters[data_draw(&seed) % cluster_count],
                   kind, kind->noise + kind->query_noise, &seed);
    free(clusters);
}

void data_make(struct data *data, const struct data_kind *kind, uint32_t count, uint32_t query_count, uint64_t seed)
{
    *data = (struct data){ .count = count, .query_count = query_count };
    data->at = take_memory((size_t)count * DATA_WIDTH * sizeof(float));
    data->queries = take_memory((size_t)query_count * DATA_WIDTH * sizeof(float));
    if (kind->file)
        make_library(data, kind->file, seed);
    else
        make_clusters(data, kind, seed);
}

void data_each_kind(const char *word, void (*run)(void *state, const struct data_kind *kind), void *state)
{
    if (word && strchr(word, '/')) {
        run(state, &(const struct data_kind){ .name = "library", .file = word });
        return;
    }
    for (uint32_t i = 0; i < DATA_KINDS; i++)
        if (!word || strcmp(word, data_kinds[i].name) == 0)
            run(state, &data_kinds[i]);
}

void data_free(struct data *data)
{
    free(data->at);
    free(data->queries);
    *data = (struct data){ 0 };
}

/* ---- true neighbours ---- */

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
