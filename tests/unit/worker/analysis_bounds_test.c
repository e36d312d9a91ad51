#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

static void every_number_is_finite(const struct sound_findings *findings)
{
    const float *at = findings->embedding.spectrum;

    for (size_t i = 0; i < findings->fact_count; i++) {
        assert_true(isfinite(findings->fact[i].number));
        assert_true(findings->fact[i].confidence >= 0 && findings->fact[i].confidence <= 1);
    }
    for (size_t i = 0; i < sizeof(findings->embedding) / sizeof(float); i++)
        assert_true(isfinite(at[i]));
    assert_int_equal(findings->artefact_count, 8);
}

CLAIMS_SHARE(made_new, made_free)

CLAIM(very_short_sounds_are_analysed)
{
    static const size_t FRAMES[] = { 0, 1, 2, 16, 100, 511, 1024, 4000 };

    for (size_t i = 0; i < sizeof(FRAMES) / sizeof(*FRAMES); i++) {
        struct sound_findings findings;
        float *x = made_sine(44100, 2, FRAMES[i], 300, 0.7);
        made_findings(*state, x, 44100, 2, FRAMES[i], &findings);
        every_number_is_finite(&findings);
        if (FRAMES[i] <= 100)
            assert_null(made_fact(&findings, "class"));
        free(x);
    }
}

CLAIM(every_rate_is_analysed)
{
    static const double RATE[] = { 1, 7, 100, 1000, 8000, 11025, 48000.5, 96000, 192000, 768000 };

    for (size_t i = 0; i < sizeof(RATE) / sizeof(*RATE); i++) {
        struct sound_findings findings;
        size_t frames = RATE[i] < 100 ? 200 : (size_t)RATE[i];
        float *x = made_sine(RATE[i], 1, frames, RATE[i] / 10, 0.5);
        made_findings(*state, x, RATE[i], 1, frames, &findings);
        every_number_is_finite(&findings);
        free(x);
    }
}

CLAIM(every_number_of_channels_is_analysed)
{
    static const int CHANNELS[] = { 1, 2, 3, 5, 6, 8, 64, 65, 1024 };

    for (size_t i = 0; i < sizeof(CHANNELS) / sizeof(*CHANNELS); i++) {
        struct sound_findings findings;
        float *x = made_sine(44100, (size_t)CHANNELS[i], 9000, 440, 0.5);
        made_findings(*state, x, 44100, CHANNELS[i], 9000, &findings);
        every_number_is_finite(&findings);
        made_near(made_number(&findings, "pitch_hz"), 440, 2);
        free(x);
    }
}

CLAIM(samples_that_are_not_numbers_count_as_silence)
{
    struct sound_findings findings;
    float *x = made_silence(44100);

    for (size_t i = 0; i < 44100; i++)
        x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
    made_findings(*state, x, 44100, 1, 44100, &findings);
    every_number_is_finite(&findings);
    made_near(made_number(&findings, "silent"), 1, 0);
    free(x);
}

CLAIM(rates_and_channels_outside_the_limits_are_refused)
{
    assert_int_equal(sound_analysis_begin(*state, 0, 1), ERR_BAD_REQUEST);
    assert_int_equal(sound_analysis_begin(*state, NAN, 1), ERR_BAD_REQUEST);
    assert_int_equal(sound_analysis_begin(*state, 2e6, 1), ERR_BAD_REQUEST);
    assert_int_equal(sound_analysis_begin(*state, 44100, 0), ERR_BAD_REQUEST);
    assert_int_equal(sound_analysis_begin(*state, 44100, 1025), ERR_BAD_REQUEST);
}

CLAIM(the_size_of_the_chunks_does_not_matter)
{
    struct sound_findings whole, pieces;
    float *x = made_clicks(44100, 3 * 44100, 130);

    made_findings(*state, x, 44100, 1, 3 * 44100, &whole);
    assert_int_equal(sound_analysis_begin(*state, 44100, 1), ERR_OK);
    for (size_t at = 0, size = 1; at < 3 * 44100; at += size, size = size * 3 % 5003 + 1) {
        size = size < 3 * 44100 - at ? size : 3 * 44100 - at;
        sound_analysis_feed(*state, x + at, size);
    }
    assert_int_equal(sound_analysis_end(*state, &pieces), ERR_OK);
    made_near(made_number(&pieces, "bpm"), made_number(&whole, "bpm"), 0.01);
    made_near(made_number(&pieces, "lufs"), made_number(&whole, "lufs"), 0.01);
    for (size_t i = 0; i < FINDINGS_TIMBRE; i++)
        made_near(pieces.embedding.timbre[i], whole.embedding.timbre[i], 0.01);
    free(x);
}

CLAIM(a_sound_does_not_colour_the_next)
{
    struct sound_findings first, second;
    float *x = made_clicks(44100, 2 * 44100, 120), *noise = made_sine(96000, 2, 96000, 5000, 1);

    made_findings(*state, x, 44100, 1, 2 * 44100, &first);
    made_findings(*state, noise, 96000, 2, 96000, &second);
    made_findings(*state, x, 44100, 1, 2 * 44100, &second);
    assert_memory_equal(&first.embedding, &second.embedding, sizeof(first.embedding));
    free(noise);
    free(x);
}
