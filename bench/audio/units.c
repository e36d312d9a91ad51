/* The cost of a frame in each unit of the audio thread, beside a memcpy of a stereo block in the same run. Prints
 * nanoseconds for each stereo frame (the best of ROUNDS rounds), and the number of units that fill one core at 48 kHz.
 * Usage: bench_units [BLOCK] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "services/audio/dsp/acid.h"
#include "services/audio/dsp/adsr.h"
#include "services/audio/dsp/delay.h"
#include "services/audio/dsp/fade.h"
#include "services/audio/dsp/interpolate.h"
#include "services/audio/dsp/limiter.h"
#include "services/audio/dsp/lookahead.h"
#include "services/audio/dsp/meter.h"
#include "services/audio/dsp/mix.h"
#include "services/audio/dsp/oscillator.h"
#include "services/audio/dsp/reverb.h"
#include "services/audio/dsp/svf.h"

enum { RATE = 48000, MOST = 8192, BLOCKS = 200, ROUNDS = 15, SOURCE = 1 << 20 };
enum { DELAY_CELLS = 262144, REVERB_CELLS = 16384 };

/* The state of all units; one block in and out. */
struct bench {
    uint32_t block;
    float left[MOST], right[MOST], out_left[MOST], out_right[MOST], level[MOST];
    float *lines, *table, *sound;
    struct mix_strip strip;
    struct fade fade;
    struct rt_meter meter;
    struct limiter limiter;
    struct lookahead ahead;
    struct lookahead_cell line[LOOKAHEAD_LINE];
    struct interpolate play;
    struct oscillator oscillator;
    struct rt_adsr adsr;
    struct svf svf;
    struct reverb reverb;
    struct delay delay;
    struct acid acid;
};

static void run_copy(struct bench *b)
{
    memcpy(b->out_left, b->left, b->block * sizeof(float));
    memcpy(b->out_right, b->right, b->block * sizeof(float));
}

static void run_strip(struct bench *b)
{
    mix_strip_set(&b->strip, 0.5f, 0.2f, RATE);
    mix_strip_add(&b->strip, b->left, b->right, b->out_left, b->out_right, b->block);
}

static void run_strip_moving(struct bench *b)
{
    ramp_set(&b->strip.left, 0), ramp_set(&b->strip.right, 0);
    ramp_to(&b->strip.left, 1, b->block), ramp_to(&b->strip.right, 1, b->block);
    mix_strip_add(&b->strip, b->left, b->right, b->out_left, b->out_right, b->block);
}

static void run_fade(struct bench *b)
{
    fade_cut(&b->fade);
    fade_in(&b->fade, RATE);
    fade_apply(&b->fade, b->left, b->right, b->block);
}

static void run_meter(struct bench *b)
{
    meter_run(&b->meter, RATE, b->left, b->right, b->block);
}

static void look_ahead(struct bench *b, bool holds_true_peaks)
{
    const struct lookahead_params params = { .ceiling = 0.9f, .rate = RATE, .holds_true_peaks = holds_true_peaks };

    lookahead_run(&b->ahead, b->line, &params, b->out_left, b->out_right, b->block);
}

static void run_lookahead(struct bench *b)
{
    look_ahead(b, false);
}

static void run_true_peaks(struct bench *b)
{
    look_ahead(b, true);
}

static void run_limiter(struct bench *b)
{
    limiter_run(&b->limiter, 0.9f, RATE, b->out_left, b->out_right, b->block);
}

static void run_interpolate(struct bench *b, double ratio, bool mono)
{
    struct interpolate_source source = {
        b->sound, mono ? b->sound : b->sound + SOURCE, SOURCE, 100, SOURCE - 100, false
    };

    interpolate_run(&b->play, &source, b->table, ratio, b->out_left, b->out_right, b->block);
}

static void run_ratio_1(struct bench *b)
{
    b->play.position &= ~(uint64_t)UINT32_MAX;
    run_interpolate(b, 1, false);
}

static void run_semitone(struct bench *b)
{
    run_interpolate(b, 1.0594630943592953, false);
}

static void run_semitone_mono(struct bench *b)
{
    run_interpolate(b, 1.0594630943592953, true);
}

static void run_octave(struct bench *b)
{
    run_interpolate(b, 2, false);
}

static void run_oscillator(struct bench *b, enum oscillator_shape shape)
{
    struct oscillator_params params = { shape, 220 };

    oscillator_run(&b->oscillator, &params, RATE, b->out_left, b->block);
}

static void run_sine(struct bench *b)
{
    run_oscillator(b, OSCILLATOR_SINE);
}

static void run_saw(struct bench *b)
{
    run_oscillator(b, OSCILLATOR_SAW);
}

static void run_triangle(struct bench *b)
{
    run_oscillator(b, OSCILLATOR_TRIANGLE);
}

