/* The print and the gist of a sound: what changes them, and what does not. */
#include "tests/unit/worker/hear_made.h"

enum { RATE = 44100, FRAMES = 2 * RATE };

static float *plucked(double gain, size_t lead)
{
    float *x = made_silence(FRAMES);

    for (size_t i = lead; i < FRAMES; i++) {
        double t = (double)(i - lead) / RATE;
        x[i] = (float)(gain * exp(-t * 5) * (sin(2 * M_PI * 220 * t) + 0.4 * sin(2 * M_PI * 3300 * t)));
    }
    return x;
}

static void keep(struct hear *hear, const float *x, double rate, const char *type, uint8_t *to, size_t *len)
{
    struct heard_sound heard;
    const struct heard_artefact *found;

    made_heard(hear, x, rate, 1, FRAMES, &heard);
    found = made_artefact(&heard, type);
    assert_non_null(found);
    assert_true(found->len <= 20000);
    memcpy(to, found->data, found->len);
    *len = found->len;
}

static void a_print_does_not_change_with_gain_or_silence_before_it(void **state)
{
    static uint8_t one[20000], other[20000];
    float *x = plucked(0.8, 0), *soft = plucked(0.1, 0), *late = plucked(0.8, RATE / 2);
    size_t len, other_len;

    keep(*state, x, RATE, "print", one, &len);
    assert_int_equal(len, 12 + 14336);
    assert_memory_equal(one, "LHP1\x80\x3e\0\0", 8);
    keep(*state, soft, RATE, "print", other, &other_len);
    assert_int_equal(len, other_len);
    for (size_t i = 12; i < len; i++)
        made_near((int8_t)one[i], (int8_t)other[i], 1);
    keep(*state, late, RATE, "print", other, &other_len);
    for (size_t i = 12; i < len; i++)
        made_near((int8_t)one[i], (int8_t)other[i], 1);
    free(x);
    free(soft);
    free(late);
}

static void a_gist_names_the_samples(void **state)
{
    static uint8_t one[200], other[200];
    float *x = plucked(0.8, 0), *same = plucked(0.8, 0);
    size_t len;

    keep(*state, x, RATE, "gist", one, &len);
    assert_int_equal(len, 28 + 64);
    keep(*state, same, RATE, "gist", other, &len);
    assert_memory_equal(one, other, len);
    same[1000] += 1e-5f;
    keep(*state, same, RATE, "gist", other, &len);
    assert_memory_not_equal(one + 4, other + 4, 16);
    keep(*state, x, 48000, "gist", other, &len); /* the same samples at another rate are another sound */
    assert_memory_not_equal(one + 4, other + 4, 16);
    free(x);
    free(same);
}

static void the_gist_says_how_long_it_can_be_heard(void **state)
{
    static uint8_t gist[200];
    float *late = plucked(0.8, RATE / 2), seconds;
    size_t len;

    keep(*state, late, RATE, "gist", gist, &len);
    memcpy(&seconds, gist + 20, sizeof(seconds));
    made_near(seconds, log(100) / 5, 0.03);
    free(late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_print_does_not_change_with_gain_or_silence_before_it),
        cmocka_unit_test(a_gist_names_the_samples),
        cmocka_unit_test(the_gist_says_how_long_it_can_be_heard),
    };

    return cmocka_run_group_tests_name("hear_print", tests, made_new, made_free);
}
