/* Shared memory that changes at random while it is in use: ring, snapshot and slots stay within it, and end. The memory
 * has exactly their size, so the sanitizer sees the first byte outside. An input is a list of deeds of one byte each,
 * some with more bytes as arguments. */
#include <stdlib.h>
#include <string.h>

#include "common/rt/ring.h"
#include "common/rt/slots.h"
#include "common/rt/snapshot.h"
#include "tests/fuzz/fuzz.h"

enum { CELL = 12, CAPACITY = 5, SIZE = 40, MOST = 9 };

enum deed {
    SCRIBBLE, /* where, how many, the bytes */
    WRITE,    /* how many */
    APPEND,   /* how many */
    READ,     /* how many */
    LOOK,     /* from where, how many; released */
    PUBLISH,
    TAKE,
    PUT,
    GET,
    SUCCEED, /* all processes die and are started again */
    DEEDS
};

struct views {
    uint8_t *memory[3];
    size_t sizes[3];
    struct ring writer, reader;
    struct snapshot snapshot;
    struct slots slots;
};

static void open_all(struct views *v)
{
    (void)ring_open(&v->writer, v->memory[0], CELL, CAPACITY);
    (void)ring_open(&v->reader, v->memory[0], CELL, CAPACITY);
    (void)snapshot_open(&v->snapshot, v->memory[1], SIZE);
    (void)slots_open(&v->slots, v->memory[2], SIZE);
}

static void make_all(struct views *v)
{
    v->sizes[0] = ring_size(CELL, CAPACITY);
    v->sizes[1] = snapshot_size(SIZE);
    v->sizes[2] = slots_size(SIZE);
    for (int i = 0; i < 3; i++)
        holds(posix_memalign((void **)&v->memory[i], 64, v->sizes[i]) == 0);
    ring_make(v->memory[0], CELL, CAPACITY);
    snapshot_make(v->memory[1], SIZE);
    slots_make(v->memory[2], SIZE);
    open_all(v);
}

static void scribble_views(struct views *v, struct fuzz_input *input)
{
    uint32_t number = fuzz_number(input), which = number % 3;
    size_t at = number / 3 % v->sizes[which];
    struct bytes bytes = fuzz_take(input, fuzz_number(input) % 64);

    if (bytes.len)
        memcpy(v->memory[which] + at, bytes.at, bytes.len < v->sizes[which] - at ? bytes.len : v->sizes[which] - at);
}

static void read_span(struct ring_span span)
{
    for (int i = 0; i < 2; i++) {
        size_t len = (size_t)span.cells[i] * CELL;
        uint8_t copy[CELL * CAPACITY];
        holds(span.cells[i] <= CAPACITY);
        memcpy(copy, span.at[i], len);
    }
}

static void use_ring(struct views *v, enum deed deed, struct fuzz_input *input)
{
    uint8_t cells[CELL * MOST] = { 0 };
    uint32_t count = fuzz_number(input) % (MOST + 1);
    uint64_t from = ring_taken(&v->reader) + fuzz_number(input) - 8;

    switch (deed) {
    case WRITE:
        holds(ring_write(&v->writer, cells, count) <= count);
        break;
    case READ:
        holds(ring_read(&v->reader, cells, count) <= count);
        break;
    case APPEND:
        (void)ring_append(&v->writer, ring_written(&v->writer), cells, count);
        break;
    default:
        read_span(ring_look(&v->reader, from, count));
        ring_release(&v->reader, from);
    }
}

static void use_values(struct views *v, enum deed deed)
{
    uint8_t value[SIZE] = { 0 };
    bool fresh;

    switch (deed) {
    case PUBLISH:
        memset(snapshot_draft(&v->snapshot), 1, SIZE);
        snapshot_publish(&v->snapshot);
        break;
    case TAKE:
        memcpy(value, snapshot_take(&v->snapshot, &fresh), SIZE);
        memcpy(value, snapshot_shown(&v->snapshot), SIZE);
        break;
    case PUT:
        slots_put(&v->slots, value);
        holds(slots_get(&v->slots, value, NULL));
        break;
    default:
        (void)slots_get(&v->slots, value, NULL);
    }
}

/* Opens views of their own. */
static void check_views(const struct views *v)
{
    struct snapshot snapshot;
    struct ring ring;

    (void)ring_open(&ring, v->memory[0], CELL, CAPACITY);
    (void)snapshot_open(&snapshot, v->memory[1], SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    struct views v;

    make_all(&v);
    while (input.left) {
        enum deed deed = *fuzz_take(&input, 1).at % DEEDS;
        if (deed == SCRIBBLE)
            scribble_views(&v, &input);
        else if (deed == SUCCEED)
            open_all(&v);
        else if (deed <= LOOK)
            use_ring(&v, deed, &input);
        else
            use_values(&v, deed);
        check_views(&v);
    }
    for (int i = 0; i < 3; i++)
        free(v.memory[i]);
    return 0;
}
