#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "services/streamer/play/stretch.h"

enum { RATE = 48000, FRAMES = 2 * RATE, ROOM = 4 * FRAMES };

/* Stretches two seconds of a sine of 440 Hz; returns the number of frames. */
static uint32_t stretch_tone(double tempo, double semitones, float *out)
{
    struct stretch *made;
    float in[2 * STRETCH_FRAMES_MAX];
    uint32_t count = 0;

    assert_int_equal(stretch_new(RATE, tempo, semitones, &made, NULL), ERR_OK);
    for (uint32_t at = 0; at < FRAMES; at += STRETCH_FRAMES_MAX) {
        uint32_t part = FRAMES - at < STRETCH_FRAMES_MAX ? FRAMES - at : STRETCH_FRAMES_MAX;
        for (uint32_t i = 0; i < part; i++)
            in[2 * i] = in[2 * i + 1] = (float)(0.5 * sin(2 * M_PI * 440 * (at + i) / RATE));
        stretch_feed(made, in, part, at + part == FRAMES);
        count += stretch_take(made, out + 2 * count, ROOM - count);
    }
    assert_int_equal(stretch_ready(made), 0);
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
    float *out = calloc(2 * ROOM, sizeof(float));
    uint32_t count = stretch_tone(tempo, semitones, out);

    assert_true(fabs(count * tempo / FRAMES - 1) < 0.05);
    assert_true(fabs(pitch_of(out, count) / (440 * exp2(semitones / 12)) - 1) < 0.02);
    free(out);
}

static void another_tempo_keeps_the_pitch(void **state)
{
    (void)state;
    check_stretch(1.25, 0);
    check_stretch(0.8, 0);
}

static void another_pitch_keeps_the_tempo(void **state)
{
    (void)state;
    check_stretch(1, 3);
    check_stretch(1, -5);
}

static void what_is_too_far_away_is_refused(void **state)
{
    struct stretch *made;

    (void)state;
    assert_int_equal(stretch_new(RATE, 5, 0, &made, NULL), ERR_BAD_REQUEST);
    assert_int_equal(stretch_new(RATE, (double)NAN, 0, &made, NULL), ERR_BAD_REQUEST);
    assert_int_equal(stretch_new(RATE, 1, 25, &made, NULL), ERR_BAD_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_tempo_keeps_the_pitch),
        cmocka_unit_test(another_pitch_keeps_the_tempo),
        cmocka_unit_test(what_is_too_far_away_is_refused),
    };

    return cmocka_run_group_tests_name("stretch", tests, NULL, NULL);
}
