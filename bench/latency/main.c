/* bench_latency [ROUNDS]: prints the table of bench.h for the engine that runs in this home. `make bench` starts one.
 * bench_latency --pings [ROUNDS]: prints only the pings, for each service that answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/latency/bench.h"

enum { ROUNDS = 15, ROUNDS_MOST = 101, PINGS = 1000, PUTS = 60 };
enum { SWARM_COMMITS = 100, SWARM_PUTS = SWARM_COMMITS * SWARM };

/* One measurement, with a value for each round. */
struct figures {
    double at[ROUNDS_MOST];
    uint32_t count;
};

enum figure {
    PING_50,
    PING_99,
    RAW_50,
    RAW_99,
    PAIR_50,
    NEAR_50,
    NEAR_RAW_50,
    WORK,
    WORK_RAW,
    PUT_50,
    PUT_99,
    BARE_50,
    RAW_PUT_50,
    RATE_64,
    RAW_64,
    BARE_64,
    RATE_BATCH,
    BARE_BATCH,
    FIGURES
};

static const char *const others[] = { "supervisor", "search", "indexer", "project", "streamer", "audio" };
enum { OTHERS = sizeof(others) / sizeof(*others) };

/* Pings to one service, and the raw echoes of the same rounds. */
struct pinged {
    bool runs;
    struct figures ours, raw;
};

struct bench {
    struct engine engine;
    struct echo ping_echo, put_echo, pair;
    struct swarm *one_ping, *one_put, *many_raw, *many;
    struct bare *bare;
    pid_t persist;
    struct latency *latency, *other;
    struct figures figures[FIGURES];
    struct pinged pinged[OTHERS];
};

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median_of(const struct figures *figures)
{
    double sorted[ROUNDS_MOST];

    if (figures->count == 0)
        return 0;
    memcpy(sorted, figures->at, figures->count * sizeof(double));
    qsort(sorted, figures->count, sizeof(double), by_size);
    return sorted[figures->count / 2];
}

static void add_to(struct figures *figures, double value)
{
    figures->at[figures->count++] = value;
}

static void add_figure(struct bench *b, enum figure figure, double value)
{
    add_to(&b->figures[figure], value);
}

static struct latency *fresh_latency(struct bench *b)
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
    swarm_run(b->one_ping, PINGS, NULL, false, raw_frame, &b->engine.ping_ask, fresh_latency(b));
    add_figure(b, RAW_50, latency_us(b->latency, 0.5));
    add_figure(b, RAW_99, latency_us(b->latency, 0.99));
    engine_ping(&b->engine, "persist", PINGS, fresh_latency(b));
    add_figure(b, PING_50, latency_us(b->latency, 0.5));
    add_figure(b, PING_99, latency_us(b->latency, 0.99));
    echo_pair_run(&b->pair, PINGS, b->engine.ping_ask, fresh_latency(b));
    add_figure(b, PAIR_50, latency_us(b->latency, 0.5));
}

static void place_all(const struct bench *b, const cpu_set_t *processors)
{
    work_place(getpid(), processors);
    work_place(b->persist, processors);
    work_place(b->ping_echo.process, processors);
}

static double work_with(pid_t other)
{
    return work_us(getpid()) + work_us(other);
}

/* On one processor the scheduler places the threads of both alike, so the ratio is that of their work. */
static void measure_near_pings(struct bench *b)
{
    cpu_set_t before, one;
    double from;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_getaffinity(0, sizeof(before), &before);
    place_all(b, &one);
    from = work_with(b->ping_echo.process);
    swarm_run(b->one_ping, PINGS, NULL, false, raw_frame, &b->engine.ping_ask, fresh_latency(b));
    add_figure(b, WORK_RAW, (work_with(b->ping_echo.process) - from) / PINGS);
    add_figure(b, NEAR_RAW_50, latency_us(b->latency, 0.5));
    from = work_with(b->persist);
    engine_ping(&b->engine, "persist", PINGS, fresh_latency(b));
    add_figure(b, WORK, (work_with(b->persist) - from) / PINGS);
    add_figure(b, NEAR_50, latency_us(b->latency, 0.5));
    place_all(b, &before);
}

