/* recall.c: the share of the truly nearest that the index finds, and what it costs: for 64 drawn weightings of the
 * blocks, among which are each block alone and all but each, and for filters of one in 2 to 10,000; for each kind of
 * data. Fails where the share is below 0.99. Usage: bench_recall [COUNT=100000] [SEED=1] [KIND] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/search/data.h"
#include "services/search/near/near.h"
#include "services/search/near/near_build.h"
#include "services/search/near/near_file.h"

enum { QUERIES = 100, WEIGHTINGS = 64 };

static const double GOAL = 0.99;

struct bench {
    struct data data;
    struct near near;
    struct ids ids;
    float weights[DATA_WIDTH];
    uint32_t truth[QUERIES * DATA_NEAREST];
    bool failed;
};

struct measured {
    double recall, seconds; /* of processor time for each query */
};

static void *take_memory(size_t bytes)
{
    void *memory = calloc(1, bytes);

    if (memory)
        return memory;
    fprintf(stderr, "no memory\n");
    exit(1);
}

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A row at the same distance as a true one counts. */
static uint32_t count_hits(const struct vectors *vectors, const struct nearby *found, uint32_t count,
                           const uint32_t *truth)
{
    uint32_t hits = 0, wanted = 0;

    while (wanted < DATA_NEAREST && truth[wanted] != UINT32_MAX)
        wanted++;
    for (uint32_t i = 0; i < count && wanted; i++)
        hits += found[i].distance <= vectors_distance(vectors, truth[wanted - 1]) * 1.00001f;
    return hits;
}

static struct measured measure_recall(struct bench *bench, const struct bitmap *only, const uint8_t *is_in)
{
    struct measured measured = { 0 };
    uint32_t possible = 0, hits = 0;

    data_truth(&bench->data, bench->weights, is_in, bench->truth);
    for (uint32_t query = 0; query < QUERIES; query++) {
        const float *target = bench->data.queries + (size_t)query * DATA_WIDTH;
        const uint32_t *truth = bench->truth + (size_t)query * DATA_NEAREST;
        struct vectors vectors = { bench->data.at, &bench->ids, target, bench->weights };
        struct nearby nearby[DATA_NEAREST];
        uint32_t count = 0;
        double began = processor_seconds();

        if (near_find(&bench->near, &vectors, only, DATA_NEAREST, nearby, &count) != ERR_OK)
            exit(1);
        measured.seconds += (processor_seconds() - began) / QUERIES;
        hits += count_hits(&vectors, nearby, count, truth);
        for (uint32_t i = 0; i < DATA_NEAREST; i++)
            possible += truth[i] != UINT32_MAX;
    }
    measured.recall = possible ? (double)hits / possible : 1;
    return measured;
}

static void print_case(struct bench *bench, const char *name, struct measured measured)
{
    printf("  %-36s recall %.4f, %7.1f us%s\n", name, measured.recall, measured.seconds * 1e6,
           measured.recall < GOAL ? "  TOO LOW" : "");
    bench->failed |= measured.recall < GOAL;
    fflush(stdout);
}

/* ---- weights ---- */

static void set_weights(struct bench *bench, const float blocks[NEAR_BLOCKS])
{
    for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++)
        for (; i < near_block_ends[block] * 4u; i++)
            bench->weights[i] = blocks[block];
}

/* Each block alone, then all but each, then drawn ones between 0 and 2. */
static void draw_weights(uint32_t number, uint64_t *seed, float blocks[NEAR_BLOCKS])
{
    for (uint32_t i = 0; i < NEAR_BLOCKS; i++)
        if (number < 2 * NEAR_BLOCKS)
            blocks[i] = (number % NEAR_BLOCKS == i) == (number < NEAR_BLOCKS) ? 1 : 0;
        else
            blocks[i] = (float)(data_draw(seed) % 2001) / 1000;
}

static void run_weights(struct bench *bench, uint64_t seed)
{
    double sum = 0, seconds = 0;

    for (uint32_t number = 0; number < WEIGHTINGS; number++) {
        float blocks[NEAR_BLOCKS];
        char name[64];
        draw_weights(number, &seed, blocks);
        set_weights(bench, blocks);
        snprintf(name, sizeof(name), "weights %.2f %.2f %.2f %.2f %.2f", (double)blocks[0], (double)blocks[1],
                 (double)blocks[2], (double)blocks[3], (double)blocks[4]);
        struct measured measured = measure_recall(bench, NULL, NULL);
        sum += measured.recall / WEIGHTINGS;
        seconds += measured.seconds / WEIGHTINGS;
        if (measured.recall < GOAL || number < 2 * NEAR_BLOCKS)
            print_case(bench, name, measured);
    }
    printf("  %u weightings: mean recall %.4f, %.1f us\n", WEIGHTINGS, sum, seconds * 1e6);
    set_weights(bench, (const float[NEAR_BLOCKS]){ 1, 1, 1, 1, 1 });
}

/* ---- filters ---- */

static void run_filter(struct bench *bench, uint32_t one_of, uint64_t seed)
{
    struct bitmap *only = bitmap_new();
    uint8_t *is_in = take_memory(bench->data.count);
    char name[64];

    for (uint32_t row = 0; row < bench->data.count; row++)
        if (data_draw(&seed) % one_of == 0) {
            is_in[row] = 1;
            bitmap_add(only, row);
        }
    snprintf(name, sizeof(name), "one in %u may be found", one_of);
    print_case(bench, name, measure_recall(bench, only, is_in));
    bitmap_free(only);
    free(is_in);
}

/* ---- a kind of data ---- */

static void build_clusters(struct bench *bench)
{
    struct bitmap *all = bitmap_new();
    bool done = false;

    for (uint32_t row = 0; row < bench->data.count; row++)
        bitmap_add(all, row);
    if (near_open(&bench->near) != ERR_OK ||
        near_build_begin(&bench->near, bench->data.at, bench->data.count, all, 1) != ERR_OK)
        exit(1);
    while (!done)
        if (near_build_step(&bench->near, INT64_MAX, &done) != ERR_OK)
            exit(1);
    bitmap_free(all);
}

static bool run_kind(const struct data_kind *kind, uint32_t count, uint64_t seed)
{
    static const uint32_t one_of[] = { 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000 };
    struct bench bench = { 0 };

    data_make(&bench.data, kind, count, QUERIES, seed);
    bench.ids.column = (struct column){ .at = take_memory((size_t)count * sizeof(struct id)), .count = count };
    printf("\n%u embeddings, %s: local intrinsic dimension %.1f\n", count, kind->name,
           data_dimension(&bench.data, 100));
    build_clusters(&bench);
    set_weights(&bench, (const float[NEAR_BLOCKS]){ 1, 1, 1, 1, 1 });
    print_case(&bench, "equal weights", measure_recall(&bench, NULL, NULL));
    for (uint32_t i = 0; i < sizeof(one_of) / sizeof(one_of[0]); i++)
        run_filter(&bench, one_of[i], seed + i);
    run_weights(&bench, seed + 3);
    near_close(&bench.near);
    free(bench.ids.column.at);
    data_free(&bench.data);
    return !bench.failed;
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    bool holds = true;

    for (uint32_t i = 0; i < DATA_KINDS; i++)
        if (argc <= 3 || strcmp(argv[3], data_kinds[i].name) == 0)
            holds = run_kind(&data_kinds[i], count, seed) && holds;
    return holds ? 0 : 1;
}
