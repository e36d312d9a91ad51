/* steps: one operation on shared memory, stopped after every single instruction. Two runs continue from each stop. In
 * one, the process is killed, the survivor continues and a successor takes over. In the other, the other side does all
 * of its own operations, and the stopped process then runs to its end. Usage: steps NAME [N]; N: only from one state,
 * the N-th modulo their number. Ends with 1 if anything was lost, repeated, torn or old. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/rt/ring.h"
#include "common/rt/slots.h"
#include "common/rt/snapshot.h"
#define VALUE_WORDS 2 /* each instruction costs a stop */
#include "tests/rt/value.h"

enum { CAPACITY = 5, COUNT = 2, MOST_STEPS = 100000 };

/* The views belong to the process that uses them; the memory and `broken` are shared. */
struct scene {
    _Atomic uint32_t *broken;
    void *memory;
    uint64_t before;          /* the newest number published before the operation */
    struct value next[COUNT]; /* the numbers after it */
    struct ring ring;
    struct snapshot snapshot;
    struct slots slots;
};

struct operation {
    const char *name;
    int starts; /* states to start from: 0 … starts - 1 */
    void (*make)(struct scene *scene, int start);
    void (*act)(struct scene *scene);   /* the operation that is stepped through */
    void (*other)(struct scene *scene); /* a whole operation of the other side, in the middle of it */
    void (*after)(struct scene *scene); /* the survivor and the successor, afterwards */
    bool is_flawed;                     /* must be detected */
};

static void set_before(struct scene *scene, uint64_t number)
{
    scene->before = number;
    for (uint64_t i = 0; i < COUNT; i++)
        value_fill(&scene->next[i], number + i + 1);
}

/* ---- ring ---- */

static void put_frames(struct ring *ring, uint32_t count)
{
    struct value values[CAPACITY];

    for (uint32_t i = 0; i < count; i++)
        value_fill(&values[i], ring_written(ring) + i + 1);
    ring_write(ring, values, count);
}

static void check_frames(struct scene *scene, const struct value *values, uint64_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!value_is_whole(&values[i]) || values[i].number != from + i + 1)
            value_broken(scene->broken, "frame %lu is number %lu%s", (unsigned long)(from + i),
                         (unsigned long)values[i].number, value_is_whole(&values[i]) ? "" : ", torn");
}

static void get_frames(struct scene *scene, struct ring *ring, uint32_t most)
{
    struct value values[CAPACITY];
    uint64_t from = ring_taken(ring);

    check_frames(scene, values, from, ring_read(ring, values, most));
}

/* `start` frames have passed, so the ring's end is at every place in turn; the ring contains COUNT frames. */
static void make_ring(struct scene *scene, int start)
{
    ring_make(scene->memory, sizeof(struct value), CAPACITY);
    ring_open(&scene->ring, scene->memory, sizeof(struct value), CAPACITY);
    for (int i = 0; i < start; i++) {
        put_frames(&scene->ring, 1);
        get_frames(scene, &scene->ring, 1);
    }
    put_frames(&scene->ring, COUNT);
    set_before(scene, ring_written(&scene->ring));
}

static void act_write(struct scene *scene)
{
    ring_write(&scene->ring, scene->next, COUNT);
}

