#include "common/rt/snapshot.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/rt.h"

#define SNAPSHOT_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

enum { SIZE = 200, ROUNDS = 200000 };

static struct memory memory;
static struct snapshot writer, reader;

static int set_up(void **state)
{
    (void)state;
    memory = memory_make(snapshot_size(SIZE));
    snapshot_make(memory.at, SIZE);
    assert_true(snapshot_open(&writer, memory.at, SIZE));
    assert_true(snapshot_open(&reader, memory.at, SIZE));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    memory_drop(&memory);
    return 0;
}

/* Opens another view, which checks the word. */
static bool is_whole(void)
{
    struct snapshot snapshot;

    return snapshot_open(&snapshot, memory.at, SIZE);
}

static void publish_value(uint8_t value)
{
    memset(snapshot_draft(&writer), value, SIZE);
    snapshot_publish(&writer);
}

/* The value of every byte. */
static uint8_t value_of(const void *buffer)
{
    const uint8_t *bytes = buffer;

    for (uint32_t i = 1; i < SIZE; i++)
        assert_int_equal(bytes[i], bytes[0]);
    return bytes[0];
}

static uint8_t take_value(bool wanted_fresh)
{
    bool fresh;
    const void *buffer = snapshot_take(&reader, &fresh);

    assert_int_equal(fresh, wanted_fresh);
    assert_ptr_equal(snapshot_shown(&reader), buffer);
    return value_of(buffer);
}

SNAPSHOT_CLAIM(a_new_one_shows_zeroes_and_nothing_fresh)
{
    assert_int_equal(take_value(false), 0);
    assert_int_equal(take_value(false), 0);
}

SNAPSHOT_CLAIM(one_made_otherwise_is_not_opened)
{
    struct snapshot snapshot;

    assert_false(snapshot_open(&snapshot, memory.at, SIZE + 1));
    assert_false(snapshot_open(&snapshot, memory.at, 0));
    atomic_store(&writer.memory->word, 0);
    assert_false(snapshot_open(&snapshot, memory.at, SIZE));
}

SNAPSHOT_CLAIM(the_newest_value_is_fresh_once)
{
    publish_value(1);
    assert_int_equal(take_value(true), 1);
    assert_int_equal(take_value(false), 1);
    publish_value(2);
    publish_value(3);
    publish_value(4);
    assert_int_equal(take_value(true), 4);
    assert_int_equal(take_value(false), 4);
}

SNAPSHOT_CLAIM(a_draft_is_neither_shown_nor_the_middle)
{
    for (uint8_t i = 1; i < 100; i++) {
        uint8_t before = value_of(snapshot_shown(&reader));
        memset(snapshot_draft(&writer), 0xEE, SIZE);
        assert_int_equal(take_value(false), before);
        publish_value(i);
        memset(snapshot_draft(&writer), 0xEE, SIZE);
        assert_int_equal(take_value(true), i);
    }
}

SNAPSHOT_CLAIM(successors_continue_from_the_word)
{
    for (uint8_t i = 1; i < 100; i++) {
        publish_value(i);
        assert_true(snapshot_open(&writer, memory.at, SIZE));
        assert_int_equal(take_value(true), i);
        assert_true(snapshot_open(&reader, memory.at, SIZE));
        assert_int_equal(take_value(false), i);
    }
}

static bool names_three(uint32_t word)
{
    uint32_t a = word & 3, b = word >> 2 & 3, c = word >> 4 & 3;

    return word < 128 && a < 3 && b < 3 && c < 3 && a != b && b != c && a != c;
}

SNAPSHOT_CLAIM(an_impossible_word_counts_as_the_initial_one)
{
    for (uint32_t word = 0; word < 256; word++) {
        atomic_store(&writer.memory->word, word);
        assert_int_equal(is_whole(), names_three(word));
        if (!names_three(word)) {
            assert_ptr_equal(snapshot_draft(&writer), writer.buffers);
            assert_ptr_equal(snapshot_shown(&reader), writer.buffers + (size_t)2 * writer.stride);
        }
        publish_value((uint8_t)word);
        assert_true(is_whole());
        assert_int_equal(take_value(true), (uint8_t)word);
    }
}

SNAPSHOT_CLAIM(random_memory_is_never_left)
{
    uint64_t seed = 5;
    bool fresh;

    for (int i = 0; i < ROUNDS; i++) {
        random_fill(memory.at, sizeof(struct snapshot_memory), &seed);
        memset(snapshot_draft(&writer), 1, SIZE);
        snapshot_publish(&writer);
        atomic_store(&writer.memory->word, (uint32_t)random_next(&seed) >> i % 32);
        assert_in_range((const uint8_t *)snapshot_take(&reader, &fresh) - memory.at, 64, snapshot_size(SIZE) - SIZE);
    }
}

/* Each value consists of one number; a torn one has two. */
static void *publish_numbers(void *many)
{
    for (uint64_t i = 1; i <= *(uint64_t *)many; i++) {
        uint64_t *draft = snapshot_draft(&writer);
        for (uint32_t k = 0; k < SIZE / sizeof(*draft); k++)
            draft[k] = i;
        snapshot_publish(&writer);
        if (i % 64 == 0)
            sched_yield();
    }
    return NULL;
}

SNAPSHOT_CLAIM(numbers_cross_between_threads_whole_and_in_order)
{
    uint64_t many = 100000, last = 0;
    pthread_t thread;
    bool fresh;

    assert_int_equal(pthread_create(&thread, NULL, publish_numbers, &many), 0);
    while (last < many) {
        const uint64_t *shown = snapshot_take(&reader, &fresh);
        for (uint32_t k = 1; k < SIZE / sizeof(*shown); k++)
            assert_int_equal(shown[k], shown[0]);
        assert_true(fresh ? shown[0] > last : shown[0] == last);
        last = shown[0];
        if (!fresh)
            sched_yield();
    }
    pthread_join(thread, NULL);
}
