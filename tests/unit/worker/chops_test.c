#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/worker/kits/chops.h"

enum { HOPS = 500, HOP = 220, PEAK = 250, WIDTH = 150, GAP = 10, MOST = 64 };

/* Vowels with a peak at PEAK and at each WIDTH from it; the consonants pause in the GAP hops before `end`. */
static void make_levels(struct chop_hop hops[HOPS], int end)
{
    for (int i = 0; i < HOPS; i++) {
        const float other = i >= end - GAP && i < end ? 1e-12F : 0.01F;
        hops[i] = (struct chop_hop){ .power = { 0.01F, other, other } };
        hops[i].power[0] *= (float)pow(10, cos((i - PEAK) * 6.283185307 / WIDTH)); /* 20 dB in all */
    }
}

static void no_two_cuts_are_at_one_frame(void **state)
{
    static struct chop_hop hops[HOPS];
    const struct chop_levels levels = { .channels = 1, .hop = HOP, .frames = HOPS * HOP, .hops = hops, .count = HOPS };
    static struct chop_spectrum even[HOPS];
    const struct chop_timbre timbre = { .hops = even, .count = HOPS };
    struct chop found[MOST];

    (void)state;
    for (int end = PEAK - 20; end <= PEAK + 20; end++) {
        make_levels(hops, end);
        const uint32_t count = chops_by_syllables(&levels, &timbre, MOST, found);
        assert_true(count >= 3);
        for (uint32_t i = 1; i < count; i++)
            assert_true(found[i].frame > found[i - 1].frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_two_cuts_are_at_one_frame) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
