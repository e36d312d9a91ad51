#include <math.h>

#include "services/worker/kits/chops.h"
#include "tests/unit/claim.h"

enum { HOPS = 500, HOP = 220, PEAK = 250, WIDTH = 150, GAP = 10, MOST = 64, RATE = 44100, FRAMES = HOPS * HOP };
enum { BURST = 22000 /* frames from one syllable to the next */, PAUSE = 4000 };
static const double turn = 6.283185307179586;

/* Vowels with a peak at PEAK and at each WIDTH from it. */
static void make_vowels(struct chop_hop hops[HOPS])
{
    for (int i = 0; i < HOPS; i++) {
        hops[i] = (struct chop_hop){ .power = { 0.01F, 0.01F, 0.01F } };
        hops[i].power[0] *= (float)pow(10, cos((i - PEAK) * turn / WIDTH)); /* 20 dB in all */
    }
}

/* The consonants pause in the GAP hops before `end`. */
static void add_pause(struct chop_hop hops[HOPS], int end)
{
    for (int i = end - GAP; i < end; i++)
        hops[i].power[1] = hops[i].power[2] = 1e-12F;
}

CLAIM(no_two_cuts_are_at_one_frame)
{
    static struct chop_hop hops[HOPS];
    const struct chop_levels levels = { .channels = 1, .hop = HOP, .frames = FRAMES, .hops = hops, .count = HOPS };
    static struct chop_spectrum even[HOPS];
    const struct chop_timbre timbre = { .hops = even, .count = HOPS };
    struct chop found[MOST];

    for (int end = PEAK - 20; end <= PEAK + 20; end++) {
        make_vowels(hops);
        add_pause(hops, end);
        const uint32_t count = chops_by_syllables(&levels, &timbre, MOST, found);
        assert_true(count >= 3);
        for (uint32_t i = 1; i < count; i++)
            assert_true(found[i].frame > found[i - 1].frame);
    }
}

/* The parts of a sound whose level rises and falls by so many dB. */
static uint32_t count_parts(double depth)
{
    static struct chop_hop hops[HOPS];
    const struct chop_levels levels = { .channels = 1, .hop = HOP, .frames = FRAMES, .hops = hops, .count = HOPS };
    static struct chop_spectrum even[HOPS];
    const struct chop_timbre timbre = { .hops = even, .count = HOPS };
    struct chop found[MOST];

    for (int i = 0; i < HOPS; i++)
        for (int band = 0; band < CHOP_BANDS; band++)
            hops[i].power[band] = (float)(0.01 * pow(10, depth / 20 * cos((i - PEAK) * turn / WIDTH)));
    return chops_by_syllables(&levels, &timbre, MOST, found);
}

CLAIM(a_dip_of_eight_decibels_is_between_two_syllables)
{
    assert_int_equal(2, count_parts(7.5)); /* what precedes the first syllable is a part */
    assert_int_equal(4, count_parts(8.5));
}

/* The cut before the second of three vowels, whose faint consonants pause; `gain` is a power. */
static uint64_t cut_of(int end, float gain)
{
    static struct chop_hop hops[HOPS];
    const struct chop_levels levels = { .channels = 1, .hop = HOP, .frames = FRAMES, .hops = hops, .count = HOPS };
    static struct chop_spectrum even[HOPS];
    const struct chop_timbre timbre = { .hops = even, .count = HOPS };
    struct chop found[MOST];

    make_vowels(hops);
    add_pause(hops, end);
    for (int i = 0; i < HOPS; i++)
        for (int band = 0; band < CHOP_BANDS; band++)
            hops[i].power[band] *= band ? gain * 1e-4F : gain;
    const uint32_t count = chops_by_syllables(&levels, &timbre, MOST, found);
    assert_true(count >= 3);
    return found[count - 2].frame;
}

CLAIM(a_quiet_sound_is_cut_like_a_loud_one)
{
    for (int end = PEAK - 80; end <= PEAK - 40; end++)
        assert_int_equal(cut_of(end, 1e-5F), cut_of(end, 1)); /* 50 dB less */
}