/* An error that ring.c must not make: it publishes the index before the cells. */
static void act_publish_first(struct scene *scene)
{
    uint64_t at = ring_written(&scene->ring);
    struct value *cells = (struct value *)(void *)scene->ring.cells;

    atomic_store(&scene->ring.memory->written, at + COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        cells[(at + i) % CAPACITY] = scene->next[i];
}

static void act_read(struct scene *scene)
{
    get_frames(scene, &scene->ring, COUNT);
}

static void act_release(struct scene *scene)
{
    uint64_t from = ring_taken(&scene->ring);
    struct ring_span span = ring_look(&scene->ring, from, COUNT);

    check_frames(scene, (struct value *)(void *)span.at[0], from, span.cells[0]);
    check_frames(scene, (struct value *)(void *)span.at[1], from + span.cells[0], span.cells[1]);
    ring_release(&scene->ring, from + COUNT);
}

static void other_reads(struct scene *scene)
{
    struct ring ring;

    ring_open(&ring, scene->memory, sizeof(struct value), CAPACITY);
    get_frames(scene, &ring, CAPACITY);
}

static void other_writes(struct scene *scene)
{
    struct ring ring;

    ring_open(&ring, scene->memory, sizeof(struct value), CAPACITY);
    put_frames(&ring, CAPACITY - ring_ready(&ring));
}

/* The operation was done completely or not at all; then both sides continue for some laps. */
static void after_ring(struct scene *scene)
{
    struct ring writer, reader;
    uint64_t written, taken;

    if (!ring_open(&writer, scene->memory, sizeof(struct value), CAPACITY) ||
        !ring_open(&reader, scene->memory, sizeof(struct value), CAPACITY))
        value_broken(scene->broken, "a successor finds the ring damaged");
    written = ring_written(&writer);
    taken = ring_taken(&reader);
    if (written < scene->before || written > taken + CAPACITY)
        value_broken(scene->broken, "%lu frames published after %lu", (unsigned long)written,
                     (unsigned long)scene->before);
    for (int i = 0; i < 2 * CAPACITY; i++) {
        put_frames(&writer, CAPACITY - ring_ready(&reader));
        if (ring_space(&writer) != 0)
            value_broken(scene->broken, "the ring cannot be filled");
        get_frames(scene, &reader, 1 + (uint32_t)i % CAPACITY);
    }
    get_frames(scene, &reader, CAPACITY);
    if (ring_taken(&reader) != ring_written(&writer) || ring_space(&writer) != CAPACITY)
        value_broken(scene->broken, "the ring cannot be emptied");
}

/* ---- snapshot ---- */

static void check_value(struct scene *scene, const struct value *value, uint64_t at_least)
{
    if (!value_is_whole(value))
        value_broken(scene->broken, "value %lu is torn", (unsigned long)value->number);
    else if (value->number < at_least)
        value_broken(scene->broken, "value %lu where %lu was", (unsigned long)value->number, (unsigned long)at_least);
}

static void publish_value(struct scene *scene, uint64_t number)
{
    value_fill(snapshot_draft(&scene->snapshot), number);
    snapshot_publish(&scene->snapshot);
}

static uint64_t take_value(struct scene *scene, uint64_t at_least)
{
    bool fresh;
    const struct value *value = snapshot_take(&scene->snapshot, &fresh);

    check_value(scene, value, at_least);
    return value->number;
}

/* After 0 to 5 values, of which all, some or none were taken. */
static void make_snapshot(struct scene *scene, int start)
{
    snapshot_make(scene->memory, sizeof(struct value));
    snapshot_open(&scene->snapshot, scene->memory, sizeof(struct value));
    for (int i = 1; i <= start; i++) {
        publish_value(scene, (uint64_t)i);
        if (start & 1 << i % 2)
            take_value(scene, (uint64_t)i);
    }
    set_before(scene, (uint64_t)start);
}

static void act_snapshot_publish(struct scene *scene)
{
    *(struct value *)snapshot_draft(&scene->snapshot) = scene->next[0];
    snapshot_publish(&scene->snapshot);
}

static void act_snapshot_take(struct scene *scene)
{
    take_value(scene, scene->before);
}

/* An error that snapshot.c must not make: a private name, and a plain exchange. */
static void act_private_publish(struct scene *scene)
{
    struct snapshot *s = &scene->snapshot;
    uint32_t mine = atomic_load(&s->memory->word) & 3, was;

    for (int i = 0; i < 2; i++) {
        memcpy(s->buffers + (size_t)mine * s->stride, &scene->next[i], sizeof(struct value));
        was = atomic_load(&s->memory->word);
        was = atomic_exchange(&s->memory->word, (was & ~15U) | mine << 2 | (was >> 2 & 3) | 64);
        mine = was >> 2 & 3;
    }
}

static void other_takes(struct scene *scene)
{
    struct scene other = *scene;

    snapshot_open(&other.snapshot, scene->memory, sizeof(struct value));
    for (int i = 0; i < 2; i++)
        take_value(&other, scene->before);
}

static void other_publishes_once(struct scene *scene)
{
    struct scene other = *scene;

    snapshot_open(&other.snapshot, scene->memory, sizeof(struct value));
    publish_value(&other, scene->before + 1);
}

static void after_snapshot(struct scene *scene)
{
    uint64_t number;

    if (!snapshot_open(&scene->snapshot, scene->memory, sizeof(struct value)))
        value_broken(scene->broken, "a successor finds the snapshot damaged");
    check_value(scene, snapshot_shown(&scene->snapshot), 0);
    number = take_value(scene, scene->before);
    for (uint64_t i = number + 1; i < number + 10; i++) {
        uint64_t shown = ((const struct value *)snapshot_shown(&scene->snapshot))->number;
        publish_value(scene, i);
        value_fill(snapshot_draft(&scene->snapshot), 0xBAD);
        check_value(scene, snapshot_shown(&scene->snapshot), shown);
        if (i % 3 && take_value(scene, i) != i)
            value_broken(scene->broken, "value %lu is not the newest", (unsigned long)i);
    }
}

/* ---- slots ---- */

static void put_value(struct scene *scene, uint64_t number)
{
    struct value value;

    value_fill(&value, number);
    slots_put(&scene->slots, &value);
}

static uint64_t get_value(struct scene *scene, uint64_t at_least)
{
    struct value value = { 0 };
    uint64_t sequence = 0;

    if (!slots_get(&scene->slots, &value, &sequence) && at_least > 0)
        value_broken(scene->broken, "nothing whole is left of value %lu", (unsigned long)at_least);
    check_value(scene, &value, at_least);
    if (value.number != sequence)
        value_broken(scene->broken, "value %lu has the number %lu", (unsigned long)value.number,
                     (unsigned long)sequence);
    return sequence;
}

static void make_slots(struct scene *scene, int start)
{
    slots_make(scene->memory, sizeof(struct value));
    slots_open(&scene->slots, scene->memory, sizeof(struct value));
    for (uint64_t i = 1; i <= (uint64_t)start * SLOTS / 2; i++)
        put_value(scene, i);
    set_before(scene, (uint64_t)start * SLOTS / 2);
}

static void act_put(struct scene *scene)
{
    slots_put(&scene->slots, &scene->next[0]);
}

/* An error that slots.c must not make: it publishes the number before the words. */
static void act_put_number_first(struct scene *scene)
{
    uint64_t next = scene->next[0].number;
    _Atomic uint64_t *slot = (_Atomic uint64_t *)(void *)(scene->slots.at + next % SLOTS * scene->slots.stride);

    atomic_store(slot, next);
    atomic_store(slot + 1 + sizeof(struct value) / sizeof(next), next);
    atomic_store(&scene->slots.memory->newest, next);
    memcpy((void *)(slot + 1), &scene->next[0], sizeof(struct value));
}

/* A reader that is overtaken: it must not accept a mixture of values. */
static void act_get(struct scene *scene)
{
    struct value value;
    uint64_t sequence;

    if (slots_get(&scene->slots, &value, &sequence) &&
        (!value_is_whole(&value) || value.number != sequence || sequence < scene->before))
        value_broken(scene->broken, "a mixture was read for value %lu", (unsigned long)sequence);
}

static void other_gets(struct scene *scene)
{
    get_value(scene, scene->before);
}

static void other_puts_a_lap(struct scene *scene)
{
    for (uint64_t i = 1; i <= SLOTS; i++)
        put_value(scene, atomic_load(&scene->slots.memory->newest) + 1);
}

static void after_slots(struct scene *scene)
{
    uint64_t number;

    if (!slots_open(&scene->slots, scene->memory, sizeof(struct value)))
        value_broken(scene->broken, "a successor finds the slots damaged");
    number = get_value(scene, scene->before);
    for (uint64_t i = number + 1; i < number + 2 * SLOTS; i++) {
        put_value(scene, i);
        if (get_value(scene, i) != i)
            value_broken(scene->broken, "value %lu is not the newest", (unsigned long)i);
    }
}

static const struct operation operations[] = {
    { "ring_write", 3, make_ring, act_write, other_reads, after_ring, false },
    { "ring_read", 3, make_ring, act_read, other_writes, after_ring, false },
    { "ring_release", 3, make_ring, act_release, other_writes, after_ring, false },
    { "snapshot_publish", 6, make_snapshot, act_snapshot_publish, other_takes, after_snapshot, false },
    { "snapshot_take", 6, make_snapshot, act_snapshot_take, other_publishes_once, after_snapshot, false },
    { "slots_put", 3, make_slots, act_put, other_gets, after_slots, false },
    { "slots_get", 3, make_slots, act_get, other_puts_a_lap, after_slots, false },
    { "ring_index_before_cells", 3, make_ring, act_publish_first, other_reads, after_ring, true },
    { "snapshot_private_names", 6, make_snapshot, act_private_publish, other_takes, after_snapshot, true },
    { "slots_number_before_words", 2, make_slots, act_put_number_first, other_gets, after_slots, true },
};

/* ---- stepping ---- */

static void become_stepped(const struct operation *operation, struct scene *scene)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    operation->act(scene);
    raise(SIGSTOP);
    _exit(0);
}

