#include "common/rt/slots.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/rt.h"

#define SLOTS_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

enum { WORDS = 25, SIZE = WORDS * 8, ROUNDS = 50000 };

static struct memory memory;
static struct slots writer, reader;

static int set_up(void **state)
{
    (void)state;
    memory = memory_make(slots_size(SIZE));
    slots_make(memory.at, SIZE);
    assert_true(slots_open(&writer, memory.at, SIZE));
    assert_true(slots_open(&reader, memory.at, SIZE));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    memory_drop(&memory);
    return 0;
}

static void put_number(uint64_t number)
{
    uint64_t value[WORDS];

    for (int i = 0; i < WORDS; i++)
        value[i] = number;
    slots_put(&writer, value);
}

/* The number in every word of the newest value; 0 if there is none. */
static uint64_t get_number(void)
{
    uint64_t value[WORDS], sequence;

    if (!slots_get(&reader, value, &sequence))
        return 0;
    for (int i = 1; i < WORDS; i++)
        assert_int_equal(value[i], value[0]);
    return value[0];
}

static uint64_t *slot_of(uint64_t sequence)
{
    return (uint64_t *)(void *)(writer.at + sequence % SLOTS * writer.stride);
}

SLOTS_CLAIM(a_new_one_holds_nothing)
{
    assert_int_equal(get_number(), 0);
}

SLOTS_CLAIM(one_made_otherwise_is_not_opened)
{
    struct slots slots;

    assert_false(slots_open(&slots, memory.at, SIZE + 8));
    assert_false(slots_open(&slots, memory.at, 0));
    writer.memory->size = 12;
    assert_false(slots_open(&slots, memory.at, 12));
}

SLOTS_CLAIM(the_newest_value_is_got_with_its_number)
{
    uint64_t value[WORDS], sequence;

    for (uint64_t i = 1; i < 5 * SLOTS; i++) {
        put_number(i + 100);
        assert_true(slots_get(&reader, value, &sequence));
        assert_int_equal(sequence, i);
        assert_int_equal(value[WORDS - 1], i + 100);
        assert_true(slots_get(&reader, value, NULL));
    }
}

SLOTS_CLAIM(a_value_need_not_be_aligned)
{
    uint8_t from[SIZE + 1], to[SIZE + 1];

    memset(from, 0x5A, sizeof(from));
    slots_put(&writer, from + 1);
    assert_true(slots_get(&reader, to + 1, NULL));
    assert_memory_equal(to + 1, from + 1, SIZE);
}

/* A writer that died halfway: the next slot is partly written, and its number is not published. */
SLOTS_CLAIM(a_half_written_slot_is_not_seen_and_its_successor_fills_it)
{
    for (uint64_t i = 1; i <= 3 * SLOTS; i++) {
        put_number(i);
        slot_of(i + 1)[0] = i + 1;
        slot_of(i + 1)[1] = 0xDEAD;
        assert_int_equal(get_number(), i);
        assert_true(slots_open(&writer, memory.at, SIZE));
    }
}

SLOTS_CLAIM(a_slot_that_is_being_written_over_is_not_given_out)
{
    put_number(1);
    slot_of(1)[0] = 1 + SLOTS;
    assert_int_equal(get_number(), 0);
    slot_of(1)[0] = 1;
    assert_int_equal(get_number(), 1);
    slot_of(1)[1 + WORDS] = 1 + SLOTS;
    assert_int_equal(get_number(), 0);
}

SLOTS_CLAIM(the_last_number_is_followed_by_the_first)
{
    atomic_store(&writer.memory->newest, UINT64_MAX);
    put_number(7);
    assert_int_equal(atomic_load(&writer.memory->newest), 1);
    assert_int_equal(get_number(), 7);
}

SLOTS_CLAIM(random_memory_is_never_left)
{
    uint64_t seed = 6, value[WORDS];

    for (int i = 0; i < ROUNDS; i++) {
        random_fill(memory.at, i % 16 ? sizeof(struct slots_memory) : slots_size(SIZE), &seed);
        atomic_store(&writer.memory->newest, random_next(&seed) >> i % 64);
        slots_get(&reader, value, NULL);
        put_number((uint64_t)i);
        assert_int_equal(get_number(), i); /* a value that is put into any bytes is read */
    }
}

static void *put_numbers(void *many)
{
    for (uint64_t i = 1; i <= *(uint64_t *)many; i++) {
        put_number(i);
        if (i % 16 == 0)
            sched_yield();
    }
    return NULL;
}

static void *get_numbers(void *many)
{
    uint64_t last = 0;

    while (last < *(uint64_t *)many) {
        uint64_t got = get_number();
        assert_true(got == 0 || got >= last);
        if (got == last)
            sched_yield();
        if (got)
            last = got;
    }
    return NULL;
}

/* One of the readers is this thread, because cmocka notices a failed claim only here. */
SLOTS_CLAIM(numbers_cross_to_many_threads_whole_and_in_order)
{
    uint64_t many = 30000;
    pthread_t threads[3];

    assert_int_equal(pthread_create(&threads[0], NULL, put_numbers, &many), 0);
    for (int i = 1; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, get_numbers, &many), 0);
    get_numbers(&many);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
