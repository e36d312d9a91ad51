/* Ramps arrive on their frame, fades have their shape, clicks begin and end at the right frame. */
#include "services/audio/dsp/click.h"
#include "services/audio/dsp/fade.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

CLAIM(a_ramp_is_straight_and_arrives_on_its_frame)
{
    float gain[700];
    struct ramp ramp;

    ramp_set(&ramp, 0.25f);
    ramp_to(&ramp, 1, 480);
    ramp_fill(&ramp, gain, 700);
    for (int i = 0; i < 700; i++)
        measure_near((double)gain[i], i < 480 ? 0.25 + 0.75 * (i + 1) / 480 : 1, 2e-7);
    assert_true(gain[478] < 1 && gain[479] >= 1 && gain[699] >= 1 && gain[699] <= 1);
    assert_true(ramp_now(&ramp) >= 1);
}

CLAIM(a_ramp_that_turns_goes_on_from_where_it_is)
{
    float gain[100];
    struct ramp ramp;

    ramp_set(&ramp, 0);
    ramp_to(&ramp, 1, 100);
    ramp_fill(&ramp, gain, 40);
    ramp_to(&ramp, 0, 20);
    ramp_fill(&ramp, gain + 40, 60);
    measure_near((double)gain[39], 0.4, 1e-6);
    measure_near((double)gain[40], 0.38, 1e-6);
    measure_near((double)gain[59], 0, 0);
    ramp_to(&ramp, 0.5f, 0);
    measure_near((double)ramp_now(&ramp), 0.5, 0);
}

CLAIM(asking_again_changes_nothing)
{
    float once[64], often[64];
    struct ramp a = { 0 }, b = { 0 };

    ramp_to(&a, 0.7f, 50);
    ramp_fill(&a, once, 64);
    for (int i = 0; i < 64; i++) {
        ramp_to(&b, 0.7f, 50);
        ramp_fill(&b, often + i, 1);
    }
    assert_memory_equal(once, often, sizeof(once));
}

CLAIM(ramp_apply_multiplies_by_the_gains_of_ramp_fill)
{
    float gain[200], *x = measure_noise(400, 1), *y = measure_noise(400, 1);
    struct ramp a = { 0 }, b = { 0 };

    ramp_to(&a, 0.9f, 130), ramp_to(&b, 0.9f, 130);
    ramp_fill(&a, gain, 200);
    ramp_apply(&b, x, x + 200, 77);
    ramp_apply(&b, x + 77, x + 277, 123);
    for (int i = 0; i < 400; i++)
        measure_near((double)x[i], (double)(y[i] * gain[i % 200]), 1e-7);
    free(x), free(y);
}

CLAIM(a_fade_takes_5_ms_and_is_a_raised_cosine_within_a_hundredth)
{
    static const uint32_t FRAMES[] = { 110, 221, 240, 480, 960 };

    for (int r = 0; r < MEASURE_RATE_COUNT; r++) {
        uint32_t length = fade_frames(MEASURE_RATES[r]);
        float x[1000];
        struct fade fade = { 0 };
        assert_int_equal(length, FRAMES[r]);
        for (int i = 0; i < 1000; i++)
            x[i] = 1;
        assert_true(fade_is_silent(&fade));
        fade_in(&fade, MEASURE_RATES[r]);
        fade_apply(&fade, x, NULL, 1000);
        for (uint32_t i = 0; i < length; i++)
            measure_near((double)x[i], 0.5 - 0.5 * cos(MEASURE_TURN / 2 * (i + 1) / length), 0.011);
        for (uint32_t i = length - 1; i < 1000; i++)
            measure_near((double)x[i], 1, 0);
        assert_true(x[length - 2] < 1 && !fade.place.left && fade.place.target >= 1);
    }
}

/* A fade goes halfway out, back in, and out, interrupted at any frame: no step is larger than the slope allows. */
CLAIM(a_fade_that_turns_makes_no_step)
{
    struct fade fade = { 0 };
    float before = 0;

    for (int i = 0; i < 5000; i++) {
        float x = 1;
        if (i % 137 == 0)
            fade_in(&fade, 48000);
        if (i % 171 == 0)
            fade_out(&fade, 48000);
        fade_apply(&fade, &x, NULL, 1);
        assert_true(fabsf(x - before) <= 1.5f / 240 + 1e-6f);
        before = x;
    }
    fade_out(&fade, 48000);
    for (int i = 0; i < 240; i++)
        fade_apply(&fade, &before, NULL, 1);
    assert_true(fade_is_silent(&fade) && before <= 0 && before >= 0);
}

CLAIM(a_fade_that_turns_takes_its_part_of_the_time)
{
    struct fade fade = { 0 };
    float x[240];

    for (int i = 0; i < 240; i++)
        x[i] = 1;
    fade_in(&fade, 48000);
    fade_apply(&fade, x, NULL, 60);
    fade_out(&fade, 48000);
    fade_apply(&fade, x + 60, NULL, 59);
    assert_true(!fade_is_silent(&fade) && x[118] > 0);
    fade_apply(&fade, x + 119, NULL, 1);
    assert_true(fade_is_silent(&fade) && x[119] <= 0);
}

CLAIM(fades_do_not_depend_on_blocks)
{
    float *a = measure_noise(1200, 1), *b = measure_noise(1200, 1);
    struct fade one = { 0 }, two = { 0 };

    fade_in(&one, 48000), fade_in(&two, 48000);
    fade_apply(&one, a, a + 600, 600);
    for (int i = 0; i < 600; i++)
        fade_apply(&two, b + i, b + 600 + i, 1);
    assert_memory_equal(a, b, 1200 * sizeof(*a));
    free(a), free(b);
}

/* Damage in the state of a gain is gone with the next target. */
CLAIM(a_damaged_ramp_recovers)
{
    struct ramp ramp;
    float gain[32];

    memset(&ramp, 0xff, sizeof(ramp));
    ramp_to(&ramp, 0.5f, 16);
    ramp_fill(&ramp, gain, 32);
    for (int i = 0; i < 32; i++)
        assert_true(isfinite(gain[i]) && fabsf(gain[i]) <= 1);
    measure_near((double)gain[31], 0.5, 0);
    ramp = (struct ramp){ .target = 0.25f, .step = NAN, .left = 9 };
    ramp_to(&ramp, 0.25f, 4);
    ramp_fill(&ramp, gain, 32);
    for (int i = 0; i < 32; i++)
        assert_true(isfinite(gain[i]));
}

CLAIM(a_click_begins_on_its_frame_and_has_its_pitch)
{
    for (int accent = 0; accent < 2; accent++) {
        float *x = measure_floats(9600);
        struct click click = { 0 };
        click_add(&click, 1, 48000, x, x + 4800, 1000);
        click_start(&click, accent);
        click_add(&click, 0.5f, 48000, x + 1000, x + 5800, 3800);
        assert_true(measure_peak(x, 1000) <= 0);
        assert_true(fabsf(x[1000]) > 0.01f);
        for (int i = 0; i < 2880; i++)
            measure_near((double)x[1000 + i],
                         0.5 * pow(10, -3.0 * i / 2880) * sin(MEASURE_TURN * (i + 1) * (accent ? 1500 : 1000) / 48000),
                         1e-5);
        assert_true(measure_peak(x + 3880, 920) <= 0);
        assert_memory_equal(x, x + 4800, 4800 * sizeof(*x));
        free(x);
    }
}
