/* Tags, textures and seams: made sounds that have them, and others that have not. */
#include <stdio.h>

#include "services/worker/analysis/tag.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

enum { RATE = 44100 };

static uint32_t noise_seed = 1;

static double draw_noise(void)
{
    noise_seed = noise_seed * 1664525 + 1013904223;
    return noise_seed / 2147483648.0 - 1;
}

static bool has_tag(const struct sound_findings *findings, const char *tag)
{
    const struct findings_fact *fact = made_fact(findings, tag);

    assert_true(!fact || (fact->number > 0.5 && fact->confidence >= 0.5));
    return fact != NULL;
}

static bool is_family(const struct sound_findings *findings, const char *family)
{
    const struct findings_fact *fact = made_fact(findings, "family");

    return fact && strcmp(fact->text, family) == 0;
}

CLAIMS_SHARE(made_new, made_free)

CLAIM(a_steady_chord_is_a_drone_that_can_be_looped)
{
    struct sound_findings findings;
    float *x = made_silence(4 * RATE);

    for (size_t i = 0; i < 4 * RATE; i++)
        for (int k = 1; k < 4; k++)
            x[i] += (float)(0.2 / k * sin(2 * M_PI * 110 * k * (double)i / RATE));
    made_findings(*state, x, RATE, 1, 4 * RATE, &findings);
    assert_true(has_tag(&findings, "tag:drone") && has_tag(&findings, "tag:steady") && has_tag(&findings, "tag:dark"));
    assert_false(has_tag(&findings, "tag:punchy") || has_tag(&findings, "tag:bright") ||
                 has_tag(&findings, "tag:noisy"));
    assert_true(is_family(&findings, "texture"));
    made_near(made_number(&findings, "loopable"), 1, 0);
    made_near(made_number(&findings, "one_shot"), 0, 0);
    free(x);
}

CLAIM(noise_that_grows_is_a_swell_and_rises_with_its_pitch)
{
    struct sound_findings findings;
    float *x = made_silence(3 * RATE);
    double turn = 0;

    for (size_t i = 0; i < 3 * RATE; i++)
        x[i] = (float)(0.5 * pow((double)i / (3 * RATE), 2) * draw_noise());
    made_findings(*state, x, RATE, 1, 3 * RATE, &findings);
    assert_true(has_tag(&findings, "tag:swell") && has_tag(&findings, "tag:noisy") && is_family(&findings, "texture"));
    assert_false(has_tag(&findings, "tag:riser") || has_tag(&findings, "tag:drone"));
    made_near(made_number(&findings, "loopable"), 0, 0);
    for (size_t i = 0; i < 3 * RATE; i++) {
        double done = (double)i / (3 * RATE);
        turn += 2 * M_PI * 150 * pow(20, done) / RATE;
        x[i] = (float)(0.5 * pow(done, 2) * sin(turn));
    }
    made_findings(*state, x, RATE, 1, 3 * RATE, &findings);
    assert_true(has_tag(&findings, "tag:riser") && is_family(&findings, "fx"));
    free(x);
}

CLAIM(a_click_is_short_and_a_thump_is_deep)
{
    struct sound_findings findings;
    float *x = made_silence(RATE / 2);

    for (size_t i = 0; i < RATE / 2; i++)
        x[i] = (float)(0.8 * exp(-(double)i / RATE * 120) * draw_noise());
    made_findings(*state, x, RATE, 1, RATE / 2, &findings);
    assert_true(has_tag(&findings, "tag:short") && has_tag(&findings, "tag:bright") && has_tag(&findings, "tag:airy"));
    assert_false(has_tag(&findings, "tag:deep") || has_tag(&findings, "tag:long") || has_tag(&findings, "tag:warm"));
    for (size_t i = 0; i < RATE / 2; i++)
        x[i] = (float)(0.8 * exp(-(double)i / RATE * 14) * sin(2 * M_PI * 55 * (double)i / RATE));
    made_findings(*state, x, RATE, 1, RATE / 2, &findings);
    assert_true(has_tag(&findings, "tag:deep") && has_tag(&findings, "tag:dark"));
    assert_false(has_tag(&findings, "tag:bright") || has_tag(&findings, "tag:airy") || has_tag(&findings, "tag:thin"));
    free(x);
}

CLAIM(tags_do_not_change_with_gain)
{
    struct sound_findings loud, soft;
    float *x = made_clicks(RATE, 2 * RATE, 120);

    made_findings(*state, x, RATE, 1, 2 * RATE, &loud);
    for (size_t i = 0; i < 2 * RATE; i++)
        x[i] *= 0.1f;
    made_findings(*state, x, RATE, 1, 2 * RATE, &soft);
    for (size_t i = 0; i < tag_count; i++)
        assert_int_equal(has_tag(&loud, tag_table[i].attribute), has_tag(&soft, tag_table[i].attribute));
    free(x);
}

/* The row of docs/ear.md for a tag: "| warm | body > -3 ± 0.8, … |". */
static void row_of(const struct tag *tag, char *to, size_t room)
{
    size_t len = (size_t)snprintf(to, room, "| %s |", tag->attribute + 4);

    for (int k = 0; k < TAG_CONDITIONS; k++) {
        const struct tag_condition *c = &tag->condition[k];
        if (c->width < 0 || c->width > 0)
            len += (size_t)snprintf(to + len, room - len, "%s %s %s %g ± %g", k ? "," : "", measure_names[c->measure],
                                    c->width > 0 ? ">" : "<", (double)c->limit, fabs((double)c->width));
    }
    snprintf(to + len, room - len, " |\n");
}

CLAIM(the_table_of_the_documents_is_that_of_the_source)
{
    static char text[65536], row[512];
    FILE *file = fopen("docs/ear.md", "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = 0;
    fclose(file);
    for (size_t i = 0; i < tag_count; i++) {
        row_of(&tag_table[i], row, sizeof(row));
        if (!strstr(text, row))
            fail_msg("docs/ear.md lacks %s", row);
    }
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        snprintf(row, sizeof(row), "| `%s` |", measure_names[i]);
        assert_non_null(strstr(text, row));
    }
}
