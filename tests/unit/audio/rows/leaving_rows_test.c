/* Synth voices that still sound when another pattern begins: they end as they would have without it. */
#include "services/audio/rt/instance.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000, BAR = 16 * STEP, HEARD = BAR + 8 * STEP }; /* frames, at 120 BPM and 48 kHz */

static struct score_row make_row(const char *name, enum score_wave wave)
{
    struct score_row row = { .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.6f, .gate = 1, .pan = 0.3f };

    row.voice = (struct score_voice){ .freq = 233, .wave = wave, .attack = 0.001f, .decay = 0.2f, .sustain = 0.7f };
    row.voice.release = 0.6f;
    row.voice.filter_freq = 2500;
    row.voice.filter_q = 3;
    row.voice.reverb_send = 0.4f;
    row.voice.delay_send = 0.3f;
    (void)snprintf(row.name, sizeof(row.name), "%s", name);
    return row;
}

/* Three rows that hit at the last step only: a saw, noise with an accent, and one in the acid filter. */
static struct score_pattern make_pattern(void)
{
    struct score_pattern pattern = { .serial = 1, .steps = 32 };

    pattern.reverb_mix = 0.3f;
    pattern.reverb_room = 0.6f;
    pattern.delay_mix = 0.5f;
    pattern.delay_time = 0.1f;
    pattern.delay_feedback = 0.4f;
    pattern.delay_lowcut = 100;
    pattern.delay_highcut = 5000;
    pattern.acid_cutoff = 900;
    pattern.acid_res = 0.5f;
    pattern.acid_env = 2000;
    pattern.acid_decay = 0.3f;
    pattern.acid_mix = 1;
    pattern.rows[0] = make_row("lead", WAVE_SAW);
    pattern.rows[1] = make_row("hiss", WAVE_NOISE);
    pattern.rows[2] = make_row("bass", WAVE_SQUARE);
    pattern.rows[2].voice.acid = 1;
    pattern.rows[1].accent_boost = 1500;
    for (uint32_t r = 0; r < 3; r++)
        pattern.rows[r].steps[15] = r == 1 ? STEP_ACCENT : STEP_NORMAL;
    return pattern;
}

/* With `next`, it begins at the second bar. */
static void begin_change(struct stage *stage, const struct score_pattern *next, uint32_t period)
{
    stage_again(stage);
    stage->period = period;
    stage->score.now = make_pattern();
    stage->score.next = next ? *next : (struct score_pattern){ 0 };
    stage->score.next.serial = next ? 2 : 0;
    stage->score.next_bar = next ? 1 : -1;
    stage_play(stage);
}

/* What sounds from the start until HEARD. */
static float *play_change(struct stage *stage, const struct score_pattern *next)
{
    static float out[2][HEARD];
    float *to = out[next != NULL];

    begin_change(stage, next, 256);
    stage_run(stage, HEARD);
    memcpy(to, stage->main[0], HEARD * sizeof(*to));
    return to;
}

static void assert_unchanged(struct stage *stage, const struct score_pattern *next, const char *what)
{
    const float *alone = play_change(stage, NULL), *changed = play_change(stage, next);

    for (uint32_t i = 0; i < HEARD; i++)
        if (fabsf(alone[i] - changed[i]) > 1e-6f)
            fail_msg("%s: frame %u (%d after the bar) is %.6f, not %.6f", what, i, (int)i - BAR, (double)changed[i],
                     (double)alone[i]);
    assert_true(fabsf(alone[BAR + STEP / 2]) > 1e-4f);
}

static void rest_all(struct score_pattern *pattern)
{
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        memset(pattern->rows[r].steps, STEP_REST, sizeof(pattern->rows[r].steps));
}

STAGE_CLAIM(notes_of_rows_that_go_end_as_they_would)
{
    struct score_pattern next = make_pattern();

    memset(next.rows, 0, sizeof(next.rows));
    assert_unchanged(*state, &next, "no rows");
}

STAGE_CLAIM(notes_of_rows_that_are_replaced_end_as_they_would)
{
    struct score_pattern next = make_pattern();

    next.rows[0] = make_row("other", WAVE_SINE);
    next.rows[1] = make_row("bass", WAVE_SQUARE);
    next.rows[1].voice.acid = 1;
    next.rows[2] = make_row("lead", WAVE_SAW);
    rest_all(&next);
    assert_unchanged(*state, &next, "other rows");
}

STAGE_CLAIM(notes_of_rows_with_other_values_end_as_they_would)
{
    struct score_pattern next = make_pattern();

    next.rows[0].voice.wave = WAVE_TRIANGLE;
    next.rows[0].amp = 0.1f;
    next.rows[1].mute = 1;
    next.rows[1].voice.filter_freq = 300;
    next.rows[2].voice.acid = 0;
    next.rows[2].pan = -1;
    rest_all(&next);
    assert_unchanged(*state, &next, "other values");
}

STAGE_CLAIM(voices_that_leave_do_not_depend_on_the_length_of_periods)
{
    struct stage *stage = *state;
    static float before[HEARD];
    struct score_pattern next = make_pattern();

    next.rows[0] = make_row("other", WAVE_SINE);
    rest_all(&next);
    memcpy(before, play_change(stage, &next), sizeof(before));
    begin_change(stage, &next, 1000);
    stage_run(stage, HEARD);
    assert_memory_equal(before, stage->main[0], sizeof(before));
}

/* The successor of a core that died continues. */
STAGE_CLAIM(voices_that_leave_survive_the_core)
{
    struct stage *stage = *state;
    static float before[HEARD];
    struct score_pattern next = make_pattern();

    memset(next.rows, 0, sizeof(next.rows));
    memcpy(before, play_change(stage, &next), sizeof(before));
    begin_change(stage, &next, 256);
    stage_run(stage, BAR + STEP);
    engine_close(stage->engine[0]);
    assert_int_equal(engine_open(stage->studio, 0, &stage->engine[0], NULL), ERR_OK);
    stage_run(stage, HEARD);
    for (uint32_t i = 0; i < HEARD; i++)
        stage_near((double)stage->main[0][i], (double)before[i], 1e-6);
}

STAGE_CLAIM(the_next_hit_of_the_same_instrument_follows_in_its_voice)
{
    struct stage *stage = *state;
    struct score_pattern next = make_pattern();

    next.rows[0].steps[0] = STEP_NORMAL;
    begin_change(stage, &next, 256);
    stage_run(stage, BAR + STEP);
    assert_int_equal(stage->engine[0]->half->leaving.count, 0);
    next.rows[0].amp = 0.5f;
    begin_change(stage, &next, 256);
    stage_run(stage, BAR + STEP);
    assert_int_equal(stage->engine[0]->half->leaving.count, 1);
}
