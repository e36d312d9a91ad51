/* The cost of passing data between two processes: the ring and the snapshot beside jack_ringbuffer and memcpy, in one
 * run.
 *
 * A writer and a reader are two processes on one shared mapping, which is made before the fork. jack_ringbuffer is
 * built in it by hand (its struct and its bytes), because its constructor takes private memory. For `memcpy` the same
 * two processes copy the same blocks through the same memory without waiting for each other: the cost of moving the
 * bytes alone. Each case runs for a few milliseconds in each round, so both processes mostly have a processor all that
 * time. The rounds are interleaved, so a busy machine affects all cases alike; a ratio is the median of the rounds'
 * ratios. Usage: bench_ring [--json] [ROUNDS] */
#include "common/rt/ring.h"

#include <jack/ringbuffer.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/latency.h"
#include "common/rt/score.h"
#include "common/rt/snapshot.h"

enum { PAGE = 4096 };
enum { MOST_ROUNDS = 99, BUFFER = 1 << 18, FRAME = 8, TRIPS = 2000, VALUES = 400, SPINS = 2000 };
enum { STREAM_BYTES = 16 << 20, MOST_WAYS = 3, MOST_LINES = 16 };

static const uint32_t block_sizes[] = { 64, 256, 1024, 4096, 16384, 65536 };

enum {
    BLOCKS = sizeof(block_sizes) / sizeof(*block_sizes),
    VALUE = sizeof(struct score),
    LONGEST = VALUE > BUFFER ? VALUE : BUFFER /* of a block and a value */
};

/* A ring whose cells begin on a page, like jack_ringbuffer's bytes: the position of blocks in a page changes memcpy by
 * 15 %. */
struct paged {
    uint8_t before[PAGE - sizeof(struct ring_memory)];
    uint8_t memory[sizeof(struct ring_memory) + BUFFER];
};

/* The memory that the two processes share. */
struct shared {
    _Alignas(64) _Atomic uint64_t here;    /* processes that are ready to start */
    _Alignas(64) _Atomic uint64_t through; /* the reader has ended */
    _Alignas(64) _Atomic uint64_t ping;
    _Alignas(64) _Atomic uint64_t pong;
    jack_ringbuffer_t jack[2];
    _Alignas(PAGE) uint8_t jack_bytes[2][BUFFER];
    _Alignas(PAGE) struct paged ring[2];
    _Alignas(PAGE) uint8_t told[VALUE];
    _Alignas(64) uint8_t snapshot[sizeof(struct snapshot_memory) + 3 * (VALUE + 64)];
};

/* One way to pass blocks: the functions of the two processes. */
struct way {
    const char *name;
    void (*prepare)(struct shared *shared);
    void (*write)(struct shared *shared, uint32_t block, uint32_t count);
    void (*read)(struct shared *shared, uint32_t block, uint32_t count);
};

static _Alignas(PAGE) uint8_t outgoing[LONGEST], incoming[LONGEST];

/* With less than two free processors, the other process would not get to run otherwise. */
static void wait_a_little(uint32_t *spins)
{
    if (++*spins % SPINS == 0)
        sched_yield();
    else
        __builtin_ia32_pause();
}

/* ---- ring ---- */

static struct ring view_ring(struct shared *shared, int which)
{
    struct ring ring;

    if (!ring_open(&ring, shared->ring[which].memory, FRAME, BUFFER / FRAME))
        abort();
    return ring;
}

static void ring_prepare(struct shared *shared)
{
    for (int i = 0; i < 2; i++)
        ring_make(shared->ring[i].memory, FRAME, BUFFER / FRAME);
}

/* Passes a whole block in as many moves as needed; waits after a move of nothing. */
#define MOVE_ALL(block, move)                                                                                          \
    for (uint32_t spins = 0, done = 0, moved; done < (block); done += moved)                                           \
        if ((moved = (uint32_t)(move)) == 0)                                                                           \
    wait_a_little(&spins)

static void ring_send(struct ring *ring, uint32_t block)
{
    MOVE_ALL(block, FRAME * ring_write(ring, outgoing + done, (block - done) / FRAME));
}

static void ring_get(struct ring *ring, uint32_t block)
{
    MOVE_ALL(block, FRAME * ring_read(ring, incoming + done, (block - done) / FRAME));
}

static void ring_writer(struct shared *shared, uint32_t block, uint32_t count)
{
    struct ring ring = view_ring(shared, 0);

    while (count--)
        ring_send(&ring, block);
}

static void ring_reader(struct shared *shared, uint32_t block, uint32_t count)
{
    struct ring ring = view_ring(shared, 0);

    while (count--)
        ring_get(&ring, block);
}

static void ring_asker(struct shared *shared, uint32_t block, uint32_t count)
{
    struct ring to = view_ring(shared, 0), from = view_ring(shared, 1);

    while (count--) {
        ring_send(&to, block);
        ring_get(&from, block);
    }
}

static void ring_answerer(struct shared *shared, uint32_t block, uint32_t count)
{
    struct ring from = view_ring(shared, 0), to = view_ring(shared, 1);

    while (count--) {
        ring_get(&from, block);
        ring_send(&to, block);
    }
}

