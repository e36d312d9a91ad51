/* recall.c: the share of the truly nearest that the index finds, and what it costs: for 64 drawn weightings of the
 * blocks, among which are each block alone and all but each, and for filters of one in 2 to 10,000; for each kind of
 * data. Fails where the share is below 0.99. Usage: bench_recall [COUNT=100000] [SEED=1] [KIND] [WEIGHTINGS=64] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/search/ours.h"

enum { QUERIES = 100, WEIGHTINGS = 64 };

static const double GOAL = 0.99;

struct bench {
    struct ours ours;
    bool failed;
};

struct measured {
    double recall, seconds; /* of processor time for each query */
};

static struct measured measure_recall(struct ours *ours, const struct bitmap *only, const uint8_t *is_in)
{
    double seconds;

    data_truth(&ours->data, ours->weights, is_in, ours->truth);
    seconds = ours_ask(ours, only) / QUERIES;
    return (struct measured){ ours_recall(ours), seconds };
}

static void print_case(struct bench *bench, const char *name, struct measured measured)
{
    printf("  %-36s recall %.4f, %7.1f us%s\n", name, measured.recall, measured.seconds * 1e6,
           measured.recall < GOAL ? "  TOO LOW" : "");
    bench->failed |= measured.recall < GOAL;
    fflush(stdout);
}

/* ---- weights ---- */

/* Each block alone, then all but each, then drawn ones between 0 and 2. */
static void draw_weights(uint32_t number, uint64_t *seed, float blocks[NEAR_BLOCKS])
{
    for (uint32_t i = 0; i < NEAR_BLOCKS; i++)
        if (number < 2 * NEAR_BLOCKS)
            blocks[i] = (number % NEAR_BLOCKS == i) == (number < NEAR_BLOCKS) ? 1 : 0;
        else
            blocks[i] = (float)(data_draw(seed) % 2001) / 1000;
}

static void run_weights(struct bench *bench, uint32_t weightings, uint64_t seed)
{
    double sum = 0, seconds = 0;

    for (uint32_t number = 0; number < weightings; number++) {
        float blocks[NEAR_BLOCKS];
        char name[64];
        draw_weights(number, &seed, blocks);
        ours_weigh(&bench->ours, blocks);
        snprintf(name, sizeof(name), "weights %.2f %.2f %.2f %.2f %.2f", (double)blocks[0], (double)blocks[1],
                 (double)blocks[2], (double)blocks[3], (double)blocks[4]);
        struct measured measured = measure_recall(&bench->ours, NULL, NULL);
        sum += measured.recall / weightings;
        seconds += measured.seconds / weightings;
        if (measured.recall < GOAL || number < 2 * NEAR_BLOCKS)
            print_case(bench, name, measured);
    }
    printf("  %u weightings: mean recall %.4f, %.1f us\n", weightings, sum, seconds * 1e6);
    ours_weigh(&bench->ours, (const float[NEAR_BLOCKS]){ 1, 1, 1, 1, 1 });
}

/* ---- filters ---- */

static void run_filter(struct bench *bench, uint32_t one_of, uint64_t seed)
{
    uint8_t *is_in = ours_memory(bench->ours.data.count);
    struct bitmap *only = ours_draw_rows(&bench->ours, one_of, seed, is_in);
    char name[64];

    snprintf(name, sizeof(name), "one in %u may be found", one_of);
    print_case(bench, name, measure_recall(&bench->ours, only, is_in));
    bitmap_free(only);
    free(is_in);
}

/* ---- a kind of data ---- */

struct options {
    uint32_t count, weightings;
    uint64_t seed;
    bool failed;
};

static void run_kind(void *state, const struct data_kind *kind)
{
    static const uint32_t one_of[] = { 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000 };
    struct options *options = state;
    const uint64_t seed = options->seed;
    struct bench bench = { 0 };

    ours_open(&bench.ours, kind, options->count, QUERIES, seed);
    print_case(&bench, "equal weights", measure_recall(&bench.ours, NULL, NULL));
    for (uint32_t i = 0; i < sizeof(one_of) / sizeof(one_of[0]); i++)
        run_filter(&bench, one_of[i], seed + i);
    if (options->weightings)
        run_weights(&bench, options->weightings, seed + 3);
    ours_close(&bench.ours);
    options->failed = options->failed || bench.failed;
}

int main(int argc, char **argv)
{
    struct options options = { .count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000,
                               .seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1,
                               .weightings = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : WEIGHTINGS };

    data_each_kind(argc > 3 ? argv[3] : NULL, run_kind, &options);
    return options.failed ? 1 : 0;
}
