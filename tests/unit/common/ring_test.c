#include "common/rt/ring.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/rt.h"

#define RING_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

enum { CELL = 8, CAPACITY = 7, LAPS = 50, ROUNDS = 100000 };

static struct memory memory;
static struct ring writer, reader;

static int set_up(void **state)
{
    (void)state;
    memory = memory_make(ring_size(CELL, CAPACITY));
    ring_make(memory.at, CELL, CAPACITY);
    assert_true(ring_open(&writer, memory.at, CELL, CAPACITY));
    assert_true(ring_open(&reader, memory.at, CELL, CAPACITY));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    memory_drop(&memory);
    return 0;
}

static uint32_t write_count(uint64_t first, uint32_t count)
{
    uint64_t values[2 * CAPACITY];

    for (uint32_t i = 0; i < count; i++)
        values[i] = first + i;
    return ring_write(&writer, values, count);
}

static void set_indices(uint64_t written, uint64_t read)
{
    atomic_store(&writer.memory->written, written);
    atomic_store(&writer.memory->read, read);
}

/* Opens another view, which checks the indices. */
static bool is_whole(void)
{
    struct ring ring;

    return ring_open(&ring, memory.at, CELL, CAPACITY);
}

RING_CLAIM(a_new_ring_is_empty_and_has_room_for_its_capacity)
{
    assert_int_equal(ring_ready(&reader), 0);
    assert_int_equal(ring_space(&writer), CAPACITY);
    assert_int_equal(ring_written(&writer), 0);
    assert_int_equal(ring_taken(&reader), 0);
    assert_int_equal(ring_size(CELL, CAPACITY), 192 + CELL * CAPACITY);
}

RING_CLAIM(a_ring_made_otherwise_is_not_opened)
{
    struct ring ring;

    assert_false(ring_open(&ring, memory.at, CELL + 1, CAPACITY));
    assert_false(ring_open(&ring, memory.at, CELL, CAPACITY + 1));
    assert_false(ring_open(&ring, memory.at, 0, 0));
    set_indices(CAPACITY + 1, 0);
    assert_false(ring_open(&ring, memory.at, CELL, CAPACITY));
    set_indices(3, 4);
    assert_false(ring_open(&ring, memory.at, CELL, CAPACITY));
}

RING_CLAIM(cells_come_out_in_order_at_every_offset_of_the_end)
{
    uint64_t next = 0, wanted = 0, got[CAPACITY];

    for (uint32_t lap = 0; lap < LAPS * CAPACITY; lap++) {
        uint32_t count = lap % (CAPACITY + 1);
        assert_int_equal(write_count(next, count), count);
        next += count;
        assert_int_equal(ring_ready(&reader), count);
        assert_int_equal(ring_read(&reader, got, CAPACITY), count);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(got[i], wanted++);
    }
}

RING_CLAIM(a_full_ring_takes_what_fits_and_says_how_much)
{
    uint64_t got[CAPACITY];

    assert_int_equal(write_count(0, CAPACITY + 3), CAPACITY);
    assert_int_equal(write_count(50, 1), 0);
    assert_int_equal(ring_read(&reader, got, 2), 2);
    assert_int_equal(write_count(CAPACITY, 5), 2);
    assert_int_equal(ring_read(&reader, got, CAPACITY), CAPACITY);
    for (uint32_t i = 0; i < CAPACITY; i++)
        assert_int_equal(got[i], i + 2);
}

RING_CLAIM(a_look_takes_nothing_and_begins_where_it_is_asked)
{
    struct ring_span span;

    write_count(0, 5);
    ring_release(&reader, 5);
    write_count(5, 6);
    span = ring_look(&reader, 6, CAPACITY);
    assert_int_equal(span.cells[0], 1);
    assert_int_equal(span.cells[1], 4);
    assert_int_equal(*(uint64_t *)(void *)span.at[0], 6);
    assert_int_equal(*(uint64_t *)(void *)span.at[1], 7);
    assert_int_equal(ring_taken(&reader), 5);
    span = ring_look(&reader, 4, CAPACITY);
    assert_int_equal(span.cells[0] + span.cells[1], 0);
    span = ring_look(&reader, 11, CAPACITY);
    assert_int_equal(span.cells[0] + span.cells[1], 0);
}

