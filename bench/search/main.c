/* Finds the ten nearest of many embeddings with loophole's index, and with hnswlib, faiss and USearch, in one run, on
 * one thread. For each case, each peer gets the least effort at which it finds 0.99 of the truly nearest; the fastest
 * peer counts. Times are processor times of this thread, because other programs may use the machine; each is the best
 * of several alternating rounds. Usage: bench_search [COUNT=100000] [SEED=1] [PEERS: letters a, b, … of those to build;
 * - for none] [easy|hard|apart|mixed] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/search/peer.h"
#include "services/search/near/near.h"
#include "services/search/near/near_build.h"
#include "services/search/near/near_file.h"

enum { QUERIES = 400, ROUNDS = 5, BATCH = 8, PEERS = 8, WEIGHTS = 6 };

static const double GOAL = 0.99, FAISS_IS_OLD = 2.8; /* Debian's version 1.7.3, for single queries, beside the newest */

struct bench {
    struct data data;
    const char *letters;
    struct near near;
    struct ids ids;
    struct peer *peers[PEERS];
    uint32_t *truth, *found;
    float weights[DATA_WIDTH];
    struct bitmap *only; /* of the case; NULL: all */
    uint8_t *bits;       /* the same, for the peers */
    uint8_t *is_in;      /* one byte for each row, for the true neighbours */
};

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *take_memory(size_t bytes)
{
    void *memory = calloc(1, bytes);

    if (memory)
        return memory;
    fprintf(stderr, "no memory\n");
    exit(1);
}

static double recall_of(const struct bench *bench)
{
    uint32_t hits = 0;

    for (uint32_t query = 0; query < QUERIES; query++)
        for (uint32_t i = 0; i < DATA_NEAREST; i++)
            for (uint32_t j = 0; j < DATA_NEAREST; j++)
                hits += bench->found[query * DATA_NEAREST + i] == bench->truth[query * DATA_NEAREST + j];
    return (double)hits / (QUERIES * DATA_NEAREST);
}

/* ---- one round of all queries, in seconds ---- */

static double ask_ours(struct bench *bench)
{
    double began = processor_seconds();

    for (uint32_t query = 0; query < QUERIES; query++) {
        const float *target = bench->data.queries + (size_t)query * DATA_WIDTH;
        struct vectors vectors = { bench->data.at, &bench->ids, target, bench->weights };
        struct nearby nearby[DATA_NEAREST];
        uint32_t count = 0;

        if (near_find(&bench->near, &vectors, bench->only, DATA_NEAREST, nearby, &count) != ERR_OK)
            exit(1);
        for (uint32_t i = 0; i < DATA_NEAREST; i++)
            bench->found[query * DATA_NEAREST + i] = i < count ? nearby[i].row : UINT32_MAX;
    }
    return processor_seconds() - began;
}

/* The filter is our bitmap. Converting it to the peer's bits counts, as it does for our index. */
static void fill_bits(struct bench *bench)
{
    struct bitmap_view view;

    if (!bench->only || !bitmap_view_open(&view, bench->only))
        return;
    for (uint32_t chunk = 0; chunk < view.count; chunk++) {
        size_t left = (bench->data.count + 7) / 8 - (size_t)chunk * 8192;
        memcpy(bench->bits + (size_t)chunk * 8192, view.chunks[chunk], left < 8192 ? left : 8192);
    }
    bitmap_view_close(&view);
}

static double ask_peer(struct bench *bench, struct peer *peer, uint32_t effort, uint32_t batch)
{
    double began = processor_seconds();

    for (uint32_t query = 0; query < QUERIES; query += batch) {
        struct peer_ask ask = { bench->data.queries + (size_t)query * DATA_WIDTH, batch,
                                bench->only ? bench->bits : NULL, bench->found + (size_t)query * DATA_NEAREST };
        fill_bits(bench);
        peer_search(peer, &ask, effort);
    }
    return processor_seconds() - began;
}

