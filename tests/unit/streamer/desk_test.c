/* The next line of a grid, by what the sound core says of its transport. */
#include <math.h>

#include "services/streamer/base/desk.h"
#include "tests/unit/common/home.h"

static struct desk desk_at(double place, int64_t frame)
{
    struct desk desk = { .has_state = true };

    desk.state = (struct state){ .rate = 48000, .period = 256, .running = 1, .tempo = 120, .frame = frame };
    desk.state.begins = frame - 1000;
    desk.state.place = place - 1000 / 6000.0;
    desk.state.step_frames = 6000;
    return desk;
}

static void the_next_line_is_the_one_that_comes(void **unused)
{
    struct desk desk = desk_at(17, 500000);

    (void)unused;
    assert_int_equal(desk_next(&desk, 16), 500000 + 15 * 6000);
    assert_int_equal(desk_next(&desk, 4), 500000 + 3 * 6000);
    desk = desk_at(31.99, 500000); /* too near for an order to arrive in time */
    assert_int_equal(desk_next(&desk, 16), 500000 + 60 + 16 * 6000);
    desk = desk_at(30, 500000);
    desk.state.step_frames = 1234.567;
    desk.state.place = 29.5;
    assert_int_equal(desk_next(&desk, 4), 499000 + lround(2.5 * 1234.567));
}

static void a_count_in_has_lines_before_the_music(void **unused)
{
    struct desk desk = desk_at(-13, 4096);

    (void)unused;
    desk.state.count_in = 13;
    desk.state.step = 0; /* where the music begins */
    assert_int_equal(desk_next(&desk, 16), 4096 + 13 * 6000);
    assert_int_equal(desk_next(&desk, 4), 4096 + 6000);
}

static void without_a_grid_or_a_transport_it_is_now(void **unused)
{
    struct desk desk = desk_at(3, 4096);

    (void)unused;
    assert_true(desk_next(&desk, 0) == ORDER_NOW);
    desk.state.step_frames = NAN;
    assert_true(desk_next(&desk, 16) == ORDER_NOW);
    desk = desk_at(3, 4096);
    desk.state.place = INFINITY;
    assert_true(desk_next(&desk, 16) == ORDER_NOW);
    desk = desk_at(3, 4096);
    desk.state.running = 0;
    assert_true(desk_next(&desk, 16) == ORDER_NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_line_is_the_one_that_comes),
        cmocka_unit_test(a_count_in_has_lines_before_the_music),
        cmocka_unit_test(without_a_grid_or_a_transport_it_is_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
