#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

CLAIMS_SHARE(made_new, made_free)

CLAIM(a_sine_has_its_pitch_and_its_note)
{
    static const double HZ[] = { 55, 110, 220, 440, 880, 1760 };
    static const char *const NOTE[] = { "A1", "A2", "A3", "A4", "A5", "A6" };

    for (size_t i = 0; i < sizeof(HZ) / sizeof(*HZ); i++) {
        struct sound_findings findings;
        float *x = made_sine(44100, 1, 44100, HZ[i], 0.5);
        made_findings(*state, x, 44100, 1, 44100, &findings);
        made_near(made_number(&findings, "pitch_hz"), HZ[i], HZ[i] * 0.004);
        assert_string_equal(made_fact(&findings, "note")->text, NOTE[i]);
        free(x);
    }
}

CLAIM(a_long_sine_of_a_is_in_a)
{
    struct sound_findings findings;
    float *x = made_sine(44100, 2, 3 * 44100, 440, 0.5);

    made_findings(*state, x, 44100, 2, 3 * 44100, &findings);
    assert_non_null(made_fact(&findings, "key"));
    assert_memory_equal(made_fact(&findings, "key")->text, "Am", 2);
    free(x);
}

CLAIM(a_reference_tone_has_its_loudness)
{
    static const double RATE[] = { 22050, 44100, 48000, 96000 };

    for (size_t i = 0; i < sizeof(RATE) / sizeof(*RATE); i++) {
        struct sound_findings findings;
        size_t frames = (size_t)(10 * RATE[i]);
        float *x = made_sine(RATE[i], 2, frames, 997, pow(10, -23.0 / 20));
        made_findings(*state, x, RATE[i], 2, frames, &findings);
        made_near(made_number(&findings, "lufs"), -23, 0.1);
        made_near(made_number(&findings, "peak_dbfs"), -23, 0.05);
        made_near(made_number(&findings, "centroid_hz"), 997, 10);
        free(x);
    }
}

CLAIM(silence_around_a_tone_does_not_lower_its_loudness)
{
    struct sound_findings findings;
    float *x = made_silence(30 * 48000 * 2), *tone = made_sine(48000, 2, 10 * 48000, 997, pow(10, -20.0 / 20));

    memcpy(x + 10 * 48000 * 2, tone, 10 * 48000 * 2 * sizeof(*x));
    made_findings(*state, x, 48000, 2, 30 * 48000, &findings);
    made_near(made_number(&findings, "lufs"), -20, 0.15);
    free(tone);
    free(x);
}

CLAIM(clicks_have_their_tempo)
{
    static const double BPM[] = { 90, 120, 140 };

    for (size_t i = 0; i < sizeof(BPM) / sizeof(*BPM); i++) {
        struct sound_findings findings;
        size_t frames = (size_t)(44100 * 16 * 60 / BPM[i]);
        float *x = made_clicks(44100, frames, BPM[i]);
        made_findings(*state, x, 44100, 1, frames, &findings);
        made_near(made_number(&findings, "bpm"), BPM[i], BPM[i] * 0.005);
        made_near(made_number(&findings, "onsets"), 16, 1);
        made_near(made_number(&findings, "one_shot"), 0, 0);
        made_near(made_number(&findings, "loopable"), 1, 0);
        free(x);
    }
}

CLAIM(a_single_click_is_a_one_shot_without_tempo_and_key)
{
    struct sound_findings findings;
    float *x = made_clicks(44100, 22050, 60);

    made_findings(*state, x, 44100, 1, 22050, &findings);
    made_near(made_number(&findings, "one_shot"), 1, 0);
    assert_null(made_fact(&findings, "bpm"));
    assert_null(made_fact(&findings, "key"));
    assert_non_null(made_fact(&findings, "class"));
    assert_non_null(made_fact(&findings, "family"));
    free(x);
}

CLAIM(silence_gets_the_fact_silent_and_no_other)
{
    struct sound_findings findings;
    float *x = made_silence(2 * 44100);

    made_findings(*state, x, 44100, 1, 2 * 44100, &findings);
    made_near(made_number(&findings, "silent"), 1, 0);
    assert_int_equal(findings.fact_count, 1);
    for (size_t i = 0; i < FINDINGS_SPECTRUM; i++)
        made_near(findings.embedding.spectrum[i], 0, 0);
    free(x);
}