/* ---- jack_ringbuffer ---- */

static void jack_prepare(struct shared *shared)
{
    for (int i = 0; i < 2; i++)
        shared->jack[i] =
            (jack_ringbuffer_t){ .buf = (char *)shared->jack_bytes[i], .size = BUFFER, .size_mask = BUFFER - 1 };
}

static void jack_send(jack_ringbuffer_t *jack, uint32_t block)
{
    MOVE_ALL(block, jack_ringbuffer_write(jack, (const char *)outgoing + done, block - done));
}

static void jack_get(jack_ringbuffer_t *jack, uint32_t block)
{
    MOVE_ALL(block, jack_ringbuffer_read(jack, (char *)incoming + done, block - done));
}

static void jack_writer(struct shared *shared, uint32_t block, uint32_t count)
{
    while (count--)
        jack_send(&shared->jack[0], block);
}

static void jack_reader(struct shared *shared, uint32_t block, uint32_t count)
{
    while (count--)
        jack_get(&shared->jack[0], block);
}

static void jack_asker(struct shared *shared, uint32_t block, uint32_t count)
{
    while (count--) {
        jack_send(&shared->jack[0], block);
        jack_get(&shared->jack[1], block);
    }
}

static void jack_answerer(struct shared *shared, uint32_t block, uint32_t count)
{
    while (count--) {
        jack_get(&shared->jack[0], block);
        jack_send(&shared->jack[1], block);
    }
}

/* ---- memcpy, and one word back and forth ---- */

static void copy_writer(struct shared *shared, uint32_t block, uint32_t count)
{
    for (size_t at = 0; count--; at = (at + block) % BUFFER) {
        memcpy(shared->jack_bytes[0] + at, outgoing, block);
        __asm__ volatile("" ::: "memory");
    }
}

static void copy_reader(struct shared *shared, uint32_t block, uint32_t count)
{
    for (size_t at = 0; count--; at = (at + block) % BUFFER) {
        memcpy(incoming, shared->jack_bytes[0] + at, block);
        __asm__ volatile("" ::: "memory");
    }
}

static void await_word(_Atomic uint64_t *word, uint64_t wanted)
{
    uint32_t spins = 0;

    while (atomic_load_explicit(word, memory_order_acquire) != wanted)
        wait_a_little(&spins);
}

static void word_asker(struct shared *shared, uint32_t block, uint32_t count)
{
    (void)block;
    for (uint64_t i = 1; i <= count; i++) {
        atomic_store_explicit(&shared->ping, i, memory_order_release);
        await_word(&shared->pong, i);
    }
}

static void word_answerer(struct shared *shared, uint32_t block, uint32_t count)
{
    (void)block;
    for (uint64_t i = 1; i <= count; i++) {
        await_word(&shared->ping, i);
        atomic_store_explicit(&shared->pong, i, memory_order_release);
    }
}

/* ---- snapshot: the reader takes each value before the writer makes the next ---- */

static void snapshot_prepare(struct shared *shared)
{
    snapshot_make(shared->snapshot, VALUE);
}

static void snapshot_writer(struct shared *shared, uint32_t block, uint32_t count)
{
    struct snapshot snapshot;

    (void)snapshot_open(&snapshot, shared->snapshot, VALUE);
    for (uint64_t i = 1; i <= count; i++) {
        memcpy(snapshot_draft(&snapshot), outgoing, block);
        snapshot_publish(&snapshot);
        await_word(&shared->pong, i);
    }
}

static void snapshot_reader(struct shared *shared, uint32_t block, uint32_t count)
{
    struct snapshot snapshot;

    (void)snapshot_open(&snapshot, shared->snapshot, VALUE);
    for (uint64_t i = 1; i <= count; i++) {
        uint32_t spins = 0;
        bool fresh;
        const void *value = snapshot_take(&snapshot, &fresh);
        for (; !fresh; value = snapshot_take(&snapshot, &fresh))
            wait_a_little(&spins);
        memcpy(incoming, value, block);
        atomic_store_explicit(&shared->pong, i, memory_order_release);
    }
}

/* The same bytes: both processes copy them once, and one word signals them. */
static void told_writer(struct shared *shared, uint32_t block, uint32_t count)
{
    for (uint64_t i = 1; i <= count; i++) {
        memcpy(shared->told, outgoing, block);
        atomic_store_explicit(&shared->ping, i, memory_order_release);
        await_word(&shared->pong, i);
    }
}

static void told_reader(struct shared *shared, uint32_t block, uint32_t count)
{
    for (uint64_t i = 1; i <= count; i++) {
        await_word(&shared->ping, i);
        memcpy(incoming, shared->told, block);
        atomic_store_explicit(&shared->pong, i, memory_order_release);
    }
}

