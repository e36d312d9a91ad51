/* kill: a writer and a reader of shared memory, as processes that are killed at random and started again. Usage: kill
 * ring|snapshot|slots KILLS [SEED]. Ends with 1 if anything was lost, repeated, torn or old. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/rt/ring.h"
#include "common/rt/slots.h"
#include "common/rt/snapshot.h"
#include "tests/rt/value.h"

enum { CAPACITY = 61, MOST = 24, LONGEST_LIFE_US = 400 };

/* Shared by all processes. */
struct shared {
    _Atomic uint32_t broken;
    _Atomic uint64_t started;   /* the number of the newest value that a writer began to publish */
    _Atomic uint64_t published; /* … and that the writer knows to be published */
    _Atomic uint64_t seen;      /* the newest number that a reader has seen */
    _Atomic uint64_t crossed;   /* values or frames that a reader has checked */
    _Atomic uint64_t empty;     /* attempts of a reader without a result */
    _Alignas(64) uint8_t memory[16384];
};

/* The endless work of the two processes. */
struct protocol {
    const char *name;
    void (*make)(struct shared *shared);
    void (*write)(struct shared *shared, uint64_t seed);
    void (*read)(struct shared *shared);
    void (*settle)(struct shared *shared); /* after both have died: the memory has the newest value */
};

/* ---- ring: cell i holds value i ---- */

static struct ring ring_view(struct shared *shared)
{
    struct ring ring;

    if (!ring_open(&ring, shared->memory, sizeof(struct value), CAPACITY))
        value_broken(&shared->broken, "a successor finds the ring damaged");
    return ring;
}

static void make_ring(struct shared *shared)
{
    ring_make(shared->memory, sizeof(struct value), CAPACITY);
}

static void write_ring(struct shared *shared, uint64_t seed)
{
    struct ring ring = ring_view(shared);
    struct value values[MOST];

    for (;; seed = value_mix(seed + 1)) {
        uint64_t next = ring_written(&ring);
        uint32_t count = 1 + (uint32_t)(seed % MOST);
        for (uint32_t i = 0; i < count; i++)
            value_fill(&values[i], next + i + 1);
        if (seed & 1 << 10)
            ring_write(&ring, values, count);
        else
            (void)ring_append(&ring, next, values, count);
    }
}

static void check_frame(struct shared *shared, const struct value *value, uint64_t index)
{
    if (!value_is_whole(value))
        value_broken(&shared->broken, "frame %lu is torn", (unsigned long)index);
    else if (value->number != index + 1)
        value_broken(&shared->broken, "frame %lu is number %lu", (unsigned long)index, (unsigned long)value->number);
    atomic_fetch_add(&shared->crossed, 1);
}

static void take_from_ring(struct shared *shared, struct ring *ring)
{
    uint64_t from = ring_taken(ring);
    struct ring_span span = ring_look(ring, from, MOST);
    uint32_t count = span.cells[0] + span.cells[1];

    for (uint32_t i = 0; i < count; i++) {
        bool second = i >= span.cells[0];
        check_frame(shared, (struct value *)(void *)span.at[second] + (second ? i - span.cells[0] : i), from + i);
    }
    ring_release(ring, from + count);
    if (ring_taken(ring) != from + count)
        value_broken(&shared->broken, "a release of frames that were read is refused");
    if (count == 0)
        atomic_fetch_add(&shared->empty, 1);
}

static void read_ring(struct shared *shared)
{
    struct ring ring = ring_view(shared);
    struct value values[MOST];

    for (uint32_t turn = 0;; turn++) {
        uint64_t from = ring_taken(&ring);
        if (turn % 2) {
            take_from_ring(shared, &ring);
            continue;
        }
        uint32_t count = ring_read(&ring, values, 1 + turn % MOST);
        for (uint32_t i = 0; i < count; i++)
            check_frame(shared, &values[i], from + i);
    }
}

static void settle_ring(struct shared *shared)
{
    struct ring ring = ring_view(shared);

    while (ring_ready(&ring))
        take_from_ring(shared, &ring);
    if (ring_taken(&ring) != ring_written(&ring) || ring_space(&ring) != CAPACITY)
        value_broken(&shared->broken, "the published values cannot be read to the end");
}

/* ---- shared by snapshot and slots ---- */

/* The value must be whole, not older than a value that was seen, and not older than a value known to be published. */
static void check_value(struct shared *shared, const struct value *value, uint64_t at_least)
{
    uint64_t seen = atomic_load(&shared->seen);

    if (!value_is_whole(value))
        value_broken(&shared->broken, "the value after %lu is torn", (unsigned long)seen);
    else if (value->number < seen)
        value_broken(&shared->broken, "value %lu after value %lu", (unsigned long)value->number, (unsigned long)seen);
    else if (value->number < at_least)
        value_broken(&shared->broken, "value %lu is older than %lu, which was read before",
                     (unsigned long)value->number, (unsigned long)at_least);
    if (value->number > seen)
        atomic_fetch_add(&shared->crossed, 1);
    else
        atomic_fetch_add(&shared->empty, 1);
    atomic_store(&shared->seen, value->number);
}

static uint64_t begin_value(struct shared *shared)
{
    return atomic_fetch_add(&shared->started, 1) + 1;
}

/* ---- snapshot ---- */

static struct snapshot snapshot_view(struct shared *shared)
{
    struct snapshot snapshot;

    if (!snapshot_open(&snapshot, shared->memory, sizeof(struct value)))
        value_broken(&shared->broken, "a successor finds the snapshot damaged");
    return snapshot;
}

