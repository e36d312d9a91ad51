#include <stdlib.h>

#include "common/latency.h"
#include "tests/unit/claim.h"

static struct latency *empty_latency(void)
{
    struct latency *latency = calloc(1, sizeof(*latency));

    assert_non_null(latency);
    return latency;
}

static void assert_near(double value, double wanted, double share)
{
    if (value < wanted * (1 - share) || value > wanted * (1 + share))
        fail_msg("%f is not within %f of %f", value, share, wanted);
}

CLAIM(an_empty_histogram_says_zero)
{
    struct latency *latency = empty_latency();

    assert_true(latency_us(latency, 0.5) == 0 && latency_us(latency, 1) == 0);
    free(latency);
}

CLAIM(every_duration_is_read_back_within_one_percent)
{
    for (uint64_t ns = 1; ns < 1500000000000u; ns += ns / 7 + 1) {
        struct latency *latency = empty_latency();

        latency_add(latency, ns);
        latency_add(latency, ns * 4); /* so that the longest duration, which is exact, is another one */
        assert_near(latency_us(latency, 0.5) * 1000, (double)ns, 0.01);
        free(latency);
    }
}

CLAIM(quantiles_of_a_ramp_are_where_they_should_be)
{
    struct latency *latency = empty_latency();

    for (uint64_t us = 1; us <= 10000; us++)
        latency_add(latency, us * 1000);
    assert_near(latency_us(latency, 0.5), 5000, 0.01);
    assert_near(latency_us(latency, 0.99), 9900, 0.01);
    assert_near(latency_us(latency, 0.999), 9990, 0.01);
    assert_true(latency_us(latency, 1) == 10000);
    assert_int_equal(latency->count, 10000);
    free(latency);
}

CLAIM(no_quantile_is_longer_than_the_longest)
{
    struct latency *latency = empty_latency();

    latency_add(latency, 1000001);
    assert_true(latency_us(latency, 0.5) <= latency_us(latency, 1));
    free(latency);
}

CLAIM(a_duration_past_the_range_counts_as_the_longest)
{
    struct latency *latency = empty_latency();

    latency_add(latency, UINT64_MAX);
    assert_true(latency_us(latency, 1) > 1e15);
    assert_int_equal(latency->count, 1);
    free(latency);
}

CLAIM(merged_histograms_count_both)
{
    struct latency *a = empty_latency(), *b = empty_latency();

    for (int i = 0; i < 90; i++)
        latency_add(a, 1000);
    for (int i = 0; i < 10; i++)
        latency_add(b, 1000000);
    b->errors = 3;
    latency_merge(a, b);
    assert_int_equal(a->count, 100);
    assert_int_equal(a->errors, 3);
    assert_near(latency_us(a, 0.89), 1, 0.01);
    assert_near(latency_us(a, 0.95), 1000, 0.01);
    free(a);
    free(b);
}
