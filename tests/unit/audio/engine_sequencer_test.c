/* Transport and sequencer: every step on its frame, in every bar, at every tempo. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000, BAR = 16 * STEP }; /* frames, at 120 BPM and 48 kHz */

/* A row that plays a sound of one frame, whose value identifies the row. */
static void give_impulse(struct stage *stage, struct score_pattern *pattern, uint32_t row, float value,
                         const char *steps)
{
    struct score_row *to = &pattern->rows[row];

    stage_sound(stage, row, &value, 1);
    *to = (struct score_row){ .used = 1, .sound = row, .generation = 1, .amp = 1, .gate = 1, .ratio = 1 };
    for (uint32_t i = 0; steps[i]; i++)
        to->steps[i] = steps[i] == 'X' ? STEP_ACCENT : steps[i] == 'x' ? STEP_NORMAL : STEP_REST;
}

static void assert_impulses(const struct stage *stage, uint32_t from, uint32_t until, const uint32_t *at,
                            uint32_t count)
{
    uint32_t onset = stage_onset(stage, from);

    for (uint32_t i = 0; i < count; i++) {
        if (onset != at[i])
            fail_msg("impulse %u is at %u, expected %u", i, onset, at[i]);
        onset = stage_onset(stage, onset + 1);
    }
    assert_true(onset >= until);
}

STAGE_CLAIM(each_step_sounds_on_its_frame)
{
    struct stage *stage = *state;
    const uint32_t at[] = { 500, 500 + 4 * STEP, 500 + 8 * STEP, 500 + 15 * STEP, 500 + BAR };

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "X...x...x......x");
    stage_score(stage);
    stage_start_transport(stage, 500, 0);
    stage_run(stage, 500 + BAR + 100);
    assert_impulses(stage, 0, stage->recorded, at, 5);
    assert_int_equal(stage_note(stage, NOTE_BAR, 1)->index, 1);
    assert_int_equal(stage_note(stage, NOTE_BAR, 1)->frame, 500 + BAR);
}

STAGE_CLAIM(every_odd_step_is_late_by_half_the_swing)
{
    struct stage *stage = *state;
    uint32_t at[16];

    for (uint32_t i = 0; i < 16; i++)
        at[i] = i * STEP + (i % 2) * STEP * 3 / 20; /* 0.3 / 2 */
    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.swing = 0.3;
    give_impulse(stage, &stage->score.now, 0, 0.5f, "xxxxxxxxxxxxxxxx");
    stage_play(stage);
    stage_run(stage, BAR - 100);
    assert_impulses(stage, 0, stage->recorded, at, 16);
}

STAGE_CLAIM(a_long_pattern_repeats_after_its_last_step)
{
    struct stage *stage = *state;
    const uint32_t at[] = { 0, 31 * STEP, 32 * STEP };

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 32 };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "x..............................x");
    stage_play(stage);
    stage_run(stage, 33 * STEP);
    assert_impulses(stage, 0, stage->recorded, at, 3);
}

STAGE_CLAIM(the_next_pattern_begins_at_its_bar_with_its_tempo)
{
    struct stage *stage = *state;
    const uint32_t at[] = { 0, BAR, BAR + 1, BAR + 1 + STEP / 2 };
    const struct note *note;

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 32 };
    stage->score.next = (struct score_pattern){ .serial = 2, .steps = 16 };
    stage->score.next_bar = 1;
    stage->score.next_tempo = 240;
    give_impulse(stage, &stage->score.now, 0, 0.5f, "x...............x");
    give_impulse(stage, &stage->score.next, 1, 0.25f, "xx");
    stage_play(stage);
    stage_run(stage, BAR + STEP + 100);
    assert_int_equal(stage_onset(stage, 1), at[1]);
    stage_near(stage->main[0][BAR], 0.25, 0);
    assert_int_equal(stage_onset(stage, BAR + 1), BAR + STEP / 2);
    note = stage_note(stage, NOTE_NEXT_IS_NOW, 0);
    assert_int_equal(note->frame, BAR);
    assert_int_equal(note->index, 1);
    assert_int_equal(note->tag, 2);
    stage_near(stage_state(stage).tempo, 240, 0);

    stage->score.now = stage->score.next; /* as the control thread does then */
    stage->score.next_bar = -1;
    stage->score.tempo = 240;
    stage_score(stage);
    stage_run(stage, BAR + BAR / 2 + 100);
    assert_int_equal(stage_onset(stage, BAR + STEP), BAR + BAR / 2);
    assert_null(stage_note(stage, NOTE_NEXT_IS_NOW, 1));
}

