#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/streamer/play/stretch.h"
#include "tests/unit/claim.h"

enum { RATE = 48000, SECONDS = 2, LONG = 60, PART = 4096 };

/* A sine of 440 Hz, or with `hits` a short decaying one at the beginning of each second. */
static void feed_tone(struct stretch *stretch, uint32_t at, uint32_t until, bool hits)
{
    float in[2 * PART];
    uint32_t part = until - at < PART ? until - at : PART;

    for (uint32_t i = 0; i < part; i++) {
        double decay = hits ? exp(-(double)((at + i) % RATE) / 300) : 1;
        in[2 * i] = in[2 * i + 1] = (float)(0.5 * sin(2 * M_PI * 440 * (at + i) / RATE) * decay);
    }
    stretch_feed(stretch, in, part, at + part == until);
}

/* Stretches this tone; returns the number of frames. */
static uint32_t stretch_tone(enum stretch_grade grade, double tempo, double semitones, bool hits, uint32_t frames,
                             float *out, uint32_t room)
{
    struct stretch *made;
    uint32_t count = 0, fed = 0;

    assert_int_equal(stretch_new(RATE, tempo, semitones, grade, &made, NULL), ERR_OK);
    while (!stretch_is_done(made)) {
        if (fed < frames && stretch_room(made) >= PART) {
            feed_tone(made, fed, frames, hits);
            fed = frames - fed < PART ? frames : fed + PART;
        }
        uint32_t got = stretch_take(made, out + 2 * count, room - count);
        count += got;
        if (got == 0)
            usleep(500);
    }
    assert_int_equal(stretch_take(made, (float[2]){ 0 }, 1), 0);
    stretch_free(made);
    return count;
}

static double pitch_of(const float *out, uint32_t count)
{
    uint32_t from = count / 4, until = count * 3 / 4, crossings = 0;

    for (uint32_t i = from; i < until; i++)
        crossings += out[2 * i] < 0 && out[2 * i + 2] >= 0;
    return (double)crossings * RATE / (until - from);
}

static void check_stretch(double tempo, double semitones)
{
    const uint32_t frames = SECONDS * RATE, room = 4 * frames;
    float *out = calloc(2 * room, sizeof(float));
    uint32_t count = stretch_tone(STRETCH_QUICK, tempo, semitones, false, frames, out, room);

    assert_true(fabs(count * tempo / frames - 1) < 0.05);
    assert_true(fabs(pitch_of(out, count) / (440 * exp2(semitones / 12)) - 1) < 0.02);
    free(out);
}

CLAIM(another_tempo_keeps_the_pitch)
{
    check_stretch(1.25, 0);
    check_stretch(0.8, 0);
}

CLAIM(another_pitch_keeps_the_tempo)
{
    check_stretch(1, 3);
    check_stretch(1, -5);
}

/* The first frame near `place` that is louder than a third of the loudest there. */
static double onset_near(const float *out, double place)
{
    uint32_t from = (uint32_t)place - RATE / 8, until = (uint32_t)place + RATE / 8;
    float loudest = 0;

    for (uint32_t i = from; i < until; i++)
        loudest = fmaxf(loudest, fabsf(out[2 * i]));
    while (fabsf(out[2 * from]) < loudest / 3)
        from++;
    return from;
}

/* Each hit of a minute is within 3 ms of the place that the tempo gives it, compared with the first ones. */
static void check_drift(enum stretch_grade grade)
{
    const double tempo = 0.83;
    const uint32_t frames = LONG * RATE, room = 2 * frames;
    float *out = calloc(2 * room, sizeof(float));
    double usual;

    stretch_tone(grade, tempo, 0, true, frames, out, room);
    usual = onset_near(out, RATE / tempo) - RATE / tempo;
    for (uint32_t i = 2; i < LONG - 1; i++) {
        double place = i * RATE / tempo;
        assert_true(fabs(onset_near(out, place) - place - usual) < 0.003 * RATE);
    }
    free(out);
}

CLAIM(a_long_sound_does_not_drift)
{
    check_drift(STRETCH_QUICK);
    check_drift(STRETCH_DRUMS);
}

static double energy_of(const float *out, double from, double until)
{
    double sum = 0;

    for (uint32_t i = (uint32_t)from; i < (uint32_t)until; i++)
        sum += (double)out[2 * i] * out[2 * i];
    return sum;
}

static double peak_of(const float *out, double from, double until)
{
    double peak = 0;

    for (uint32_t i = (uint32_t)from; i < (uint32_t)until; i++)
        peak = fmax(peak, fabs((double)out[2 * i]));
    return peak;
}

/* The hit of feed_tone has a peak of 0.456. The 30 ms before it end 2 ms before, because an attack may move by that. */
CLAIM(a_stretched_hit_of_drums_keeps_its_attack)
{
    static const double tempos[] = { 0.9, 1.005, 1.1, 1.2 };
    const uint32_t frames = 10 * RATE, room = 2 * frames;
    float *out = calloc(2 * room, sizeof(float));

    for (size_t i = 0; i < sizeof(tempos) / sizeof(*tempos); i++) {
        stretch_tone(STRETCH_DRUMS, tempos[i], 0, true, frames, out, room);
        for (uint32_t hit = 1; hit < 9; hit++) {
            const double place = hit * RATE / tempos[i], before = place - 0.002 * RATE, after = place + 0.03 * RATE;
            assert_true(peak_of(out, before, after) >= 0.9 * 0.456);
            assert_true(energy_of(out, before - 0.03 * RATE, before) < energy_of(out, before, after) / 1000);
        }
    }
    free(out);
}

CLAIM(no_thread_is_left_when_all_are_freed)
{
    struct stretch *made[8];

    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(stretch_new(RATE, 1.1, 0, STRETCH_FINE, &made[i], NULL), ERR_OK);
        feed_tone(made[i], 0, RATE, false);
    }
    assert_in_range(stretch_count(), 8, 12);
    for (uint32_t i = 0; i < 8; i++)
        stretch_free(made[i]);
    while (stretch_count() > 0)
        usleep(1000);
}

CLAIM(a_ratio_or_shift_that_is_too_large_is_refused)
{
    struct stretch *made;

    assert_int_equal(stretch_new(RATE, 5, 0, STRETCH_QUICK, &made, NULL), ERR_BAD_REQUEST);
    assert_int_equal(stretch_new(RATE, (double)NAN, 0, STRETCH_QUICK, &made, NULL), ERR_BAD_REQUEST);
    assert_int_equal(stretch_new(RATE, 1, 25, STRETCH_QUICK, &made, NULL), ERR_BAD_REQUEST);
}
