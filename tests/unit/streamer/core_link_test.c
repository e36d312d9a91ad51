/* The next line of a grid, computed from the transport of the audio core. */
#include <math.h>

#include "services/streamer/base/core_link.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static struct core_link make_core_at(double place, int64_t frame)
{
    struct core_link core = { .has_state = true };

    core.state = (struct state){ .rate = 48000, .period = 256, .running = 1, .tempo = 120, .frame = frame };
    core.state.begins = frame - 1000;
    core.state.place = place - 1000 / 6000.0;
    core.state.step_frames = 6000;
    return core;
}

CLAIM(the_next_line_is_the_one_that_comes)
{
    struct core_link core = make_core_at(17, 500000);

    assert_int_equal(core_link_next(&core, 16), 500000 + 15 * 6000);
    assert_int_equal(core_link_next(&core, 4), 500000 + 3 * 6000);
    core = make_core_at(31.99, 500000); /* too close for a cue to arrive in time */
    assert_int_equal(core_link_next(&core, 16), 500000 + 60 + 16 * 6000);
    core = make_core_at(30, 500000);
    core.state.step_frames = 1234.567;
    core.state.place = 29.5;
    assert_int_equal(core_link_next(&core, 4), 499000 + lround(2.5 * 1234.567));
}

CLAIM(a_count_in_has_lines_before_the_music)
{
    struct core_link core = make_core_at(-13, 4096);

    core.state.count_in = 13;
    core.state.step = 0; /* the beginning of the music */
    assert_int_equal(core_link_next(&core, 16), 4096 + 13 * 6000);
    assert_int_equal(core_link_next(&core, 4), 4096 + 6000);
}

CLAIM(without_a_grid_or_a_transport_it_is_now)
{
    struct core_link core = make_core_at(3, 4096);

    assert_true(core_link_next(&core, 0) == CUE_NOW);
    core.state.step_frames = NAN;
    assert_true(core_link_next(&core, 16) == CUE_NOW);
    core = make_core_at(3, 4096);
    core.state.place = INFINITY;
    assert_true(core_link_next(&core, 16) == CUE_NOW);
    core = make_core_at(3, 4096);
    core.state.running = 0;
    assert_true(core_link_next(&core, 16) == CUE_NOW);
}