/* The control does not run for ten bars of 32 rows that sound at each step. */
STAGE_CLAIM(hits_leave_room_for_the_note_that_the_next_pattern_begins)
{
    struct stage *stage = *state;
    struct ring notes = studio_notes(stage->studio, CUES_CONTROL);
    struct note note;
    uint32_t hits = 0, begun = 0;

    stage->score.tempo = 400;
    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.next = (struct score_pattern){ .serial = 2, .steps = 16 };
    stage->score.next_bar = 9;
    for (uint32_t row = 0; row < SCORE_ROWS; row++)
        give_impulse(stage, &stage->score.now, row, 0.01f, "xxxxxxxxxxxxxxxx");
    stage->note_count = STAGE_NOTES; /* the stage reads none */
    stage_play(stage);
    stage_run(stage, 3 * BAR + BAR / 10); /* at the tempo 120 of BAR */
    while (ring_read(&notes, &note, 1)) {
        hits += note.kind == NOTE_HIT;
        begun += note.kind == NOTE_NEXT_IS_NOW;
    }
    assert_in_range(hits, 1000, NOTES_CELLS / 2);
    assert_int_equal(begun, 1);
}

/* The bar begins in a lost period. The hit on the bar is lost with it, and the next one is in the new tempo. */
STAGE_CLAIM(the_next_pattern_begins_although_its_bar_is_lost)
{
    struct stage *stage = *state;
    const struct note *note;

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 32 };
    stage->score.next = (struct score_pattern){ .serial = 2, .steps = 16 };
    stage->score.next_bar = 1;
    stage->score.next_tempo = 240;
    give_impulse(stage, &stage->score.now, 0, 0.5f, "x...............xxxx");
    give_impulse(stage, &stage->score.next, 1, 0.25f, "xx");
    stage_play(stage);
    stage_run(stage, BAR - 512);
    stage->server += 1024;
    stage_run(stage, BAR + STEP);
    assert_int_equal(stage_onset(stage, 1), BAR + STEP / 2 - 1024);
    stage_near(stage->main[0][BAR + STEP / 2 - 1024], 0.25, 0);
    note = stage_note(stage, NOTE_NEXT_IS_NOW, 0);
    assert_int_equal(note->frame, BAR);
    assert_int_equal(note->index, 1);
    assert_int_equal(stage_note(stage, NOTE_BAR, 1)->index, 1);
    assert_null(stage_note(stage, NOTE_BAR, 2));
}

/* A short synthesised note on the last step of the bar, into the delay. */
static void give_last_note(struct score_pattern *pattern, uint32_t serial)
{
    struct score_row *row = &pattern->rows[0];

    *pattern = (struct score_pattern){ .serial = serial,
                                       .steps = 32,
                                       .delay_time = 0.05f,
                                       .delay_feedback = 0.5f,
                                       .delay_mix = 1,
                                       .delay_lowcut = 20,
                                       .delay_highcut = 15000 };
    *row = (struct score_row){ .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.3f, .gate = 0.95f };
    row->voice = (struct score_voice){ .freq = 110,
                                       .wave = WAVE_SAW,
                                       .sustain = 1,
                                       .release = 0.001f,
                                       .filter_freq = 2000,
                                       .filter_q = 2,
                                       .delay_send = 1 };
    for (uint32_t i = 0; i < 32; i++)
        row->steps[i] = i == 15 ? STEP_NORMAL : STEP_REST;
}

/* The next pattern has an impulse on its first step, and nothing of the old one but the delay. */
STAGE_CLAIM(a_change_at_the_bar_leaves_the_last_step_whole_and_the_tail)
{
    enum { AFTER = 8 * STEP };
    struct stage *stage = *state;
    static float without[BAR + AFTER];

    give_last_note(&stage->score.now, 1);
    stage_play(stage);
    stage_run(stage, BAR + AFTER);
    memcpy(without, stage->main[0], sizeof(without));

    stage_again(stage);
    give_last_note(&stage->score.now, 1);
    give_last_note(&stage->score.next, 2);
    stage->score.next.rows[0] = (struct score_row){ 0 };
    give_impulse(stage, &stage->score.next, 1, 0.25f, "x");
    stage->score.next_bar = 1;
    stage_play(stage);
    stage_run(stage, BAR + AFTER);
    for (uint32_t i = 0; i < BAR + AFTER; i++)
        stage_near(stage->main[0][i], (double)without[i] + (i == BAR ? 0.25 : 0), 1e-4);
    assert_true(fabsf(without[15 * STEP + 1000]) + fabsf(without[15 * STEP + 1100]) > 0.01f); /* the note sounds */
    double tail = 0;
    for (uint32_t i = BAR + 1; i < BAR + AFTER; i++)
        tail = fmax(tail, fabs((double)without[i]));
    assert_true(tail > 0.01);
}

