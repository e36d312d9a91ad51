/* bench_latency [ROUNDS]: the table of bench.h, of the engine that runs in this home. `make bench` starts one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/latency/bench.h"

enum { ROUNDS = 15, ROUNDS_MOST = 101, PINGS = 1000, PUTS = 60, SWARM_PUTS = 2000, SWARM_COMMITS = 20 };

/* One figure of each round. */
struct figures {
    double at[ROUNDS_MOST];
    uint32_t count;
};

enum figure {
    PING_50, PING_99, RAW_50, RAW_99, PAIR_50, SEARCH_50, INDEXER_50,
    PUT_50, PUT_99, BARE_50, RAW_PUT_50, RATE_64, RAW_64, BARE_64, RATE_BATCH, BARE_BATCH, FIGURES
};

struct bench {
    struct engine engine;
    struct echo ping_echo, put_echo, pair;
    struct swarm *one_ping, *one_put, *many_raw, *many;
    struct bare *bare;
    struct latency *latency;
    struct figures figures[FIGURES];
};

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(const struct figures *figures)
{
    double sorted[ROUNDS_MOST];

    if (figures->count == 0)
        return 0;
    memcpy(sorted, figures->at, figures->count * sizeof(double));
    qsort(sorted, figures->count, sizeof(double), by_size);
    return sorted[figures->count / 2];
}

static void add(struct bench *b, enum figure figure, double value)
{
    b->figures[figure].at[b->figures[figure].count++] = value;
}

static struct latency *fresh(struct bench *b)
{
    memset(b->latency, 0, sizeof(*b->latency));
    return b->latency;
}

/* ---- one round ---- */

static void raw_frame(void *state, struct buffer *to)
{
    static const char bytes[4096];

    buffer_add(to, bytes, *(const size_t *)state);
}

static void measure_pings(struct bench *b)
{
    swarm_run(b->one_ping, PINGS, NULL, false, raw_frame, &b->engine.ping_ask, fresh(b));
    add(b, RAW_50, latency_us(b->latency, 0.5));
    add(b, RAW_99, latency_us(b->latency, 0.99));
    engine_ping(&b->engine, "persist", PINGS, fresh(b));
    add(b, PING_50, latency_us(b->latency, 0.5));
    add(b, PING_99, latency_us(b->latency, 0.99));
    echo_pair_run(&b->pair, PINGS, b->engine.ping_ask, fresh(b));
    add(b, PAIR_50, latency_us(b->latency, 0.5));
}

static void measure_others(struct bench *b)
{
    if (engine_answers(&b->engine, "search")) {
        engine_ping(&b->engine, "search", PINGS / 2, fresh(b));
        add(b, SEARCH_50, latency_us(b->latency, 0.5));
    }
    if (engine_answers(&b->engine, "indexer")) {
        engine_ping(&b->engine, "indexer", PINGS / 2, fresh(b));
        add(b, INDEXER_50, latency_us(b->latency, 0.5));
    }
}

static void measure_puts(struct bench *b)
{
    bare_put(b->bare, PUTS, 1, fresh(b));
    add(b, BARE_50, latency_us(b->latency, 0.5));
    engine_put(&b->engine, PUTS, fresh(b));
    add(b, PUT_50, latency_us(b->latency, 0.5));
    add(b, PUT_99, latency_us(b->latency, 0.99));
    swarm_run(b->one_put, PINGS / 4, NULL, false, raw_frame, &b->engine.put_ask, fresh(b));
    add(b, RAW_PUT_50, latency_us(b->latency, 0.5));
}

static double seconds_of(const struct latency *latency, uint32_t count)
{
    return latency_us(latency, 0.5) * count / 1e6;
}

static void measure_swarm(struct bench *b)
{
    struct latency *latency = fresh(b);

    add(b, RATE_64, SWARM_PUTS / swarm_run(b->many, SWARM_PUTS, NULL, true, engine_put_frame, &b->engine, latency));
    if (latency->errors > 0)
        bench_fail("%llu puts of 64 clients failed", (unsigned long long)latency->errors);
    add(b, RAW_64,
        SWARM_PUTS / swarm_run(b->many_raw, SWARM_PUTS, NULL, false, raw_frame, &b->engine.put_ask, fresh(b)));
    bare_put(b->bare, SWARM_COMMITS, SWARM, fresh(b));
    add(b, BARE_64, SWARM_COMMITS * SWARM / seconds_of(b->latency, SWARM_COMMITS));
}

static void measure_batch(struct bench *b)
{
    add(b, RATE_BATCH, BATCH / engine_batch(&b->engine));
    bare_put(b->bare, 1, BATCH, fresh(b));
    add(b, BARE_BATCH, BATCH / seconds_of(b->latency, 1));
}

/* ---- the table ---- */

static void line(const char *what, double ours, const char *unit, const char *against, double theirs,
                 const struct figures *ratios, const char *goal)
{
    printf("%-38s %10.0f %-4s %-44s %10.0f   %5.2f  %s\n", what, ours, unit, against, theirs, median(ratios), goal);
}

static struct figures ratios_of(const struct bench *b, enum figure ours, enum figure theirs, enum figure more,
                                double times)
{
    struct figures ratios = { .count = b->figures[ours].count };

    for (uint32_t i = 0; i < ratios.count; i++) {
        double other = b->figures[theirs].at[i] + (times > 0 ? times * b->figures[more].at[i] : 0);
        ratios.at[i] = b->figures[ours].at[i] / other;
    }
    return ratios;
}

static struct figures ratios_to_lesser(const struct bench *b, enum figure ours, enum figure one, enum figure other)
{
    struct figures ratios = { .count = b->figures[ours].count };

