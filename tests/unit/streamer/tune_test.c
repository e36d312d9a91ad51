#include <math.h>

#include "services/streamer/play/tune.h"
#include "tests/unit/claim.h"

static void expect_near(double expected, double got)
{
    assert_true(fabs(expected - got) < 1e-9);
}

CLAIM(a_sound_is_brought_to_the_tempo_half_and_double_time_included)
{
    expect_near(1.2, tune_tempo(100, 120));
    expect_near(1, tune_tempo(70, 140));
    expect_near(1, tune_tempo(240, 120));
    expect_near(0.75, tune_tempo(80, 120)); /* as 160 */
    expect_near(1, tune_tempo(0, 120));
    expect_near(1, tune_tempo(NAN, 120));
    expect_near(1, tune_tempo(120, INFINITY));
}

CLAIM(a_key_is_reached_the_shortest_way)
{
    expect_near(0, tune_shift("Amin", "Am"));
    expect_near(3, tune_shift("Am", "Cm"));
    expect_near(-1, tune_shift("C", "B"));
    expect_near(-6, tune_shift("C", "F#"));
    expect_near(2, tune_shift("Bbmaj", "Cmajor"));
    expect_near(0, tune_shift("", "Am"));
    expect_near(0, tune_shift("noise", "Am"));
}

CLAIM(relative_keys_are_one)
{
    expect_near(0, tune_shift("Am", "C"));
    expect_near(0, tune_shift("Gmaj", "Emin"));
    expect_near(2, tune_shift("C", "Bm"));
}

CLAIM(loudness_is_matched_as_far_as_the_peak_allows)
{
    expect_near(1, tune_loudness(-18, -1, -18));
    expect_near(pow(10, -6.0 / 20), tune_loudness(-12, 0, -18));
    expect_near(pow(10, 3.0 / 20), tune_loudness(-30, -3, -18));   /* the rule asks for 12 dB, the peak allows 3 */
    expect_near(pow(10, 12.0 / 20), tune_loudness(-60, -40, -18)); /* no more than 12 */
    expect_near(1, tune_loudness(NAN, 0, -18));
}