static void make_snapshot(struct shared *shared)
{
    snapshot_make(shared->memory, sizeof(struct value));
}

static void write_snapshot(struct shared *shared, uint64_t seed)
{
    struct snapshot snapshot = snapshot_view(shared);

    (void)seed;
    for (;;) {
        uint64_t number = begin_value(shared);
        value_fill(snapshot_draft(&snapshot), number);
        snapshot_publish(&snapshot);
        atomic_store(&shared->published, number);
    }
}

/* A take during which two publications happen may keep its value; any other take gives the newest. */
static void take_snapshot(struct shared *shared, struct snapshot *snapshot)
{
    uint64_t before = atomic_load(&shared->published);
    bool fresh;
    const struct value *value = snapshot_take(snapshot, &fresh);
    bool disturbed = atomic_load(&shared->started) - before >= 2;

    check_value(shared, value, disturbed ? 0 : before);
    if (snapshot_shown(snapshot) != value)
        value_broken(&shared->broken, "a successor would get another value than the taken one");
}

static void read_snapshot(struct shared *shared)
{
    struct snapshot snapshot = snapshot_view(shared);

    check_value(shared, snapshot_shown(&snapshot), 0);
    for (;;)
        take_snapshot(shared, &snapshot);
}

static void settle_snapshot(struct shared *shared)
{
    struct snapshot snapshot = snapshot_view(shared);
    bool fresh;

    check_value(shared, snapshot_take(&snapshot, &fresh), atomic_load(&shared->published));
}

/* ---- slots: the number of a value is its sequence number ---- */

static struct slots slots_view(struct shared *shared)
{
    struct slots slots;

    if (!slots_open(&slots, shared->memory, sizeof(struct value)))
        value_broken(&shared->broken, "a successor finds the slots damaged");
    return slots;
}

static void make_slots(struct shared *shared)
{
    slots_make(shared->memory, sizeof(struct value));
}

static void write_slots(struct shared *shared, uint64_t seed)
{
    struct slots slots = slots_view(shared);
    struct value value;

    (void)seed;
    for (;;) {
        uint64_t number = atomic_load(&slots.memory->newest) + 1;
        value_fill(&value, number);
        slots_put(&slots, &value);
        atomic_store(&shared->published, number);
    }
}

static void get_slots(struct shared *shared, const struct slots *slots)
{
    uint64_t before = atomic_load(&shared->published), sequence;
    struct value value;

    if (!slots_get(slots, &value, &sequence)) {
        atomic_fetch_add(&shared->empty, 1);
        return;
    }
    if (value.number != sequence)
        value_broken(&shared->broken, "value %lu has the number %lu", (unsigned long)value.number,
                     (unsigned long)sequence);
    check_value(shared, &value, before);
}

static void read_slots(struct shared *shared)
{
    struct slots slots = slots_view(shared);

    for (;;)
        get_slots(shared, &slots);
}

static void settle_slots(struct shared *shared)
{
    struct slots slots = slots_view(shared);
    struct value value;

    if (!slots_get(&slots, &value, NULL))
        value_broken(&shared->broken, "no whole value is left");
    get_slots(shared, &slots);
}

static const struct protocol protocols[] = {
    { "ring", make_ring, write_ring, read_ring, settle_ring },
    { "snapshot", make_snapshot, write_snapshot, read_snapshot, settle_snapshot },
    { "slots", make_slots, write_slots, read_slots, settle_slots },
};

/* ---- deaths ---- */

static pid_t start_process(const struct protocol *protocol, struct shared *shared, bool writes, uint64_t seed)
{
    pid_t pid = fork();

    if (pid < 0)
        abort();
    if (pid > 0)
        return pid;
    if (writes)
        protocol->write(shared, seed);
    protocol->read(shared);
    _exit(0);
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* One of the two dies after a while, sometimes both at once. On a busy machine most lives are too short for a value, so
 * the kills continue until as many values as kills have crossed. */
static void kill_them(const struct protocol *protocol, struct shared *shared, int kills, uint64_t seed)
{
    pid_t sides[2] = { start_process(protocol, shared, false, seed), start_process(protocol, shared, true, seed) };

    for (int i = 0; (i < kills || shared->crossed < (uint64_t)kills) && !atomic_load(&shared->broken); i++) {
        seed = value_mix(seed + (uint64_t)i);
        nanosleep(&(struct timespec){ .tv_nsec = (long)(seed >> 8) % (LONGEST_LIFE_US * 1000) }, NULL);
        for (int side = 0; side < 2; side++) {
            if ((int)(seed & 1) != side && seed % 11)
                continue;
            end_process(sides[side]);
            sides[side] = start_process(protocol, shared, side, seed);
        }
    }
    end_process(sides[0]);
    end_process(sides[1]);
}

int main(int argc, char **argv)
{
    struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int kills = argc > 2 ? atoi(argv[2]) : 0;

    if (shared == MAP_FAILED)
        return 2;
    for (size_t i = 0; argc > 2 && i < sizeof(protocols) / sizeof(*protocols); i++) {
        if (strcmp(argv[1], protocols[i].name) != 0)
            continue;
        protocols[i].make(shared);
        kill_them(&protocols[i], shared, kills, argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
        protocols[i].settle(shared);
        printf("figure: %s: %d kills, %lu values crossed\n", argv[1], kills, (unsigned long)shared->crossed);
        return shared->broken != 0;
    }
    fprintf(stderr, "usage: kill ring|snapshot|slots KILLS [SEED]\n");
    return 2;
}