/* Leaves the process stopped after `steps` instructions; false: its operation ended before. */
static bool step_process(pid_t pid, int steps)
{
    int status = 0;

    for (int i = 0; i < steps; i++) {
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || waitpid(pid, &status, 0) != pid)
            abort();
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
            return false;
    }
    return true;
}

/* False: there was no such step. */
static bool stop_at(const struct operation *operation, int start, int steps, bool resume, struct scene *scene)
{
    int status;
    bool going;
    pid_t pid;

    operation->make(scene, start);
    if ((pid = fork()) == 0)
        become_stepped(operation, scene);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        abort();
    going = step_process(pid, steps);
    operation->other(scene);
    if (resume)
        ptrace(PTRACE_CONT, pid, NULL, NULL), waitpid(pid, &status, 0);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    operation->after(scene);
    if (*scene->broken)
        printf("# %s, start %d, after instruction %d, %s\n", operation->name, start, steps,
               resume ? "then run on" : "then killed");
    return going;
}

static bool run_operation(const struct operation *operation, struct scene *scene, const char *only)
{
    int first = only ? atoi(only) % operation->starts : 0;
    unsigned long stops = 0;

    for (int start = first; start < (only ? first + 1 : operation->starts); start++)
        for (int resume = 0; resume < 2; resume++)
            for (int n = 0; n < MOST_STEPS && !*scene->broken && stop_at(operation, start, n, resume, scene); n++)
                stops++;
    printf("figure: %s: stopped %lu times\n", operation->name, stops);
    return *scene->broken == operation->is_flawed && (operation->is_flawed || stops > 100);
}

int main(int argc, char **argv)
{
    uint8_t *shared = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct scene scene = { .broken = (_Atomic uint32_t *)(void *)shared, .memory = shared + 4096 };

    if (shared == MAP_FAILED)
        return 2;
    setvbuf(stdout, NULL, _IONBF, 0);
    for (size_t i = 0; (argc == 2 || argc == 3) && i < sizeof(operations) / sizeof(*operations); i++)
        if (strcmp(argv[1], operations[i].name) == 0)
            return !run_operation(&operations[i], &scene, argv[2]);
    fprintf(stderr, "usage: steps OPERATION [START]\n");
    return 2;
}