/* The least effort that reaches the goal; 0: none. */
static uint32_t tune_peer(struct bench *bench, struct peer *peer)
{
    uint32_t low = 1, high = peer_most_effort(peer);

    ask_peer(bench, peer, high, 1);
    if (recall_of(bench) < GOAL)
        return 0;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        ask_peer(bench, peer, middle, 1);
        if (recall_of(bench) >= GOAL)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- cases ---- */

static void print_peer(uint32_t kind, uint32_t effort, double seconds, double ours)
{
    if (effort)
        printf("    %-24s %9.0f a second at effort %u: ours is %.2f times as fast\n", peer_name(kind),
               QUERIES / seconds, effort, seconds / ours);
    else
        printf("    %-24s does not reach %.2f\n", peer_name(kind), GOAL);
}

static void run_case(struct bench *bench, const char *name, uint32_t batch)
{
    uint32_t efforts[PEERS] = { 0 };
    double ours = INFINITY, theirs[PEERS], best = INFINITY, allowed = INFINITY, found;

    ask_ours(bench);
    found = recall_of(bench);
    for (uint32_t i = 0; i < peer_kinds(); i++) {
        theirs[i] = INFINITY;
        if (bench->peers[i] && (!bench->only || peer_can_filter(i)))
            efforts[i] = tune_peer(bench, bench->peers[i]);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        ours = fmin(ours, ask_ours(bench));
        for (uint32_t i = 0; i < peer_kinds(); i++)
            if (efforts[i])
                theirs[i] = fmin(theirs[i], ask_peer(bench, bench->peers[i], efforts[i], batch));
    }
    for (uint32_t i = 0; i < peer_kinds(); i++) {
        best = fmin(best, theirs[i]);
        allowed = fmin(allowed, theirs[i] / (peer_is_faiss(i) ? FAISS_IS_OLD : 1));
    }
    printf("%-26s %9.0f a second, recall %.4f; %.2f times the best peer, %.2f with the newest faiss allowed "
           "for\n",
           name, QUERIES / ours, found, best / ours, allowed / ours);
    for (uint32_t i = 0; i < peer_kinds(); i++)
        if (bench->peers[i] && (!bench->only || peer_can_filter(i)))
            print_peer(i, efforts[i], theirs[i], ours);
    fflush(stdout);
}

static void run_filter(struct bench *bench, const char *name, uint32_t one_of, uint64_t seed)
{
    bench->only = bitmap_new();
    bench->is_in = take_memory(bench->data.count);
    bench->bits = take_memory(bench->data.count / 8 + 8192);
    for (uint32_t row = 0; row < bench->data.count; row++)
        if (data_draw(&seed) % one_of == 0) {
            bench->is_in[row] = 1;
            bitmap_add(bench->only, row);
        }
    data_truth(&bench->data, NULL, bench->is_in, bench->truth);
    run_case(bench, name, 1);
    bitmap_free(bench->only);
    free(bench->is_in);
    free(bench->bits);
    bench->only = NULL;
    bench->is_in = bench->bits = NULL;
}

/* Random weights between 0 and 2 for each block. */
static void run_weights(struct bench *bench, uint64_t seed)
{
    double equal = INFINITY, sum = 0, worst = INFINITY, least = 1;

    for (uint32_t round = 0; round < ROUNDS; round++)
        equal = fmin(equal, ask_ours(bench));
    for (uint32_t set = 0; set < WEIGHTS; set++) {
        double seconds = INFINITY;
        for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++)
            for (float weight = (float)(data_draw(&seed) % 2001) / 1000; i < near_block_ends[block] * 4u; i++)
                bench->weights[i] = weight;
        data_truth(&bench->data, bench->weights, NULL, bench->truth);
        for (uint32_t round = 0; round < ROUNDS; round++)
            seconds = fmin(seconds, ask_ours(bench));
        least = fmin(least, recall_of(bench));
        sum += equal / seconds / WEIGHTS;
        worst = fmin(worst, equal / seconds);
    }
    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        bench->weights[i] = 1;
    printf("%-26s %.2f of the speed with equal weights (worst %.2f), recall at least %.4f\n", "weights 0 to 2 by block",
           sum, worst, least);
}

/* ---- a full scan compared with a plain read ---- */

static double read_plainly(const struct data *data)
{
    typedef uint64_t wide __attribute__((vector_size(64)));
    const wide *at = (const wide *)(const void *)data->at;
    size_t count = (size_t)data->count * DATA_WIDTH * sizeof(float) / sizeof(wide);
    double began = processor_seconds();
    wide sums[4] = { { 0 } };

    for (size_t i = 0; i + 4 <= count; i += 4)
        for (size_t j = 0; j < 4; j++)
            sums[j] ^= at[i + j];
    volatile uint64_t kept = (sums[0] ^ sums[1] ^ sums[2] ^ sums[3])[0];
    (void)kept;
    return processor_seconds() - began;
}

