/* Sounds that follow the tempo: beats of the transport become frames of the file. */
#include <math.h>

#include "services/streamer/play/follow.h"
#include "tests/unit/claim.h"

static void assert_near(double is, double wanted)
{
    if (!(fabs(is - wanted) < 1e-6))
        fail_msg("%.9g, not %.9g", is, wanted);
}

CLAIM(a_running_transport_has_beats_and_a_stopped_one_a_tempo)
{
    struct state seen = {
        .frame = 700000, .rate = 48000, .running = 1, .begins = 96000, .place = 8, .step_frames = 6000, .tempo = 120
    };
    struct follow_grid grid = follow_grid(&seen);

    assert_near(follow_beat(&grid, 96000), 2);
    assert_near(follow_beat(&grid, 96000 + 36000), 3.5);
    seen.running = 0;
    seen.tempo = 90;
    grid = follow_grid(&seen);
    assert_near(grid.beat_frames, 32000);
    assert_near(follow_beat(&grid, 700000), 0);
}

CLAIM(a_beat_of_the_file_fits_half_and_double_time)
{
    const struct follow_loop none = { 0 };

    assert_near(follow_beat_frames(120, 130, 44100, &none), 22050);
    assert_near(follow_beat_frames(60, 130, 44100, &none), 22050);
    assert_near(follow_beat_frames(174, 90, 48000, &none), 60 * 48000 / 87.0);
    assert_near(follow_beat_frames(0, 120, 48000, &none), 0);
    assert_near(follow_beat_frames(120, (double)NAN, 48000, &none), 0);
}

CLAIM(a_loop_of_about_four_beats_has_exactly_four)
{
    const struct follow_loop loop = { 1000, 97000 }, odd = { 0, 84000 };

    assert_near(follow_beat_frames(119.1, 120, 48000, &loop), 24000);
    assert_near(follow_beat_frames(120, 120, 48000, &odd), 24000); /* three beats and a half */
}

CLAIM(places_outside_the_loop_go_round)
{
    const struct follow_loop loop = { 1000, 5000 }, none = { 0 };

    assert_near(follow_wrap(&loop, 4999), 4999);
    assert_near(follow_wrap(&loop, 5000), 1000);
    assert_near(follow_wrap(&loop, 900), 4900);
    assert_near(follow_wrap(&loop, -7100), 4900);
    assert_near(follow_wrap(&none, 7000), 7000);
    assert_near(follow_apart(&loop, 1100, 4900), 200);
    assert_near(follow_apart(&loop, 4900, 1100), -200);
    assert_near(follow_apart(&none, 4900, 1100), 3800);
}
