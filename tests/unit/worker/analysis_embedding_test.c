#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

static double distance_of(const struct findings_embedding *a, const struct findings_embedding *b)
{
    const float *x = a->spectrum, *y = b->spectrum;
    double sum = 0;

    for (size_t i = 0; i < sizeof(*a) / sizeof(float); i++)
        sum += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
    return sqrt(sum);
}

static struct findings_embedding embedding_of(struct sound_analysis *analysis, const float *x, double rate,
                                              int channels, size_t frames)
{
    struct sound_findings findings;

    made_findings(analysis, x, rate, channels, frames, &findings);
    return findings.embedding;
}

CLAIMS_SHARE(made_new, made_free)

CLAIM(gain_changes_the_embedding_little)
{
    float *clicks = made_clicks(44100, 44100, 60), *tone = made_sine(44100, 1, 44100, 440, 0.5);
    struct findings_embedding loud = embedding_of(*state, clicks, 44100, 1, 44100);
    struct findings_embedding other = embedding_of(*state, tone, 44100, 1, 44100), quiet;

    for (size_t i = 0; i < 44100; i++)
        clicks[i] *= 0.25f;
    quiet = embedding_of(*state, clicks, 44100, 1, 44100);
    assert_true(distance_of(&loud, &quiet) < 0.1 * distance_of(&loud, &other));
    free(tone);
    free(clicks);
}

CLAIM(a_second_equal_channel_changes_nothing)
{
    float *one = made_sine(48000, 1, 48000, 220, 0.4), *two = made_sine(48000, 2, 48000, 220, 0.4);
    struct findings_embedding mono = embedding_of(*state, one, 48000, 1, 48000);
    struct findings_embedding stereo = embedding_of(*state, two, 48000, 2, 48000);

    assert_true(distance_of(&mono, &stereo) < 0.01);
    free(two);
    free(one);
}

CLAIM(another_rate_changes_the_embedding_less_than_another_sound)
{
    float *low = made_sine(44100, 1, 44100, 330, 0.5), *high = made_sine(96000, 1, 96000, 330, 0.5);
    float *clicks = made_clicks(44100, 44100, 60);
    struct findings_embedding a = embedding_of(*state, low, 44100, 1, 44100);
    struct findings_embedding b = embedding_of(*state, high, 96000, 1, 96000);
    struct findings_embedding c = embedding_of(*state, clicks, 44100, 1, 44100);

    assert_true(distance_of(&a, &b) < 0.5 * distance_of(&a, &c));
    free(clicks);
    free(high);
    free(low);
}