/* The control thread sets a pattern at once before it learns that the queued one began. */
STAGE_CLAIM(a_pattern_set_at_once_replaces_a_queued_one_that_just_began)
{
    struct stage *stage = *state;

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.next = (struct score_pattern){ .serial = 2, .steps = 16 };
    stage->score.next_bar = 1;
    stage->score.next_tempo = 240;
    give_impulse(stage, &stage->score.next, 1, 0.25f, "x.x");
    stage_play(stage);
    stage_run(stage, BAR + 100);
    stage_near(stage->main[0][BAR], 0.25, 0);

    stage->score.now = (struct score_pattern){ .serial = 3, .steps = 16 };
    give_impulse(stage, &stage->score.now, 2, 0.5f, "...x");
    stage->score.next_bar = -1;
    stage->score.tempo = 120;
    stage_score(stage);
    stage_run(stage, BAR + 4 * STEP);
    stage_near(stage_state(stage).tempo, 120, 0);
    stage_near(stage->main[0][stage_onset(stage, BAR + 1)], 0.5, 0);
}

STAGE_CLAIM(a_new_tempo_changes_the_pace_and_not_the_place)
{
    struct stage *stage = *state;
    uint32_t at[2];

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "..x.x");
    stage_play(stage);
    stage_run(stage, 2048);
    stage->score.tempo = 60;
    stage_score(stage);
    stage_run(stage, 5 * STEP * 2);
    at[0] = 2048 + 2 * (2 * STEP - 2048);
    at[1] = 2048 + 2 * (4 * STEP - 2048);
    assert_impulses(stage, 0, stage->recorded, at, 2);
}

STAGE_CLAIM(a_score_of_the_same_pattern_keeps_the_place)
{
    struct stage *stage = *state;
    const uint32_t at[] = { 0, 8 * STEP };

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "x");
    stage_play(stage);
    stage_run(stage, 3 * STEP);
    stage->score.now.rows[0].steps[8] = STEP_NORMAL;
    stage_score(stage);
    stage_run(stage, 15 * STEP);
    assert_impulses(stage, 0, stage->recorded, at, 2);
}

static uint32_t find_clicks(const struct stage *stage, uint32_t until, uint32_t *at, uint32_t most)
{
    uint32_t count = 0, i = 0;

    while (i < until && count < most) {
        if (fabsf(stage->main[0][i]) > 0) {
            at[count++] = i;
            i += 3500; /* a click ends after 60 ms */
        }
        i++;
    }
    return count;
}

STAGE_CLAIM(the_metronome_clicks_on_each_beat)
{
    struct stage *stage = *state;
    uint32_t at[8];

    stage->score.metronome = 1;
    stage_score(stage);
    stage_start_transport(stage, 100, 0);
    stage_run(stage, 100 + BAR - 1);
    assert_int_equal(find_clicks(stage, stage->recorded, at, 8), 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(at[i], 100 + i * 4 * STEP);
}

STAGE_CLAIM(the_count_in_clicks_and_the_music_waits_for_it)
{
    struct stage *stage = *state;
    uint32_t at[8];

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "xxxxxxxxxxxxxxxx");
    stage_score(stage);
    stage_start_transport(stage, 0, 1);
    stage_run(stage, 3 * STEP);
    assert_int_equal(stage_state(stage).count_in, 13);
    assert_int_equal(stage_state(stage).step, 0);
    stage_run(stage, BAR + 10);
    assert_int_equal(find_clicks(stage, BAR, at, 8), 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(at[i], i * 4 * STEP);
    assert_int_equal(stage_onset(stage, BAR - STEP), BAR);
    stage_near(stage->main[0][BAR], 0.5, 0);
    assert_int_equal(stage_note(stage, NOTE_BAR, 0)->frame, BAR);
}

STAGE_CLAIM(a_stop_and_a_locate_say_where_it_goes_on)
{
    struct stage *stage = *state;
    const uint32_t at[] = { 0, 40000, 60000 };

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "x..x....x");
    stage_play(stage);
    stage_cue(stage, (struct cue){ .frame = 3 * STEP - 10, .verb = CUE_TRANSPORT_STOP });
    stage_cue(stage, (struct cue){ .frame = 30000, .verb = CUE_TRANSPORT_LOCATE, .from = 8 });
    stage_start_transport(stage, 40000, 0);
    stage_cue(stage, (struct cue){ .frame = 60000, .verb = CUE_TRANSPORT_LOCATE, .from = 3 });
    stage_run(stage, 80000);
    assert_impulses(stage, 0, stage->recorded, at, 3);
    assert_int_equal(stage_state(stage).step, 6);
}

