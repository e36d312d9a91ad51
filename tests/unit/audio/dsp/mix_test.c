/* Adding, gain, pan and meters compared with plain arithmetic. */
#include "services/audio/dsp/meter.h"
#include "services/audio/dsp/mix.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

CLAIM(pan_keeps_the_power_and_the_middle_is_untouched)
{
    struct mix_pan middle = mix_pan(0), left = mix_pan(-1), right = mix_pan(1);

    for (int i = -100; i <= 100; i++) {
        struct mix_pan p = mix_pan((float)i / 100), mirror = mix_pan((float)-i / 100);
        measure_near((double)(p.left * p.left + p.right * p.right), 2, 1e-6);
        measure_near((double)p.left, (double)mirror.right, 1e-6);
    }
    assert_true(middle.left >= 1 && middle.left <= 1 && middle.right >= 1 && middle.right <= 1);
    measure_near((double)left.right, 0, 1e-6);
    measure_near((double)right.left, 0, 1e-6);
    assert_true(isfinite(mix_pan(NAN).left) && isfinite(mix_pan(INFINITY).left));
}

CLAIM(kernels_are_plain_arithmetic)
{
    float *a = measure_noise(3000, 1), *b = a + 1000, *sum = a + 2000, keep[1000];

    memcpy(keep, sum, sizeof(keep));
    mix_add(sum, a, 999);
    mix_add_gain(sum, b, 0.3f, 999);
    mix_multiply(sum, a, 999);
    for (int i = 0; i < 999; i++)
        measure_near((double)sum[i], ((double)keep[i] + (double)a[i] + 0.3 * (double)b[i]) * (double)a[i], 1e-6);
    assert_memory_equal(&sum[999], &keep[999], sizeof(float));
    mix_clear(sum, 1000);
    assert_true(measure_peak(sum, 1000) <= 0);
    sum[3] = NAN, sum[4] = INFINITY, sum[5] = 0.5f, sum[6] = -3e38f;
    mix_clean(sum, 1000);
    measure_near(measure_energy(sum, 1000), 0.25, 0);
    free(a);
}

CLAIM(a_strip_in_the_middle_adds_bit_for_bit)
{
    float *in = measure_noise(2000, 1), *out = measure_floats(2000);
    struct mix_strip strip = { 0 };

    mix_strip_set(&strip, 1, 0, 48000);
    mix_strip_add(&strip, in, in + 1000, out, out + 1000, 1000);
    assert_memory_equal(in, out, 2000 * sizeof(*in));
    free(in), free(out);
}

/* Muted and panned during play: straight lines of 5 ms, for any blocks. */
CLAIM(a_strip_moves_in_5_ms)
{
    float ones[2000], *a = measure_floats(4000), *b = measure_floats(4000);
    struct mix_strip one = { 0 }, two = { 0 };

    for (int i = 0; i < 2000; i++)
        ones[i] = 1;
    mix_strip_set(&one, 0.8f, 0, 48000), mix_strip_set(&two, 0.8f, 0, 48000);
    mix_strip_set(&one, 0, 0, 48000), mix_strip_set(&two, 0, 0, 48000);
    mix_strip_add(&one, ones, ones, a, a + 2000, 2000);
    for (int i = 0; i < 2000; i++)
        mix_strip_add(&two, ones, ones, b + i, b + 2000 + i, 1);
    assert_memory_equal(a, b, 4000 * sizeof(*a));
    for (int i = 0; i < 2000; i++)
        measure_near((double)a[i], i < 240 ? 0.8 * (239 - i) / 240 : 0, 1e-6);
    free(a), free(b);
}

CLAIM(a_meter_shows_peak_and_the_root_of_the_mean_square)
{
    for (int r = 0; r < MEASURE_RATE_COUNT; r++) {
        uint32_t rate = MEASURE_RATES[r], frames = 3 * rate;
        float *left = measure_cosine(frames, 1000.0 / rate, 0.5), *right = measure_cosine(frames, 3000.0 / rate, 0.125);
        struct rt_meter meter = { 0 };
        meter_run(&meter, rate, left, right, frames);
        measure_near((double)meter_rms(&meter, 0), 0.5 / sqrt(2), 0.001);
        measure_near((double)meter_rms(&meter, 1), 0.125 / sqrt(2), 0.001);
        measure_near((double)meter.peak[0], 0.5, 1e-3);
        measure_near((double)meter.peak[1], 0.125, 1e-3);
        assert_int_equal((int)meter.clips, 0);
        meter_again(&meter);
        assert_true(meter.peak[0] <= 0 && meter_rms(&meter, 0) > 0.3f);
        free(left), free(right);
    }
}

CLAIM(the_mean_rises_and_falls_with_300_ms)
{
    static float ones[48000], none[48000];
    struct rt_meter meter = { 0 };

    for (int i = 0; i < 48000; i++)
        ones[i] = 1;
    for (int i = 1; i <= 10; i++) {
        meter_run(&meter, 48000, ones, none, 4800);
        measure_near(meter.mean[0], 1 - exp(-i * 0.1 / 0.3), 1e-6);
    }
    double top = meter.mean[0];
    meter_run(&meter, 48000, none, none, 14400);
    measure_near(meter.mean[0], top * exp(-1), 1e-6);
}

CLAIM(overs_are_counted_and_damage_is_not_shown)
{
    const float LEFT[] = { 0.5f, 1.5f, -1.25f, 1, NAN, INFINITY }, RIGHT[] = { 0, 0, 0, 0, 0, -1 };
    struct rt_meter meter = { 0 }, bad;

    meter_run(&meter, 48000, LEFT, RIGHT, 6);
    measure_near((double)meter.peak[0], 1.5, 0);
    measure_near((double)meter.peak[1], 1, 0);
    assert_int_equal((int)meter.clips, 4);
    assert_true(isfinite(meter.mean[0]) && isfinite(meter_rms(&meter, 0)));
    memset(&bad, 0xff, sizeof(bad));
    meter_run(&bad, 48000, LEFT, RIGHT, 6);
    assert_true(isfinite(meter_rms(&bad, 0)) && isfinite(bad.peak[0]));
}

CLAIM(a_meter_does_not_depend_on_blocks)
{
    float *x = measure_noise(10000, 1);
    struct rt_meter one = { 0 }, two = { 0 };

    meter_run(&one, 48000, x, x + 5000, 5000);
    for (int i = 0; i < 5000; i++)
        meter_run(&two, 48000, x + i, x + 5000 + i, 1);
    assert_memory_equal(&one, &two, sizeof(one));
    free(x);
}
