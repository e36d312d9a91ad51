/* Finds the ten nearest of many embeddings with loophole's index, and with hnswlib, faiss and USearch, in one run, on
 * one thread. For each case, each peer gets the least effort at which it finds 0.99 of the truly nearest; the fastest
 * peer counts. Times are processor times of this thread, because other programs may use the machine; each is the best
 * of several alternating rounds. Usage: bench_search [COUNT=100000] [SEED=1] [PEERS: letters a, b, … of those to build;
 * - for none] [easy|hard|apart|mixed|packs|wide|a path with "/" of a library's embeddings] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/search/ours.h"
#include "bench/search/peer.h"

enum { QUERIES = 400, ROUNDS = 5, BATCH = 8, PEERS = 8, WEIGHTS = 6 };

static const double GOAL = 0.99, FAISS_IS_OLD = 2.8; /* Debian's version 1.7.3, for single queries, beside the newest */

struct bench {
    struct ours ours;
    const char *letters;
    struct peer *peers[PEERS];
    struct bitmap *only; /* of the case; NULL: all */
    uint8_t *bits;       /* the same, for the peers */
    uint8_t *is_in;      /* one byte for each row, for the true neighbours */
};

/* ---- one round of all queries, in seconds ---- */

static double ask_ours(struct bench *bench)
{
    return ours_ask(&bench->ours, bench->only);
}

/* The filter is our bitmap. Converting it to the peer's bits counts, as it does for our index. */
static void fill_bits(struct bench *bench)
{
    struct bitmap_view view;

    if (!bench->only)
        return;
    bitmap_view_open(&view, bench->only);
    for (uint32_t chunk = 0; chunk < view.count; chunk++) {
        size_t left = (bench->ours.data.count + 7) / 8 - (size_t)chunk * 8192;
        memcpy(bench->bits + (size_t)chunk * 8192, view.chunks[chunk], left < 8192 ? left : 8192);
    }
    bitmap_view_close(&view);
}

static double ask_peer(struct bench *bench, struct peer *peer, uint32_t effort, uint32_t batch)
{
    double began = ours_processor_time();

    for (uint32_t query = 0; query < QUERIES; query += batch) {
        struct peer_ask ask = { bench->ours.data.queries + (size_t)query * DATA_WIDTH, batch,
                                bench->only ? bench->bits : NULL, bench->ours.found + (size_t)query * DATA_NEAREST };
        fill_bits(bench);
        peer_search(peer, &ask, effort);
    }
    return ours_processor_time() - began;
}

/* The least effort that reaches the goal; 0: none. */
static uint32_t tune_peer(struct bench *bench, struct peer *peer)
{
    uint32_t low = 1, high = peer_most_effort(peer);

    ask_peer(bench, peer, high, 1);
    if (ours_recall(&bench->ours) < GOAL)
        return 0;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        ask_peer(bench, peer, middle, 1);
        if (ours_recall(&bench->ours) >= GOAL)
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
    found = ours_recall(&bench->ours);
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
    bench->is_in = ours_memory(bench->ours.data.count);
    bench->bits = ours_memory(bench->ours.data.count / 8 + 8192);
    bench->only = ours_draw_rows(&bench->ours, one_of, seed, bench->is_in);
    data_truth(&bench->ours.data, NULL, bench->is_in, bench->ours.truth);
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
        float blocks[NEAR_BLOCKS];

        for (uint32_t block = 0; block < NEAR_BLOCKS; block++)
            blocks[block] = (float)(data_draw(&seed) % 2001) / 1000;
        ours_weigh(&bench->ours, blocks);
        data_truth(&bench->ours.data, bench->ours.weights, NULL, bench->ours.truth);
        for (uint32_t round = 0; round < ROUNDS; round++)
            seconds = fmin(seconds, ask_ours(bench));
        least = fmin(least, ours_recall(&bench->ours));
        sum += equal / seconds / WEIGHTS;
        worst = fmin(worst, equal / seconds);
    }
    ours_weigh(&bench->ours, (const float[NEAR_BLOCKS]){ 1, 1, 1, 1, 1 });
    printf("%-26s %.2f of the speed with equal weights (worst %.2f), recall at least %.4f\n", "weights 0 to 2 by block",
           sum, worst, least);
}

