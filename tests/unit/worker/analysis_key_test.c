#include <stdio.h>

#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

enum { RATE = 22050, CHORD_FRAMES = RATE, TONES = 4 };

static const char *const MAJOR[] = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" };

/* Adds a tone with six harmonics that fades. */
static void add_tone(float *x, double note)
{
    double hz = 440 * pow(2, (note - 69) / 12);

    for (size_t i = 0; i < CHORD_FRAMES; i++)
        for (int k = 1; k <= 6; k++)
            x[i] += (float)(0.04 / k * exp(-1.5 * (double)i / RATE) * sin(2 * M_PI * hz * k * (double)i / RATE));
}

/* The key of chords of four tones, with the lowest an octave lower as bass, `shift` semitones higher. */
static void found_key(struct sound_analysis *analysis, const int (*chord)[TONES], size_t count, double shift,
                      char key[8])
{
    struct sound_findings findings;
    float *x = made_silence(count * CHORD_FRAMES);

    for (size_t c = 0; c < count; c++) {
        add_tone(x + c * CHORD_FRAMES, chord[c][0] - 12 + shift);
        for (size_t t = 0; t < TONES; t++)
            add_tone(x + c * CHORD_FRAMES, chord[c][t] + shift);
    }
    made_findings(analysis, x, RATE, 1, count * CHORD_FRAMES, &findings);
    assert_non_null(made_fact(&findings, "key"));
    strcpy(key, made_fact(&findings, "key")->text);
    free(x);
}

static void a_key_is_the_same_in_every_transposition(struct sound_analysis *analysis, const int (*chord)[TONES],
                                                     size_t count, const char *mode)
{
    for (int shift = 0; shift < 12; shift++) {
        char key[8], wanted[8];
        found_key(analysis, chord, count, shift - 0.3, key);
        snprintf(wanted, sizeof(wanted), "%s%s", MAJOR[shift], mode);
        assert_string_equal(key, wanted);
    }
}

CLAIMS_SHARE(made_new, made_free)

/* Cmaj7 Am7 Fmaj7 Fm6 Em7 A7 Dm7 G7 */
CLAIM(a_major_key_is_found_through_sevenths_borrowed_chords_and_secondary_dominants)
{
    static const int CHORD[][TONES] = {
        { 60, 64, 67, 71 }, { 57, 60, 64, 67 }, { 53, 57, 60, 64 }, { 53, 56, 60, 62 },
        { 52, 55, 59, 62 }, { 57, 61, 64, 67 }, { 50, 53, 57, 60 }, { 55, 59, 62, 65 }
    };

    a_key_is_the_same_in_every_transposition(*state, CHORD, 8, "maj");
}

/* Cmaj7 Fm6 Cmaj7 Abmaj7 Bb7 C6 */
CLAIM(a_major_key_is_found_between_chords_of_the_minor)
{
    static const int CHORD[][TONES] = { { 60, 64, 67, 71 }, { 53, 56, 60, 62 }, { 60, 64, 67, 71 },
                                        { 56, 60, 63, 67 }, { 58, 62, 65, 68 }, { 60, 64, 67, 69 } };

    a_key_is_the_same_in_every_transposition(*state, CHORD, 6, "maj");
}

/* Cm9 Abmaj7 Dm7b5 G7b9 Cm6 */
CLAIM(a_minor_key_is_found_through_sevenths_and_ninths)
{
    static const int CHORD[][TONES] = {
        { 60, 63, 70, 74 }, { 56, 60, 63, 67 }, { 50, 56, 60, 65 }, { 55, 59, 65, 68 }, { 60, 63, 67, 69 }
    };

    a_key_is_the_same_in_every_transposition(*state, CHORD, 5, "min");
}