/* A synth row: a sine of 1 kHz, its filter wide open. */
static struct score_row synth_row(void)
{
    struct score_row row = { .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.5f, .gate = 0.5f };

    row.voice = (struct score_voice){ .freq = 1000, .attack = 0.001f, .decay = 0.05f, .sustain = 1, .release = 0.01f };
    row.steps[0] = STEP_NORMAL;
    return row;
}

STAGE_CLAIM(a_synth_row_sounds_as_long_as_its_gate_and_release)
{
    struct stage *stage = *state;
    double sum = 0;

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.now.rows[4] = synth_row();
    stage_score(stage);
    stage_start_transport(stage, 1000, 0);
    stage_run(stage, 1000 + 2 * STEP);
    assert_in_range(stage_onset(stage, 0), 1000, 1002);
    for (uint32_t i = 0; i < 2400; i++)
        sum += stage->main[0][1400 + i] * stage->main[0][1400 + i];
    stage_near(sqrt(sum / 2400), 0.5 / sqrt(2), 1e-3);
    assert_true(stage_is_silent(stage, 1000 + STEP / 2 + 481, 1000 + 2 * STEP));
}

STAGE_CLAIM(notes_of_a_row_come_in_turn)
{
    struct stage *stage = *state;
    struct score_row *row = &stage->score.now.rows[0];
    const uint32_t crossings[] = { 20, 40, 60, 20 }; /* in 20 ms */

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    *row = synth_row();
    row->note_count = 3;
    row->notes[0] = 500, row->notes[1] = 1000, row->notes[2] = 1500;
    for (uint32_t i = 0; i < 4; i++)
        row->steps[2 * i] = STEP_NORMAL;
    stage_play(stage);
    stage_run(stage, 8 * STEP);
    for (uint32_t note = 0; note < 4; note++) {
        uint32_t count = 0;
        for (uint32_t i = note * 2 * STEP + 500; i < note * 2 * STEP + 500 + 960; i++)
            count += (stage->main[0][i] < 0) != (stage->main[0][i + 1] < 0);
        assert_in_range(count, crossings[note] - 1, crossings[note] + 1);
    }
}

STAGE_CLAIM(an_accent_opens_the_filter)
{
    struct stage *stage = *state;
    struct score_row *row = &stage->score.now.rows[0];
    double power[2] = { 0, 0 };

    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    *row = synth_row();
    row->voice.filter_q = 0.7f;
    row->filter_freq = 200;
    row->accent_boost = 5000;
    row->steps[4] = STEP_ACCENT;
    stage_play(stage);
    stage_run(stage, 6 * STEP);
    for (uint32_t i = 1000; i < 2900; i++) {
        power[0] += stage->main[0][i] * stage->main[0][i];
        power[1] += stage->main[0][4 * STEP + i] * stage->main[0][4 * STEP + i];
    }
    assert_true(power[1] > 100 * power[0] && power[0] > 0);
}

STAGE_CLAIM(sends_reach_reverb_and_delay)
{
    struct stage *stage = *state;
    uint32_t echo;

    stage->score.now = (struct score_pattern){
        .serial = 1, .steps = 64, .delay_time = 0.25f, .delay_mix = 1, .delay_lowcut = 5, .delay_highcut = 20000
    };
    give_impulse(stage, &stage->score.now, 0, 0.5f, "x");
    stage->score.now.rows[0].voice.delay_send = 1;
    stage_play(stage);
    stage_run(stage, 13000);
    echo = stage_onset(stage, 1);
    assert_in_range(echo, 11996, 12000);
    assert_true(fabsf(stage->main[0][12000]) > 0.1f);

    stage->score.now.rows[0].voice = (struct score_voice){ .reverb_send = 1 };
    stage->score.now.reverb_mix = 1;
    stage->score.now.reverb_room = 0.5f;
    stage_score(stage);
    stage_cue(stage, (struct cue){ .frame = 30000, .verb = CUE_TRANSPORT_LOCATE, .from = 0 });
    stage_run(stage, 60000);
    assert_true(stage_peak(stage, 30001, 30200) < 1e-5f);
    assert_true(stage_peak(stage, 30200, 33000) > 1e-4f);
    assert_true(stage_peak(stage, 33000, 36000) > 1e-4f);
}