static double scan_all(struct bench *bench)
{
    struct vectors vectors = { bench->data.at, &bench->ids, bench->data.queries, bench->weights };
    struct nearby nearby[DATA_NEAREST];
    double began = processor_seconds();

    vectors_nearest(&vectors, NULL, bench->data.count, DATA_NEAREST, nearby);
    return processor_seconds() - began;
}

static void run_scan(struct bench *bench)
{
    double plain = INFINITY, scan = INFINITY, gigabytes = (double)bench->data.count * DATA_WIDTH * 4 / 1e9;

    for (uint32_t round = 0; round < ROUNDS * 3; round++) {
        plain = fmin(plain, read_plainly(&bench->data));
        scan = fmin(scan, scan_all(bench));
    }
    printf("%-26s %.2f ms, %.1f GB/s: %.2f of a plain read's %.1f\n", "exact scan of all floats", scan * 1e3,
           gigabytes / scan, plain / scan, gigabytes / plain);
}

/* ---- building ---- */

static void build_ours(struct bench *bench)
{
    struct bitmap *all = bitmap_new();
    double began;
    bool done = false;

    for (uint32_t row = 0; row < bench->data.count; row++)
        bitmap_add(all, row);
    began = processor_seconds();
    if (near_open(&bench->near) != ERR_OK ||
        near_build_begin(&bench->near, bench->data.at, bench->data.count, all, 1) != ERR_OK)
        exit(1);
    while (!done)
        if (near_build_step(&bench->near, INT64_MAX, &done) != ERR_OK)
            exit(1);
    printf("%-26s %.2f s to build, %.1f MB\n", "ours", processor_seconds() - began,
           (double)bench->near.made.count / 1e6);
    bitmap_free(all);
}

static void build_peers(struct bench *bench)
{
    for (uint32_t i = 0; i < peer_kinds(); i++) {
        double began = processor_seconds();
        if (bench->letters && !strchr(bench->letters, (char)('a' + i)))
            continue;
        bench->peers[i] = peer_build(i, &bench->data);
        printf("%-26s %.2f s to build, %.1f MB\n", peer_name(i), processor_seconds() - began,
               peer_megabytes(bench->peers[i]));
        fflush(stdout);
    }
}

static void run_kind(const struct data_kind *kind, uint32_t count, uint64_t seed, const char *letters)
{
    struct bench bench = { .letters = letters };

    data_make(&bench.data, kind, count, QUERIES, seed);
    bench.truth = take_memory(QUERIES * DATA_NEAREST * sizeof(uint32_t));
    bench.found = take_memory(QUERIES * DATA_NEAREST * sizeof(uint32_t));
    bench.ids.column = (struct column){ .at = take_memory((size_t)count * sizeof(struct id)), .count = count };
    for (uint32_t i = 0; i < DATA_WIDTH; i++)
        bench.weights[i] = 1;
    printf("\n%u embeddings, %s: local intrinsic dimension %.1f\n", count, kind->name,
           data_dimension(&bench.data, 100));
    build_ours(&bench);
    build_peers(&bench);
    data_truth(&bench.data, NULL, NULL, bench.truth);
    run_case(&bench, "one at a time", 1);
    run_case(&bench, "eight at a time", BATCH);
    run_filter(&bench, "one in 10 may be found", 10, seed + 1);
    run_filter(&bench, "one in 100 may be found", 100, seed + 2);
    run_weights(&bench, seed + 3);
    run_scan(&bench);
    near_close(&bench.near);
    for (uint32_t i = 0; i < peer_kinds(); i++)
        if (bench.peers[i])
            peer_free(bench.peers[i]);
    free(bench.truth);
    free(bench.found);
    free(bench.ids.column.at);
    data_free(&bench.data);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

    for (uint32_t i = 0; i < DATA_KINDS; i++)
        if (argc <= 4 || strcmp(argv[4], data_kinds[i].name) == 0)
            run_kind(&data_kinds[i], count, seed, argc > 3 ? argv[3] : NULL);
    return 0;
}