RING_CLAIM(a_release_goes_neither_back_nor_past_what_is_ready)
{
    write_count(0, 4);
    ring_release(&reader, 3);
    assert_int_equal(ring_taken(&reader), 3);
    ring_release(&reader, 2);
    assert_int_equal(ring_taken(&reader), 3);
    ring_release(&reader, 5);
    assert_int_equal(ring_taken(&reader), 3);
    ring_release(&reader, 4);
    assert_int_equal(ring_taken(&reader), 4);
}

RING_CLAIM(a_successor_goes_on_from_the_published_index)
{
    uint64_t got[CAPACITY];

    write_count(0, 3);
    assert_true(ring_open(&writer, memory.at, CELL, CAPACITY));
    assert_int_equal(ring_written(&writer), 3);
    write_count(3, 2);
    assert_int_equal(ring_read(&reader, got, 1), 1);
    assert_true(ring_open(&reader, memory.at, CELL, CAPACITY));
    assert_int_equal(ring_read(&reader, got, CAPACITY), 4);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(got[i], i + 1);
}

RING_CLAIM(an_impossible_index_means_empty_and_full)
{
    static const uint64_t bad[][2] = {
        { 0, 1 }, { CAPACITY + 1, 0 }, { UINT64_MAX, 0 }, { 0, UINT64_MAX - CAPACITY }, { 1ULL << 63, 0 },
    };
    uint64_t got[CAPACITY];

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        set_indices(bad[i][0], bad[i][1]);
        assert_false(ring_open(&writer, memory.at, CELL, CAPACITY));
        assert_false(ring_open(&reader, memory.at, CELL, CAPACITY));
        assert_false(is_whole());
        assert_int_equal(ring_ready(&reader), 0);
        assert_int_equal(ring_read(&reader, got, CAPACITY), 0);
        assert_int_equal(ring_space(&writer), 0);
        assert_int_equal(write_count(0, CAPACITY), 0);
        ring_release(&reader, bad[i][1] + 1);
        assert_int_equal(ring_taken(&reader), bad[i][1]);
    }
}

/* Nothing outside is written or read: a guarded page follows the last cell. */
RING_CLAIM(random_memory_is_never_left)
{
    uint64_t seed = 4, values[CAPACITY] = { 0 };

    for (int i = 0; i < ROUNDS; i++) {
        uint32_t many = (uint32_t)random_next(&seed);
        random_fill(memory.at, i % 2 ? sizeof(struct ring_memory) : 64, &seed);
        set_indices(random_next(&seed) >> i % 64, random_next(&seed) >> i % 61);
        is_whole();
        assert_in_range(ring_write(&writer, values, CAPACITY), 0, CAPACITY);
        assert_in_range(ring_read(&reader, values, CAPACITY), 0, CAPACITY);
        for (int k = 0; k < 2; k++) {
            struct ring_span span = ring_look(&reader, random_next(&seed), many);
            memset(span.at[0], 1, (size_t)span.cells[0] * CELL);
            memset(span.at[1], 1, (size_t)span.cells[1] * CELL);
        }
        (void)ring_append(&writer, ring_written(&writer), values, many % (CAPACITY + 1));
        ring_release(&reader, random_next(&seed));
    }
}

static void *write_a_counter(void *stop_at)
{
    uint64_t next = 0;

    while (next < *(uint64_t *)stop_at)
        next += write_count(next, 1 + (uint32_t)(next % (2 * CAPACITY - 1)));
    return NULL;
}

/* Under ThreadSanitizer this also proves that the cells need no memory order of their own. */
RING_CLAIM(a_counter_crosses_between_threads_unbroken)
{
    uint64_t many = 300000, wanted = 0, got[CAPACITY];
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, write_a_counter, &many), 0);
    while (wanted < many) {
        uint32_t count = ring_read(&reader, got, 1 + (uint32_t)(wanted % CAPACITY));
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(got[i], wanted++);
        assert_true(is_whole());
        if (count == 0)
            sched_yield();
    }
    pthread_join(thread, NULL);
}