static const struct way streams[] = {
    { "ring", ring_prepare, ring_writer, ring_reader },
    { "jack_ringbuffer", jack_prepare, jack_writer, jack_reader },
    { "memcpy", NULL, copy_writer, copy_reader },
};
static const struct way trips[] = {
    { "ring", ring_prepare, ring_asker, ring_answerer },
    { "jack_ringbuffer", jack_prepare, jack_asker, jack_answerer },
    { "one word", NULL, word_asker, word_answerer },
};
static const struct way values[] = {
    { "snapshot", snapshot_prepare, snapshot_writer, snapshot_reader },
    { "memcpy and a word", NULL, told_writer, told_reader },
};

/* ---- rounds ---- */

static void start_together(struct shared *shared)
{
    atomic_fetch_add(&shared->here, 1);
    await_word(&shared->here, 2);
}

/* Gives each process its own processor, with priority over everything that is not real-time, if the system allows it.
 * So the bench measures the transfer and not the scheduling of a busy machine. */
static bool stand_on(size_t processor)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0 &&
           sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 }) == 0;
}

/* Nanoseconds for each block. */
static double run_way(struct shared *shared, const struct way *way, uint32_t block, uint32_t count)
{
    uint64_t began, ended;
    pid_t child;

    shared->here = shared->through = shared->ping = shared->pong = 0;
    if (way->prepare)
        way->prepare(shared);
    if ((child = fork()) < 0 || (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0))
        abort();
    if (child == 0) {
        (void)stand_on(1);
        memset(incoming, 0, sizeof(incoming)); /* maps its own pages before the clock starts */
        start_together(shared);
        way->read(shared, block, count);
        atomic_store(&shared->through, 1);
        _exit(0);
    }
    start_together(shared);
    began = latency_clock();
    way->write(shared, block, count);
    await_word(&shared->through, 1);
    ended = latency_clock();
    waitpid(child, NULL, 0);
    return (double)(ended - began) / count;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_of(const double *of, int count)
{
    double sorted[MOST_ROUNDS];

    memcpy(sorted, of, (size_t)count * sizeof(*of));
    qsort(sorted, (size_t)count, sizeof(*sorted), by_size);
    return sorted[count / 2];
}

/* ---- the table ---- */

/* One line: one kind of transfer at one block size, with all its ways, and the first way's ratios to the others. */
struct line {
    const char *what;
    const struct way *ways;
    int count; /* number of ways */
    uint32_t block, repeats;
    double ns[MOST_WAYS][MOST_ROUNDS];
};

/* The speed-up of the first way over way `i`. */
static double ratio_of(const struct line *line, int i, int rounds)
{
    double ratios[MOST_ROUNDS];

    for (int r = 0; r < rounds; r++)
        ratios[r] = line->ns[i][r] / line->ns[0][r];
    return median_of(ratios, rounds);
}

static void print_line(const struct line *line, int rounds, bool json)
{
    if (json)
        printf("{\"what\":\"%s\",\"block\":%u,\"way\":\"%s\",\"ns\":%.1f", line->what, line->block, line->ways[0].name,
               median_of(line->ns[0], rounds));
    else
        printf("%-10s %6u B  %-9s %9.1f ns", line->what, line->block, line->ways[0].name,
               median_of(line->ns[0], rounds));
    for (int i = 1; i < line->count; i++)
        printf(json ? ",\"%s\":{\"ns\":%.1f,\"ratio\":%.3f}" : "   %s %9.1f ns (%.2fx)", line->ways[i].name,
               median_of(line->ns[i], rounds), ratio_of(line, i, rounds));
    puts(json ? "}" : "");
}

static int lay_out(struct line lines[MOST_LINES])
{
    int n = 0;

    for (int i = 0; i < BLOCKS; i++)
        lines[n++] = (struct line){ "stream", streams, 3, block_sizes[i], STREAM_BYTES / block_sizes[i], { { 0 } } };
    lines[n++] = (struct line){ "round trip", trips, 3, 64, TRIPS, { { 0 } } };
    lines[n++] = (struct line){ "round trip", trips, 3, 4096, TRIPS, { { 0 } } };
    lines[n++] = (struct line){ "value", values, 2, VALUE, VALUES, { { 0 } } };
    return n;
}

int main(int argc, char **argv)
{
    static struct line lines[MOST_LINES];
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    int rounds = argc > 1 + json ? atoi(argv[1 + json]) : 61;
    int count = lay_out(lines);
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (shared == MAP_FAILED || rounds < 1 || rounds > MOST_ROUNDS) {
        fprintf(stderr, "usage: bench_ring [--json] [ROUNDS], 1 to %d\n", MOST_ROUNDS);
        return 2;
    }
    memset(outgoing, 1, sizeof(outgoing));
    if (!stand_on(0))
        fprintf(stderr, "without real-time scheduling: a busy machine is measured, too\n");
    for (int r = 0; r < rounds; r++)
        for (struct line *line = lines; line < lines + count; line++)
            for (int i = 0; i < line->count; i++) {
                int way = (i + r) % line->count;
                line->ns[way][r] = run_way(shared, &line->ways[way], line->block, line->repeats);
            }
    for (int i = 0; i < count; i++)
        print_line(&lines[i], rounds, json);
    return 0;
}
