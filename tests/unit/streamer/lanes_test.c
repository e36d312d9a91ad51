#include "services/streamer/base/lanes.h"
#include "tests/unit/claim.h"

enum { MANY = 20 };

struct counted {
    struct lane_place place;
    unsigned entered, late;
};

static void count_enter(void *state)
{
    ((struct counted *)state)->entered++;
}

static void count_late(void *state)
{
    ((struct counted *)state)->late++;
}

static void enter_one(struct lanes *lanes, struct counted *one, const char *path, enum lane_kind kind)
{
    *one = (struct counted){ .place = { .enter = count_enter, .late = count_late, .state = one } };
    lanes_enter(lanes, &one->place, path, kind);
}

static unsigned count_entered(const struct counted *all, unsigned count)
{
    unsigned entered = 0;

    for (unsigned i = 0; i < count; i++)
        entered += all[i].entered;
    return entered;
}

CLAIM(a_lane_has_few_places_and_the_first_that_waits_gets_the_next)
{
    struct lanes lanes = { 0 };
    struct counted all[MANY];

    for (unsigned i = 0; i < MANY; i++)
        enter_one(&lanes, &all[i], "/x", LANE_OPENING);
    assert_int_equal(count_entered(all, MANY), LANES_PLACES);
    lanes_leave(&lanes, &all[LANES_PLACES + 1].place); /* it waits no more */
    lanes_leave(&lanes, &all[3].place);
    lanes_leave(&lanes, &all[3].place);
    assert_int_equal(count_entered(all, MANY), LANES_PLACES + 1);
    assert_int_equal(all[LANES_PLACES].entered, 1);
    for (unsigned i = 0; i < MANY; i++)
        lanes_leave(&lanes, &all[i].place);
    assert_int_equal(count_entered(all, MANY), MANY - 1);
    assert_null(lanes.first);
}

CLAIM(other_mounts_and_kinds_have_lanes_of_their_own)
{
    struct lanes lanes = { 0 };
    struct counted all[MANY], other, loading;

    for (unsigned i = 0; i < MANY; i++)
        enter_one(&lanes, &all[i], "/x", LANE_OPENING);
    enter_one(&lanes, &other, "/proc/self", LANE_OPENING);
    enter_one(&lanes, &loading, "/x", LANE_LOADING);
    assert_int_equal(other.entered + loading.entered, 2);
}

CLAIM(a_lane_that_does_not_move_is_late_and_one_that_moves_is_not)
{
    struct lanes lanes = { 0 };
    struct counted all[LANES_PLACES + 2];

    for (unsigned i = 0; i < LANES_PLACES + 2; i++)
        enter_one(&lanes, &all[i], "/x", LANE_OPENING);
    all[LANES_PLACES].place.since -= 2 * LANES_PATIENCE_US;
    all[LANES_PLACES + 1].place.since -= 2 * LANES_PATIENCE_US;
    lanes_leave(&lanes, &all[0].place);
    lanes_tick(&lanes);
    assert_int_equal(all[LANES_PLACES].entered, 1);
    assert_int_equal(all[LANES_PLACES + 1].late, 0);
    all[LANES_PLACES + 1].place.since -= 2 * LANES_PATIENCE_US;
    lanes_tick(&lanes);
    lanes_tick(&lanes);
    assert_int_equal(all[LANES_PLACES + 1].late, 1);
    assert_int_equal(all[LANES_PLACES + 1].entered, 0);
}