static void measure_others(struct bench *b)
{
    for (int i = 0; i < OTHERS; i++) {
        if (!b->pinged[i].runs)
            continue;
        engine_ping(&b->engine, others[i], PINGS / 2, fresh_latency(b));
        add_to(&b->pinged[i].ours, latency_us(b->latency, 0.5));
        add_to(&b->pinged[i].raw, b->figures[RAW_50].at[b->figures[RAW_50].count - 1]);
    }
}

static void measure_puts(struct bench *b)
{
    memset(b->other, 0, sizeof(*b->other));
    fresh_latency(b);
    for (int i = 0; i < PUTS; i++) { /* in turn, so that changes of the disk's speed affect both */
        bare_put(b->bare, 1, 1, b->other);
        engine_put(&b->engine, 1, b->latency);
    }
    add_figure(b, BARE_50, latency_us(b->other, 0.5));
    add_figure(b, PUT_50, latency_us(b->latency, 0.5));
    add_figure(b, PUT_99, latency_us(b->latency, 0.99));
    swarm_run(b->one_put, PINGS / 4, NULL, false, raw_frame, &b->engine.put_ask, fresh_latency(b));
    add_figure(b, RAW_PUT_50, latency_us(b->latency, 0.5));
}

static void measure_swarm(struct bench *b)
{
    struct latency *latency = fresh_latency(b);

    add_figure(b, RATE_64,
               SWARM_PUTS / swarm_run(b->many, SWARM_PUTS, NULL, true, engine_put_frame, &b->engine, latency));
    if (latency->errors > 0)
        bench_fail("%llu puts of 64 clients failed", (unsigned long long)latency->errors);
    add_figure(b, RAW_64,
               SWARM_PUTS /
                   swarm_run(b->many_raw, SWARM_PUTS, NULL, false, raw_frame, &b->engine.put_ask, fresh_latency(b)));
    add_figure(b, BARE_64, SWARM_PUTS / bare_put(b->bare, SWARM_COMMITS, SWARM, fresh_latency(b)));
}

static void measure_batch(struct bench *b)
{
    add_figure(b, RATE_BATCH, BATCH / engine_batch(&b->engine));
    add_figure(b, BARE_BATCH, BATCH / bare_put(b->bare, 1, BATCH, fresh_latency(b)));
}

/* ---- the table ---- */

/* The median of the rounds' ratios, and the ratio of the best rounds, which approximates an idle machine. */
struct ratio {
    double median, best;
};

static void print_line(const char *what, double ours, const char *unit, const char *against, double theirs,
                       struct ratio ratio, const char *goal)
{
    printf("%-38s %10.0f %-4s %-40s %10.0f  %6.2f  %6.2f  %s\n", what, ours, unit, against, theirs, ratio.median,
           ratio.best, goal);
}

static double best_of(const struct figures *figures, bool most)
{
    double found = figures->count ? figures->at[0] : 0;

    for (uint32_t i = 1; i < figures->count; i++)
        if (most ? figures->at[i] > found : figures->at[i] < found)
            found = figures->at[i];
    return found;
}

static struct ratio ratio_of(const struct figures *ours, const struct figures *theirs, bool is_rate)
{
    struct figures each = { .count = ours->count };

    for (uint32_t i = 0; i < each.count; i++)
        each.at[i] = ours->at[i] / theirs->at[i];
    return (struct ratio){ median_of(&each), best_of(ours, is_rate) / best_of(theirs, is_rate) };
}

/* The parts of one put: a commit and two round trips. */
static struct figures under_a_put(const struct bench *b)
{
    struct figures sum = { .count = b->figures[BARE_50].count };

    for (uint32_t i = 0; i < sum.count; i++)
        sum.at[i] = b->figures[BARE_50].at[i] + 2 * b->figures[RAW_PUT_50].at[i];
    return sum;
}

static struct figures lesser_of(const struct figures *x, const struct figures *y)
{
    struct figures lesser = { .count = x->count };

    for (uint32_t i = 0; i < lesser.count; i++)
        lesser.at[i] = x->at[i] < y->at[i] ? x->at[i] : y->at[i];
    return lesser;
}