static void run_noise(struct bench *b)
{
    run_oscillator(b, OSCILLATOR_NOISE);
}

static void run_adsr(struct bench *b)
{
    struct adsr_params params = { 0.01f, 20, 0, 1 };

    if (adsr_is_idle(&b->adsr))
        adsr_start(&b->adsr, &params, RATE, UINT32_MAX);
    adsr_run(&b->adsr, &params, RATE, b->level, b->block);
}

static void run_svf(struct bench *b, float *right)
{
    struct svf_params params = { 1500, 2 };

    svf_run(&b->svf, &params, RATE, b->out_left, right, b->block);
}

static void run_svf_mono(struct bench *b)
{
    run_svf(b, NULL);
}

static void run_svf_stereo(struct bench *b)
{
    run_svf(b, b->out_right);
}

static void run_reverb(struct bench *b)
{
    struct reverb_params params = REVERB_DEFAULTS;

    reverb_run(&b->reverb, b->lines, REVERB_CELLS, &params, RATE, b->left, b->right, b->out_left, b->out_right,
               b->block);
}

static void run_delay(struct bench *b)
{
    struct delay_params params = DELAY_DEFAULTS;

    delay_run(&b->delay, b->lines, DELAY_CELLS, &params, RATE, b->left, b->right, b->out_left, b->out_right, b->block);
}

static void run_acid(struct bench *b)
{
    struct acid_params params = ACID_DEFAULTS;

    acid_run(&b->acid, &params, RATE, b->out_left, b->out_right, b->block);
}

static const struct unit {
    const char *name;
    void (*run)(struct bench *bench);
} UNITS[] = {
    { "memcpy", run_copy },
    { "strip, still", run_strip },
    { "strip, moving", run_strip_moving },
    { "fade", run_fade },
    { "meter", run_meter },
    { "limiter", run_limiter },
    { "limiter, looking ahead", run_lookahead },
    { "limiter, true peaks", run_true_peaks },
    { "interpolate, ratio 1", run_ratio_1 },
    { "interpolate, a semitone", run_semitone },
    { "interpolate, a semitone, mono", run_semitone_mono },
    { "interpolate, an octave", run_octave },
    { "sine (mono)", run_sine },
    { "saw (mono)", run_saw },
    { "triangle (mono)", run_triangle },
    { "noise (mono)", run_noise },
    { "adsr (mono)", run_adsr },
    { "svf (mono)", run_svf_mono },
    { "svf", run_svf_stereo },
    { "reverb", run_reverb },
    { "delay", run_delay },
    { "acid", run_acid },
};

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fill_input(struct bench *b)
{
    for (uint32_t i = 0; i < b->block; i++) {
        b->left[i] = b->out_left[i] = 0.5f * sinf((float)i * 0.05f);
        b->right[i] = b->out_right[i] = 0.5f * cosf((float)i * 0.05f);
    }
}

/* Nanoseconds for each frame, the best of all rounds. Blocks that a unit changes in place are filled again for each
 * round. */
static double cost_of(struct bench *b, const struct unit *unit)
{
    double least = 1e18;

    for (int round = 0; round < ROUNDS; round++) {
        fill_input(b);
        double from = seconds_now();
        for (int i = 0; i < BLOCKS; i++)
            unit->run(b);
        double took = (seconds_now() - from) / ((double)BLOCKS * b->block);
        least = took < least ? took : least;
    }
    return least;
}

int main(int argc, char **argv)
{
    struct bench *b = calloc(1, sizeof(*b));
    long block = argc > 1 ? strtol(argv[1], NULL, 10) : 128;

    if (!b || block < 1 || block > MOST) {
        fprintf(stderr, "usage: bench_units [BLOCK], 1..%d frames\n", MOST);
        return 2;
    }
    b->block = (uint32_t)block;
    b->lines = calloc(DELAY_LINES * DELAY_CELLS + REVERB_LINES * REVERB_CELLS, sizeof(float));
    b->table = aligned_alloc(64, (INTERPOLATE_TABLE * sizeof(float) + 63) / 64 * 64);
    b->sound = calloc(2 * SOURCE, sizeof(float));
    if (!b->lines || !b->table || !b->sound)
        return 1;
    interpolate_table(b->table);
    fill_input(b);
    for (int i = 0; i < 2 * SOURCE; i++)
        b->sound[i] = 0.5f * sinf((float)i * 0.01f);
    printf("blocks of %ld frames\n%-32s %10s %16s\n", block, "", "ns/frame", "% of a core");
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(*UNITS); i++) {
        double ns = cost_of(b, &UNITS[i]);
        printf("%-32s %10.2f %16.3f\n", UNITS[i].name, ns, ns * RATE / 1e7);
    }
    free(b->lines), free(b->table), free(b->sound), free(b);
    return 0;
}
