/* Checks the conversion between JACK's bars, beats and ticks and the engine's places. */
#include <math.h>

#include "services/audio/rt/bbt.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static struct bbt_lead lead_at(double place)
{
    return (struct bbt_lead){ .leads = 1, .plays = 1, .place = place, .step_frames = 6000, .tempo = 120 };
}

static void expect_bbt(struct bbt_lead lead, int64_t frame, int32_t bar, int32_t beat, double tick)
{
    struct bbt bbt;

    bbt_say(&lead, frame, &bbt);
    assert_int_equal(bbt.bar, bar);
    assert_int_equal(bbt.beat, beat);
    assert_int_equal(bbt.tick, (int32_t)tick);
    assert_true(fabs(bbt.exact - tick) < 1e-6);
    assert_true(fabs(bbt.bar_start_tick - (bar - 1.0) * 7680) < 1e-6);
}

CLAIM(bars_and_beats_count_from_one)
{
    expect_bbt(lead_at(0), 0, 1, 1, 0);
    expect_bbt(lead_at(3.999), 0, 1, 1, 1919.52);
    expect_bbt(lead_at(4), 0, 1, 2, 0);
    expect_bbt(lead_at(15.5), 0, 1, 4, 1680);
    expect_bbt(lead_at(16), 0, 2, 1, 0);
    expect_bbt(lead_at(1600.25), 0, 101, 1, 120);
}

CLAIM(no_place_breaks_it)
{
    expect_bbt(lead_at(-5), 0, 1, 1, 0);
    expect_bbt(lead_at(NAN), 0, 1, 1, 0);
    expect_bbt(lead_at(1e300), 0, 62500001, 1, 0);
}

CLAIM(what_waits_names_the_place_that_jack_was_moved_to)
{
    struct bbt_lead lead = lead_at(32);

    lead.plays = 0;
    expect_bbt(lead, 192000, 3, 1, 0);
    expect_bbt(lead, 191999, 3, 1, 0); /* the same, to a frame */
    expect_bbt(lead, 96000 + 3000, 2, 1, 240);
    lead.plays = 1;
    expect_bbt(lead, 96000, 3, 1, 0);
}

static struct bbt_position make_position(int32_t bar, int32_t beat, double ticks)
{
    return (struct bbt_position){
        .bar = bar, .beat = beat, .ticks = ticks, .ticks_a_beat = 1920, .beats_a_bar = 4, .tempo = 120
    };
}

static void expect_near(double is, double wanted)
{
    if (!(fabs(is - wanted) < 1e-9))
        fail_msg("%.12g, not %.12g", is, wanted);
}

CLAIM(a_place_comes_back_from_what_was_said)
{
    const double places[] = { 0, 0.1, 7.75, 16, 31.9999, 1e6 + 0.3 };
    struct bbt_position late = make_position(2, 3, 960);
    struct bbt bbt;

    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        struct bbt_lead lead = lead_at(places[i]);
        bbt_say(&lead, 0, &bbt);
        struct bbt_position again = make_position(bbt.bar, bbt.beat, bbt.exact);
        expect_near(bbt_step(&again, 48000), places[i]);
    }
    expect_near(bbt_step(&late, 48000), 16 + 8 + 2);
    late.offset = 600; /* a tenth of a step ago */
    expect_near(bbt_step(&late, 48000), 26.1);
    expect_near(bbt_slack(1920), 1.0 / 480);
}

CLAIM(what_is_no_position_gives_no_place)
{
    struct bbt_position none = make_position(0, 1, 0);

    expect_near(bbt_step(&none, 48000), -1);
    none = make_position(1, 1, 0);
    none.ticks_a_beat = 0;
    expect_near(bbt_step(&none, 48000), -1);
    none = make_position(1, 1, NAN);
    expect_near(bbt_step(&none, 48000), -1);
    none = make_position(1, -9, 0);
    expect_near(bbt_step(&none, 48000), -1);
}