/* ---- timbre ---- */

/* The timbre of a sound whose tones become others at the hop `step`. The caller frees it. */
static struct chop_timbre hear_step(int step, double gain)
{
    static float samples[FRAMES];
    struct chop_timbre timbre;

    for (int i = 0; i < FRAMES; i++) {
        const double angle = turn * (i < step * HOP ? 300 : 2500) * i / RATE;
        samples[i] = (float)(gain * (sin(angle) + sin(2 * angle) + sin(3 * angle)));
    }
    chop_timbre_begin(&timbre, RATE, 1, HOP);
    chop_timbre_feed(&timbre, samples, FRAMES);
    chop_timbre_end(&timbre, HOPS);
    return timbre;
}

/* Both dips are as deep, and as far from the lowest level of the vowels between two peaks. */
CLAIM(of_two_dips_the_cut_is_where_the_timbre_changes)
{
    static struct chop_hop hops[HOPS];
    const struct chop_levels levels = { .channels = 1, .hop = HOP, .frames = FRAMES, .hops = hops, .count = HOPS };
    const int low = PEAK - WIDTH / 2, ends[] = { low - 15 + GAP / 2, low + 15 + GAP / 2 };
    struct chop found[MOST];

    make_vowels(hops);
    add_pause(hops, ends[0]);
    add_pause(hops, ends[1]);
    for (int i = 0; i < 2; i++) {
        struct chop_timbre timbre = hear_step(ends[i] - GAP / 2, 0.1);
        assert_int_equal(chops_by_syllables(&levels, &timbre, MOST, found), 3);
        assert_in_range(found[1].frame, (ends[i] - GAP) * HOP, ends[i] * HOP);
        chop_timbre_free(&timbre);
    }
}

CLAIM(the_timbre_of_a_quiet_sound_changes_like_that_of_a_loud_one)
{
    struct chop_timbre loud = hear_step(PEAK, 0.1), quiet = hear_step(PEAK, 0.1 / sqrt(1e5)); /* 50 dB less */

    assert_true(chop_timbre_change(&loud, PEAK) > 10);
    for (size_t hop = PEAK - 20; hop <= PEAK + 20; hop++)
        assert_true(fabsf(chop_timbre_change(&loud, hop) - chop_timbre_change(&quiet, hop)) < 1);
    chop_timbre_free(&loud);
    chop_timbre_free(&quiet);
}

/* ---- samples ---- */

static uint32_t chop_samples(const float *samples, struct chop found[MOST])
{
    struct chop_levels levels;
    struct chop_timbre timbre;
    uint32_t count;

    chop_levels_begin(&levels, RATE, 1);
    chop_timbre_begin(&timbre, RATE, 1, levels.hop);
    chop_levels_feed(&levels, samples, FRAMES);
    chop_timbre_feed(&timbre, samples, FRAMES);
    chop_timbre_end(&timbre, levels.count);
    count = chops_by_syllables(&levels, &timbre, MOST, found);
    chop_levels_free(&levels);
    chop_timbre_free(&timbre);
    return count;
}

/* The bad samples are in the silence before the first syllable. */
CLAIM(samples_that_are_no_levels_move_no_cut)
{
    static const float bad[] = { NAN, INFINITY, -INFINITY, 1e30F };
    static float samples[FRAMES];
    struct chop clean[MOST], found[MOST];

    for (int i = 0; i < FRAMES; i++)
        samples[i] = i % BURST < PAUSE ? 0 : (float)(0.3 * sin(turn * 500 * i / RATE));
    const uint32_t count = chop_samples(samples, clean);
    assert_int_equal(count, FRAMES / BURST);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        samples[PAUSE / 2] = bad[i];
        assert_int_equal(chop_samples(samples, found), count);
        for (uint32_t j = 0; j < count; j++)
            assert_int_equal(found[j].frame, clean[j].frame);
    }
}