    for (uint32_t i = 0; i < ratios.count; i++) {
        double x = b->figures[one].at[i], y = b->figures[other].at[i];
        ratios.at[i] = b->figures[ours].at[i] / (x < y ? x : y);
    }
    return ratios;
}

static void print_table(const struct bench *b)
{
    const struct figures *f = b->figures;
    double raw = median(&f[RAW_64]), bare = median(&f[BARE_64]);
    struct figures ratios;

    printf("%-38s %10s %-4s %-44s %10s   %5s  %s\n", "what", "loophole", "", "against", "", "ratio", "goal");
    ratios = ratios_of(b, PING_50, RAW_50, RAW_50, 0);
    line("ping persist, p50", median(&f[PING_50]), "us", "raw ZeroMQ dealer/router echo", median(&f[RAW_50]), &ratios,
         "<= 1.5");
    ratios = ratios_of(b, PING_99, RAW_99, RAW_99, 0);
    line("ping persist, p99", median(&f[PING_99]), "us", "raw ZeroMQ dealer/router echo", median(&f[RAW_99]), &ratios,
         "<= 1.5");
    ratios = ratios_of(b, PING_50, PAIR_50, PAIR_50, 0);
    line("ping persist, p50", median(&f[PING_50]), "us", "Unix seqpacket echo", median(&f[PAIR_50]), &ratios, "");
    ratios = ratios_of(b, SEARCH_50, RAW_50, RAW_50, 0);
    line("ping search, p50", median(&f[SEARCH_50]), "us", "raw ZeroMQ dealer/router echo", median(&f[RAW_50]), &ratios,
         "");
    ratios = ratios_of(b, INDEXER_50, RAW_50, RAW_50, 0);
    line("ping indexer, p50", median(&f[INDEXER_50]), "us", "raw ZeroMQ dealer/router echo", median(&f[RAW_50]),
         &ratios, "");
    ratios = ratios_of(b, PUT_50, BARE_50, RAW_PUT_50, 2);
    line("one client's durable put, p50", median(&f[PUT_50]), "us", "bare LMDB commit + 2 raw round trips",
         median(&f[BARE_50]) + 2 * median(&f[RAW_PUT_50]), &ratios, "<= 1.2");
    ratios = ratios_to_lesser(b, RATE_64, RAW_64, BARE_64);
    line("64 clients' durable puts", median(&f[RATE_64]), "/s",
         raw < bare ? "raw ZeroMQ echo, 64 clients" : "bare LMDB, 64 a commit", raw < bare ? raw : bare, &ratios,
         ">= 0.5");
    ratios = ratios_of(b, RATE_BATCH, BARE_BATCH, BARE_BATCH, 0);
    line("1,000 puts in one batch ask", median(&f[RATE_BATCH]), "/s", "bare LMDB, 1,000 a commit",
         median(&f[BARE_BATCH]), &ratios, ">= 0.5");
}

static void print_load(struct bench *b)
{
    struct latency *puts = calloc(1, sizeof(*puts)), *searches = calloc(1, sizeof(*searches));
    double idle = median(&b->figures[PUT_99]), seconds = 0;
    struct figures ratio = { .count = 1 };

    if (!puts || !searches)
        bench_fail("no memory");
    if (load_run(&b->engine, getenv("LIBRARY"), puts, searches, &seconds)) {
        double loaded = latency_us(puts, 0.99);
        ratio.at[0] = loaded / idle;
        line("put p99: 8 writers, index, 8 searchers", loaded, "us", "put p99, idle", idle, &ratio, "<= 5");
        printf("  (%.1f s: %llu puts, %llu errors; %llu searches, p99 %.0f us, %llu errors)\n", seconds,
               (unsigned long long)puts->count, (unsigned long long)puts->errors, (unsigned long long)searches->count,
               latency_us(searches, 0.99), (unsigned long long)searches->errors);
    } else {
        printf("put p99 under load: not measured (no LIBRARY to index, or no search or indexer)\n");
    }
    free(puts);
    free(searches);
}

/* ---- the run ---- */

static void begin(struct bench *b)
{
    char path[PATH_MAX + 16], address[PATH_MAX];

    b->latency = calloc(1, sizeof(*b->latency));
    if (!b->latency)
        bench_fail("no memory");
    engine_begin(&b->engine);
    snprintf(path, sizeof(path), "%s/bare", b->engine.paths.data);
    b->bare = bare_begin(path, &b->engine);
    echo_zmq_begin(&b->ping_echo, b->engine.paths.run, b->engine.ping_answer);
    echo_zmq_begin(&b->put_echo, b->engine.paths.run, b->engine.put_answer);
    echo_pair_begin(&b->pair, b->engine.ping_answer);
    b->one_ping = swarm_begin(b->ping_echo.address, 1);
    b->one_put = swarm_begin(b->put_echo.address, 1);
    b->many_raw = swarm_begin(b->put_echo.address, SWARM);
    b->many = swarm_begin(paths_ask_socket(&b->engine.paths, "persist", address), SWARM);
}

static void end(struct bench *b)
{
    swarm_end(b->one_ping);
    swarm_end(b->one_put);
    swarm_end(b->many_raw);
    swarm_end(b->many);
    echo_end(&b->ping_echo);
    echo_end(&b->put_echo);
    echo_end(&b->pair);
    bare_end(b->bare);
    engine_end(&b->engine);
    free(b->latency);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;

    begin(&bench);
    for (int i = 0; i < rounds && i < ROUNDS_MOST; i++) {
        measure_pings(&bench);
        measure_others(&bench);
        measure_puts(&bench);
        measure_swarm(&bench);
        measure_batch(&bench);
    }
    print_table(&bench);
    print_load(&bench);
    end(&bench);
    return 0;
}
