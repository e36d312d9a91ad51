/* The reverb compared with the formula of its combs: energy, decay, lost treble. */
#include "services/audio/dsp/reverb.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

enum { SIZE = 16384 };
static const double COMB[] = { 1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617 };

struct rig {
    struct reverb reverb;
    float lines[REVERB_LINES * SIZE];
};

static const struct measure_rig RIG = { .bytes = sizeof(struct rig) };

/* The impulse response: left, then right. */
static float *make_response(const struct reverb_params *params, uint32_t rate, uint32_t frames)
{
    struct rig *rig = measure_new(&RIG);
    float *x = measure_floats(2 * frames);

    assert_true((1617 + 23) * (uint64_t)rate / 44100 + 2 + LINE_PERIOD_MAX <= SIZE); /* its longest comb */
    x[0] = 1;
    reverb_run(&rig->reverb, rig->lines, SIZE, params, rate, x, x + frames, x, x + frames, frames);
    free(rig);
    return x;
}

static double feedback_of(const struct reverb_params *params)
{
    return 0.7 + 0.28 * (double)params->room;
}

/* All-passes keep the energy, and combs of different lengths hardly overlap: eight geometric series. */
CLAIM(its_energy_is_that_of_eight_combs)
{
    enum { FRAMES = 1 << 19 };
    double worst = 0;

    for (int i = 0; i < 6; i++) {
        struct reverb_params params = { .mix = 1, .room = (float)i / 5 * 0.9f, .damp = 0 };
        double g = feedback_of(&params), should = 8 * (double)(REVERB_GAIN * REVERB_GAIN) / (1 - g * g);
        float *x = make_response(&params, 44100, FRAMES);
        for (int c = 0; c < 2; c++)
            worst = fmax(worst, fabs(10 * log10(measure_energy(x + c * FRAMES, FRAMES) / should)));
        free(x);
    }
    printf("# figure: reverb: energy off by %.2f dB at most\n", worst);
    assert_true(worst < 0.3);
}

/* The first echo comes from the shortest comb, on the right 23 frames (of 44.1 kHz) later. */
CLAIM(its_first_echo_comes_from_the_shortest_comb)
{
    struct reverb_params params = { .mix = 1, .room = 0.5f, .damp = 0.5f };
    float *x = make_response(&params, 44100, 2000);

    assert_true(measure_peak(x, 1116) <= 0 && measure_peak(x + 2000, 1139) <= 0);
    measure_near((double)x[1116], (double)REVERB_GAIN / 16, 1e-7); /* four times -1/2 */
    measure_near((double)x[2000 + 1139], (double)REVERB_GAIN / 16, 1e-7);
    free(x);
}

/* The remaining energy of eight combs after a time, from their series. */
static double energy_after(double g, double frames, double scale)
{
    double sum = 0;

    for (int i = 0; i < 8; i++)
        sum += pow(g, 2 * floor(frames / (COMB[i] * scale))) / (1 - g * g);
    return sum;
}

/* From a fifth of the longest comb's T60 to four fifths, the remaining energy falls as in the combs' formula, at each
 * rate and room. (The all-passes only shift it.) */
CLAIM(its_decay_is_the_combs_formula)
{
    double worst = 0;

    for (int i = 0; i < 3; i++)
        for (int r = 0; r < 3; r++) {
            uint32_t rate = MEASURE_RATES[2 * r], frames = 6 * rate;
            struct reverb_params params = { .mix = 1, .room = 0.4f * (float)i, .damp = 0 };
            double g = feedback_of(&params), scale = rate / 44100.0, t60 = 3 * 1617 / (-log10(g) * 44100);
            uint32_t from = (uint32_t)(0.2 * t60 * rate), to = (uint32_t)(0.8 * t60 * rate);
            float *x = make_response(&params, rate, frames);
            double is = 10 * log10(measure_energy(x + to, frames - to) / measure_energy(x + from, frames - from));
            double should = 10 * log10(energy_after(g, to, scale) / energy_after(g, from, scale));
            assert_true(is < -20);
            worst = fmax(worst, fabs(is / should - 1));
            free(x);
        }
    printf("# figure: reverb: decay off the combs' formula by %.2f %% at most\n", 100 * worst);
    assert_true(worst < 0.04);
}

/* Damp reduces treble: each turn is also multiplied by (1 - d) / (1 + d) at the top of the band, and by 1 at 0 Hz. */
CLAIM(damp_takes_treble_and_leaves_bass)
{
    enum { FRAMES = 1 << 17 };
    struct reverb_params bright = { .mix = 1, .room = 0.5f, .damp = 0 }, dull = bright;

    dull.damp = 0.5f; /* d = 0.2 */
    float *a = make_response(&bright, 44100, FRAMES), *b = make_response(&dull, 44100, FRAMES);
    double complex bass_a = measure_at(a, FRAMES, 0), bass_b = measure_at(b, FRAMES, 0);
    double g = feedback_of(&bright), top = g * 0.8 / 1.2;
    measure_near(cabs(bass_b / bass_a), 1, 0.001);
    measure_near(cabs(bass_a), 8 * (double)REVERB_GAIN / (1 - g), 0.02);
    /* Each echo is known at the very top: k-th of a comb: g^k 0.8/1.2 ^k; its frame gives its sign. */
    double complex should = 0;
    for (int i = 0; i < 8; i++) {
        double sign = fmod(COMB[i], 2) > 0 ? -1 : 1;
        should += sign / (1 - sign * top);
    }
    for (int i = 0; i < 4; i++) {
        static const double PASS[] = { 556, 441, 341, 225 };
        double z = fmod(PASS[i], 2) > 0 ? -1 : 1;
        should *= (z - 0.5) / (1 - z / 2);
    }
    measure_near(creal(measure_at(b, FRAMES, 0.5)) / creal(should * (double)REVERB_GAIN), 1, 0.01);
    free(a), free(b);
}

CLAIM(mix_0_is_silence)
{
    enum { FRAMES = 8192 };
    struct reverb_params params = REVERB_DEFAULTS;
    float *x;

    params.mix = 0;
    x = make_response(&params, 48000, FRAMES);
    assert_true(measure_peak(x, 2 * FRAMES) <= 0);
    free(x);
}

/* The room changes during a low sine: its curve has no break. */
CLAIM(a_new_room_makes_no_click)
{
    enum { FRAMES = 96000, BLOCK = 480 };
    struct rig *rig = measure_new(&RIG);
    struct reverb_params params = { .mix = 1, .room = 0.1f, .damp = 0.5f };
    float *x = measure_cosine(FRAMES, 50.0 / 48000, 0.5), *y = measure_floats(2 * FRAMES);
    double quiet = 0, moved = 0;

    for (uint32_t i = 0; i < FRAMES; i += BLOCK) {
        params.room = i < 72000 ? 0.1f : 0.95f;
        reverb_run(&rig->reverb, rig->lines, SIZE, &params, 48000, x + i, x + i, y + i, y + FRAMES + i, BLOCK);
    }
    for (int i = 60000; i < 80000; i++) {
        double bend = fabs((double)(y[i] - 2 * y[i + 1] + y[i + 2]));
        *(i < 71900 ? &quiet : &moved) = fmax(i < 71900 ? quiet : moved, bend);
    }
    assert_true(moved < quiet * 6 + 0.002);
    free(x), free(y), free(rig);
}