/* ---- a full scan compared with a plain read ---- */

static double read_plainly(const struct data *data)
{
    typedef uint64_t wide __attribute__((vector_size(64)));
    const wide *at = (const wide *)(const void *)data->at;
    size_t count = (size_t)data->count * DATA_WIDTH * sizeof(float) / sizeof(wide);
    double began = ours_processor_time();
    wide sums[4] = { { 0 } };

    for (size_t i = 0; i + 4 <= count; i += 4)
        for (size_t j = 0; j < 4; j++)
            sums[j] ^= at[i + j];
    volatile uint64_t kept = (sums[0] ^ sums[1] ^ sums[2] ^ sums[3])[0];
    (void)kept;
    return ours_processor_time() - began;
}

static double scan_all(struct bench *bench)
{
    const struct vectors vectors = { bench->ours.data.at, &bench->ours.ids, bench->ours.data.queries,
                                     bench->ours.weights };
    struct nearby nearby[DATA_NEAREST];
    double began = ours_processor_time();

    vectors_nearest(&vectors, NULL, bench->ours.data.count, DATA_NEAREST, nearby);
    return ours_processor_time() - began;
}

static void run_scan(struct bench *bench)
{
    double plain = INFINITY, scan = INFINITY, gigabytes = (double)bench->ours.data.count * DATA_WIDTH * 4 / 1e9;

    for (uint32_t round = 0; round < ROUNDS * 3; round++) {
        plain = fmin(plain, read_plainly(&bench->ours.data));
        scan = fmin(scan, scan_all(bench));
    }
    printf("%-26s %.2f ms, %.1f GB/s: %.2f of a plain read's %.1f\n", "exact scan of all floats", scan * 1e3,
           gigabytes / scan, plain / scan, gigabytes / plain);
}

/* ---- building ---- */

static void build_peers(struct bench *bench)
{
    for (uint32_t i = 0; i < peer_kinds(); i++) {
        double began = ours_processor_time();
        if (bench->letters && !strchr(bench->letters, (char)('a' + i)))
            continue;
        bench->peers[i] = peer_build(i, &bench->ours.data);
        printf("%-26s %.2f s to build, %.1f MB\n", peer_name(i), ours_processor_time() - began,
               peer_megabytes(bench->peers[i]));
        fflush(stdout);
    }
}

struct options {
    uint32_t count;
    uint64_t seed;
    const char *letters;
};

static void run_kind(void *state, const struct data_kind *kind)
{
    const struct options *options = state;
    const uint64_t seed = options->seed;
    struct bench bench = { .letters = options->letters };
    double seconds = ours_open(&bench.ours, kind, options->count, QUERIES, seed);

    printf("%-26s %.2f s to build, %.1f MB\n", "ours", seconds, (double)bench.ours.near.made.count / 1e6);
    build_peers(&bench);
    run_case(&bench, "one at a time", 1);
    run_case(&bench, "eight at a time", BATCH);
    run_filter(&bench, "one in 10 may be found", 10, seed + 1);
    run_filter(&bench, "one in 100 may be found", 100, seed + 2);
    run_weights(&bench, seed + 3);
    run_scan(&bench);
    for (uint32_t i = 0; i < peer_kinds(); i++)
        if (bench.peers[i])
            peer_free(bench.peers[i]);
    ours_close(&bench.ours);
}

int main(int argc, char **argv)
{
    struct options options = { .count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000,
                               .seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1,
                               .letters = argc > 3 ? argv[3] : NULL };

    data_each_kind(argc > 4 ? argv[4] : NULL, run_kind, &options);
    return 0;
}