static void print_ping(const char *what, const struct figures *ours, const char *against, const struct figures *theirs,
                       const char *goal)
{
    print_line(what, median_of(ours), "us", against, median_of(theirs), ratio_of(ours, theirs, false), goal);
}

static void print_pings(const struct bench *b)
{
    const struct figures *f = b->figures;
    const char *raw = "raw ZeroMQ dealer/router echo";
    char what[64];

    printf("%-38s %10s %-4s %-40s %10s  %6s  %6s  %s\n", "what", "loophole", "", "against", "", "ratio", "best",
           "goal");
    print_ping("ping persist, one processor, p50", &f[NEAR_50], raw, &f[NEAR_RAW_50], "<= 1.15");
    print_ping("ping persist, processor time", &f[WORK], raw, &f[WORK_RAW], "<= 1.2");
    print_ping("ping persist, p50", &f[PING_50], raw, &f[RAW_50], "<= 1.5");
    print_ping("ping persist, p99", &f[PING_99], raw, &f[RAW_99], "<= 1.5");
    print_ping("ping persist, p50", &f[PING_50], "Unix seqpacket echo", &f[PAIR_50], "");
    for (int i = 0; i < OTHERS; i++)
        if (b->pinged[i].runs) {
            snprintf(what, sizeof(what), "ping %s, p50", others[i]);
            print_ping(what, &b->pinged[i].ours, raw, &b->pinged[i].raw, "<= 1.5");
        }
}

static void print_table(const struct bench *b)
{
    const struct figures *f = b->figures, put = under_a_put(b), many = lesser_of(&f[RAW_64], &f[BARE_64]);

    print_line("one client's durable put, p50", median_of(&f[PUT_50]), "us", "bare LMDB commit + 2 raw round trips",
               median_of(&put), ratio_of(&f[PUT_50], &put, false), "<= 1.2");
    print_line("64 clients' durable puts", median_of(&f[RATE_64]), "/s", "the lesser of 64 raw echoes, 64 a commit",
               median_of(&many), ratio_of(&f[RATE_64], &many, true), ">= 0.5");
    print_line("1,000 puts in one batch ask", median_of(&f[RATE_BATCH]), "/s", "bare LMDB, 1,000 a commit",
               median_of(&f[BARE_BATCH]), ratio_of(&f[RATE_BATCH], &f[BARE_BATCH], true), ">= 0.5");
}

static void print_load(struct bench *b)
{
    struct latency *puts = calloc(1, sizeof(*puts)), *searches = calloc(1, sizeof(*searches));
    double idle = median_of(&b->figures[PUT_99]), seconds = 0;

    if (!puts || !searches)
        bench_fail("no memory");
    if (load_run(&b->engine, getenv("LIBRARY"), puts, searches, &seconds)) {
        double loaded = latency_us(puts, 0.99);
        print_line("put p99: 8 writers, index, 8 searchers", loaded, "us", "put p99, idle", idle,
                   (struct ratio){ loaded / idle, loaded / idle }, "<= 5");
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

static void begin_bench(struct bench *b)
{
    char path[PATH_MAX + 16], address[PATH_MAX];

    b->latency = calloc(1, sizeof(*b->latency));
    b->other = calloc(1, sizeof(*b->other));
    if (!b->latency || !b->other)
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
    b->persist = engine_process(&b->engine, "persist");
    for (int i = 0; i < OTHERS; i++)
        b->pinged[i].runs = engine_answers(&b->engine, others[i]);
}

static void end_bench(struct bench *b)
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
    free(b->other);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    bool pings = argc > 1 && strcmp(argv[1], "--pings") == 0;
    int rounds = argc > 1 + pings ? atoi(argv[1 + pings]) : ROUNDS;

    begin_bench(&bench);
    for (int i = 0; i < rounds && i < ROUNDS_MOST; i++) {
        measure_pings(&bench);
        measure_near_pings(&bench);
        measure_others(&bench);
        if (pings)
            continue;
        measure_puts(&bench);
        measure_swarm(&bench);
        measure_batch(&bench);
    }
    print_pings(&bench);
    if (!pings) {
        print_table(&bench);
        print_load(&bench);
    }
    end_bench(&bench);
    return 0;
}
