/* The delay: the times of its echoes, to fractions of a frame; and the effect of its filters and its feedback on
 * them. */
#include "services/audio/dsp/delay.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

enum { SIZE = 262144 };

struct rig {
    struct delay delay;
    float lines[DELAY_LINES * SIZE];
};

static const struct measure_rig RIG = { .bytes = sizeof(struct rig) };

static void play_rig(struct rig *rig, const struct delay_params *params, float *left, uint32_t frames)
{
    delay_run(&rig->delay, rig->lines, SIZE, params, 48000, left, left + frames, left, left + frames, frames);
}

/* One first-order high-pass and low-pass with their -3 dB points pre-warped. */
static double complex loop_filter(const struct delay_params *p, double f, double rate)
{
    double complex w = I * tan(MEASURE_TURN / 2 * f / rate);
    double complex low = w / tan(MEASURE_TURN / 2 * (double)p->lowcut / rate),
                   high = w / tan(MEASURE_TURN / 2 * (double)p->highcut / rate);

    return low / (1 + low) / (1 + high);
}

/* The transform of all echoes: mix z^-D F / (1 - feedback z^-D F). */
CLAIM(its_response_is_the_formula)
{
    static const double AT[] = { 61, 333, 1000, 2500, 7000, 15000 };
    static const float TIME[] = { 0.25f, 0.1f, 0.0101f, 0.001f };
    enum { FRAMES = 1 << 17 };

    for (int t = 0; t < 4; t++) {
        struct delay_params params = DELAY_DEFAULTS;
        struct rig *rig = measure_new(&RIG);
        float *x = measure_floats(2 * FRAMES);
        params.time = TIME[t];
        x[0] = 1;
        play_rig(rig, &params, x, FRAMES);
        for (int i = 0; i < 6; i++) {
            double complex z = cexp(-I * MEASURE_TURN * AT[i] * (double)TIME[t]),
                           f = loop_filter(&params, AT[i], 48000);
            double complex should = (double)params.mix * z * f / (1 - (double)params.feedback * z * f);
            measure_near(cabs(measure_at(x, FRAMES, AT[i] / 48000) - should) / cabs(should), 0,
                         t != 2 || i < 4 ? 0.005
                         : i < 5         ? 0.02
                                         : 0.2); /* between frames the cubic interpolation loses treble */
        }
        assert_true(measure_peak(x + FRAMES, FRAMES) <= 0);
        free(x), free(rig);
    }
}

/* With the filters wide open, echoes of an impulse are at their frames, each near `feedback` times the previous one. */
CLAIM(whole_echoes_fall_on_their_frames)
{
    struct delay_params params = { .time = 0.01f, .feedback = 0.5f, .mix = 1, .lowcut = 5, .highcut = 23000 };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_floats(2 * 4800);

    x[7] = 1;
    play_rig(rig, &params, x, 4800);
    assert_true(measure_peak(x, 7 + 480) <= 0);
    for (int k = 1; k < 6; k++) {
        int highest = 7 + 480 * k - 240;
        for (int i = highest; i < 7 + 480 * k + 240; i++)
            highest = fabsf(x[i]) > fabsf(x[highest]) ? i : highest;
        assert_int_equal(highest, 7 + 480 * k);
        assert_true((double)x[highest] > pow(0.5, k - 1) * pow(0.9, k) && (double)x[highest] < pow(0.5, k - 1));
    }
    free(x), free(rig);
}

/* The phase of a slow sine through one echo is that of the exact time, in whole frames or not. */
CLAIM(times_between_frames_are_exact)
{
    for (int i = 0; i <= 10; i++) {
        double frames = 1200 + i / 10.0;
        struct delay_params params = {
            .time = (float)(frames / 48000), .feedback = 0, .mix = 1, .lowcut = 5, .highcut = 23500
        };
        struct rig *rig = measure_new(&RIG);
        float *x = measure_floats(2 * 48000);
        x[0] = 1;
        play_rig(rig, &params, x, 48000);
        double turns = 500.0 / 48000;
        double complex is = measure_at(x, 48000, turns) / loop_filter(&params, 500, 48000);
        double off = carg(is * cexp(I * MEASURE_TURN * turns * (double)params.time * 48000)) / (MEASURE_TURN * turns);
        measure_near(off, 0, 0.002); /* frames */
        measure_near(cabs(is), 1, 0.001);
        free(x), free(rig);
    }
}

/* Another time during a sine: a crossfade without a step; then the new time is exact. */
CLAIM(a_new_time_makes_no_click)
{
    enum { FRAMES = 48000 };
    struct delay_params params = { .time = 0.1f, .feedback = 0.3f, .mix = 1, .lowcut = 5, .highcut = 20000 };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_cosine(FRAMES, 200.0 / 48000, 0.5), *y = measure_floats(2 * FRAMES);

    memcpy(y, x, FRAMES * sizeof(*x));
    for (uint32_t i = 0; i < FRAMES; i += 480) {
        params.time = i < 24000 ? 0.1f : 0.137f;
        delay_run(&rig->delay, rig->lines, SIZE, &params, 48000, y + i, y + FRAMES + i, y + i, y + FRAMES + i, 480);
    }
    double step = MEASURE_TURN * 200 / 48000;
    for (int i = 24000; i < FRAMES - 1; i++)
        assert_true(fabs((double)(y[i + 1] - y[i])) < step * 1.2 + 2.0 / 960);
    measure_near(rig->delay.to, 6576, 0);
    free(x), free(y), free(rig);
}

CLAIM(it_ends_even_at_the_highest_feedback)
{
    struct delay_params params = { .time = 0.001f, .feedback = 5, .mix = 1, .lowcut = 5, .highcut = 1e9f };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_noise(2 * 96000, 1);

    memset(x + 4800, 0, 91200 * sizeof(*x)), memset(x + 96000 + 4800, 0, 91200 * sizeof(*x));
    play_rig(rig, &params, x, 96000);
    assert_true(measure_peak(x, 96000) < 40);
    assert_true(measure_peak(x + 90000, 6000) < 1e-6);
    free(x), free(rig);
}

/* A line that is too short for the time gives its longest time, and never reads outside itself. */
CLAIM(a_short_line_shortens_the_time)
{
    enum { SMALL = 16384, FRAMES = 20000 };
    struct delay_params params = { .time = 4, .feedback = 0, .mix = 1, .lowcut = 5, .highcut = 23000 };
    struct delay delay = { 0 };
    float *lines = measure_floats(2 * SMALL), *x = measure_floats(2 * FRAMES);

    x[0] = 1;
    delay_run(&delay, lines, SMALL, &params, 48000, x, x + FRAMES, x, x + FRAMES, FRAMES);
    measure_near(delay.to, SMALL - LINE_PERIOD_MAX - 4, 0);
    assert_true(fabsf(x[SMALL - LINE_PERIOD_MAX - 4]) > 0.5f);
    free(lines), free(x);
    assert_true(4 * 48000 + 4 + LINE_PERIOD_MAX <= SIZE);
}
