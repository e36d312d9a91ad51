/* The print and the gist of a sound: which changes affect them, and which do not. */
#include "schema_artefact.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

enum { RATE = 44100, FRAMES = 2 * RATE };

static float *pluck_string(double gain, size_t lead)
{
    float *x = made_silence(FRAMES);

    for (size_t i = lead; i < FRAMES; i++) {
        double t = (double)(i - lead) / RATE;
        x[i] = (float)(gain * exp(-t * 5) * (sin(2 * M_PI * 220 * t) + 0.4 * sin(2 * M_PI * 3300 * t)));
    }
    return x;
}

/* Filled until the next sound is analysed. */
static struct artefact_print print_of(struct sound_analysis *analysis, const float *x, struct sound_findings *findings)
{
    struct artefact_print print = { 0 };

    made_findings(analysis, x, RATE, 1, FRAMES, findings);
    made_read(findings, "print", &artefact_print_shape, NULL, &print);
    return print;
}

static struct artefact_gist gist_of(struct sound_analysis *analysis, const float *x, double rate,
                                    struct sound_findings *findings)
{
    struct artefact_gist gist = { 0 };

    made_findings(analysis, x, rate, 1, FRAMES, findings);
    made_read(findings, "gist", &artefact_gist_shape, NULL, &gist);
    assert_int_equal(gist.samples_hash.len, 16);
    assert_int_equal(gist.bands.len, 64);
    return gist;
}

static void is_near_to(struct artefact_print print, const int8_t one[14336])
{
    assert_int_equal(print.samples.len, 14336);
    for (uint32_t i = 0; i < print.samples.len; i++)
        made_near((int8_t)print.samples.at[i], one[i], 1);
}

CLAIMS_SHARE(made_new, made_free)

CLAIM(a_print_does_not_change_with_gain_or_silence_before_it)
{
    static int8_t one[14336];
    struct sound_findings findings;
    float *x = pluck_string(0.8, 0), *soft = pluck_string(0.1, 0), *late = pluck_string(0.8, RATE / 2);
    struct artefact_print print = print_of(*state, x, &findings);

    assert_int_equal(print.rate, 16000);
    assert_int_equal(print.samples.len, sizeof(one));
    memcpy(one, print.samples.at, sizeof(one));
    is_near_to(print_of(*state, soft, &findings), one);
    is_near_to(print_of(*state, late, &findings), one);
    free(x);
    free(soft);
    free(late);
}

CLAIM(a_gist_names_the_samples)
{
    struct sound_findings findings;
    uint8_t hash[16], bands[64];
    float *x = pluck_string(0.8, 0), *same = pluck_string(0.8, 0);
    struct artefact_gist one = gist_of(*state, x, RATE, &findings), other;
    double seconds = one.seconds;

    memcpy(hash, one.samples_hash.at, sizeof(hash));
    memcpy(bands, one.bands.at, sizeof(bands));
    other = gist_of(*state, same, RATE, &findings);
    assert_memory_equal(hash, other.samples_hash.at, sizeof(hash));
    assert_memory_equal(bands, other.bands.at, sizeof(bands));
    made_near(other.seconds, seconds, 0);
    same[1000] += 1e-5f;
    other = gist_of(*state, same, RATE, &findings);
    assert_memory_not_equal(hash, other.samples_hash.at, sizeof(hash));
    other = gist_of(*state, x, 48000, &findings); /* the same samples at another rate are another sound */
    assert_memory_not_equal(hash, other.samples_hash.at, sizeof(hash));
    free(x);
    free(same);
}

CLAIM(the_gist_has_the_audible_length)
{
    struct sound_findings findings;
    float *late = pluck_string(0.8, RATE / 2);

    made_near(gist_of(*state, late, RATE, &findings).seconds, log(100) / 5, 0.03);
    free(late);
}
