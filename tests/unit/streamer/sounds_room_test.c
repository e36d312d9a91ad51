#include <stdlib.h>

#include "services/streamer/play/sounds_room.h"
#include "tests/unit/claim.h"

enum { FLOATS = SOUNDS_BYTES / sizeof(float) };

static void put_sound(struct sounds_memory *memory, uint32_t slot, uint64_t offset, uint32_t frames)
{
    atomic_store(&memory->entries[slot].offset, offset);
    atomic_store(&memory->entries[slot].frames, frames);
    atomic_store(&memory->entries[slot].channels, 1);
    atomic_store(&memory->entries[slot].state, SOUND_READY);
}

static int set_up(void **state)
{
    return (*state = calloc(1, sizeof(struct sounds_memory))) ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

CLAIM_WITH(the_first_gap_that_is_large_enough_is_taken, set_up, tear_down)
{
    uint64_t at;

    put_sound(*state, 0, 0, 1600);
    put_sound(*state, 7, 3200, 1600);
    put_sound(*state, 3, 6400, 1600);
    assert_true(sounds_room_find(*state, 1600, &at));
    assert_int_equal(at, 1600);
    assert_true(sounds_room_find(*state, 1601, &at));
    assert_int_equal(at, 8000);
    assert_int_equal(sounds_room_used(*state), 4800);
}

CLAIM_WITH(a_full_memory_has_no_room, set_up, tear_down)
{
    uint64_t at;

    put_sound(*state, 1, 0, FLOATS - 16);
    assert_true(sounds_room_find(*state, 16, &at));
    assert_int_equal(at, FLOATS - 16);
    assert_false(sounds_room_find(*state, 17, &at));
    assert_false(sounds_room_find(*state, UINT64_MAX, &at));
}

CLAIM_WITH(a_leaving_sound_occupies_its_samples_and_a_loading_one_does_not, set_up, tear_down)
{
    struct sounds_memory *memory = *state;
    uint64_t at;

    put_sound(memory, 0, 0, 1600);
    atomic_store(&memory->entries[0].state, SOUND_LOADING);
    assert_true(sounds_room_find(memory, 16, &at));
    assert_int_equal(at, 0);
    atomic_store(&memory->entries[0].state, SOUND_LEAVING);
    assert_true(sounds_room_find(memory, 16, &at));
    assert_int_equal(at, 1600);
}

/* Even if the table contains nonsense, no room outside the memory is given out. */
CLAIM_WITH(a_table_of_nonsense_gives_nothing_outside, set_up, tear_down)
{
    struct sounds_memory *memory = *state;
    uint64_t at;

    srandom(1);
    for (int round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < SOUNDS; i++) {
            put_sound(memory, i, (uint64_t)random() << (random() % 34), (uint32_t)random());
            atomic_store(&memory->entries[i].channels, (uint16_t)random());
        }
        if (sounds_room_find(memory, 1000, &at))
            assert_true(at <= FLOATS - 1000);
    }
}
