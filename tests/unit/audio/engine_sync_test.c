/* Other clocks: MIDI clock in, JACK's transport followed and led. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000 }; /* frames, at 120 BPM and 48 kHz */

static void play_midi(struct stage *stage, int64_t frame, uint8_t status, uint8_t one, uint8_t two)
{
    assert_true(stage->to_play < STAGE_MIDI);
    stage->play[stage->to_play++] = (struct stage_midi){ frame, status == 0xf2 ? 3 : 1, { status, one, two } };
}

/* Clocks at `bpm`, each up to `jitter` frames early or late. */
static int64_t play_clocks(struct stage *stage, int64_t from, double bpm, uint32_t count, int jitter)
{
    double tick = 2.5 * STAGE_RATE / bpm;

    for (uint32_t i = 0; i < count; i++)
        play_midi(stage, from + (int64_t)(i * tick) + (jitter ? (int)(i * 7919 % (2 * (uint32_t)jitter)) - jitter : 0),
                  0xf8, 0, 0);
    return from + (int64_t)(count * tick);
}

STAGE_CLAIM(the_tempo_locks_to_midi_clock)
{
    struct stage *stage = *state;
    struct state seen;
    int64_t end;

    stage->score.sync = SYNC_FOLLOW_MIDI;
    stage_score(stage);
    play_midi(stage, 990, 0xfa, 0, 0);
    end = play_clocks(stage, 1000, 140, 24 * 8, 48); /* 1 ms */
    stage_run(stage, (uint32_t)end);
    seen = stage_state(stage);
    assert_int_equal(seen.running, 1);
    stage_near(seen.tempo, 140, 0.7);
    stage_near((double)seen.step + seen.step_phase, 32, 0.05);

    play_midi(stage, end + 10, 0xfc, 0, 0);
    play_midi(stage, end + 20, 0xf2, 8, 0);
    play_midi(stage, end + 30, 0xfb, 0, 0);
    end = play_clocks(stage, end + 5000, 140, 25, 0);
    stage_run(stage, (uint32_t)end);
    seen = stage_state(stage);
    stage_near((double)seen.step + seen.step_phase, 8 + 25.0 / 6, 0.1);
}

/* `late`: the clock of the gap comes after it. */
static void lose_period(struct stage *stage, bool late)
{
    const int64_t gap = 1024;
    struct state state;
    int64_t end;

    stage_again(stage);
    stage->score.sync = SYNC_FOLLOW_MIDI;
    stage_score(stage);
    play_midi(stage, 990, 0xfa, 0, 0);
    (void)play_clocks(stage, 1000, 120, 48, 0);
    stage_run(stage, 48640);
    stage->server += gap; /* the clock at 49000 is lost */
    if (late)
        play_midi(stage, 48650, 0xf8, 0, 0);
    end = play_clocks(stage, 50000 - gap, 120, 48, 0);
    stage_run(stage, (uint32_t)end);
    state = stage_state(stage);
    stage_near(state.tempo, 120, 0.1);
    stage_near((double)state.step + state.step_phase, 97 / 6.0, 0.02);
}

STAGE_CLAIM(a_lost_period_moves_no_beat_of_midi_clock)
{
    lose_period(*state, false);
    lose_period(*state, true);
}

STAGE_CLAIM(the_first_clock_after_a_start_is_the_first_step)
{
    struct stage *stage = *state;
    float one = 0.5f;

    stage_sound(stage, 0, &one, 1);
    stage->score.sync = SYNC_FOLLOW_MIDI;
    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.now.rows[0] = (struct score_row){ .used = 1, .generation = 1, .amp = 1, .gate = 1, .ratio = 1 };
    memset(stage->score.now.rows[0].steps, STEP_NORMAL, SCORE_STEPS);
    stage_score(stage);
    play_clocks(stage, 1000, 120, 24, 0);
    play_midi(stage, 24500, 0xfa, 0, 0);
    play_clocks(stage, 25000, 120, 48, 0);
    stage_run(stage, 60000);
    assert_int_equal(stage_onset(stage, 0), 25000);
    for (int64_t step = 1; step < 5; step++)
        assert_in_range(stage_onset(stage, (uint32_t)(25001 + (step - 1) * STEP + 10)), 25000 + step * STEP - 2,
                        25000 + step * STEP + 2);
}

STAGE_CLAIM(jack_is_followed)
{
    struct stage *stage = *state;
    struct state seen;

    stage->score.sync = SYNC_FOLLOW_JACK;
    stage->score.metronome = 1;
    stage_play(stage);
    stage_run(stage, 256);
    assert_int_equal(stage->last.jack_ask, 1);
    assert_int_equal(stage_state(stage).running, 0);
    stage_run(stage, 1024);
    stage->jack_state = JACK_ROLLING;
    stage->jack_frame = 4 * STEP - 300;
    stage_run(stage, 1024 + 1280);
    seen = stage_state(stage);
    assert_int_equal(seen.running, 1);
    assert_int_equal(seen.step, 4);
    assert_int_equal(stage_onset(stage, 0), 1024 + 300);
    stage->jack_frame = 9 * STEP + 100; /* another client located */
    stage_run(stage, 2560);
    assert_int_equal(stage_state(stage).step, 9);
    stage->jack_state = JACK_STOPPED;
    stage_run(stage, 4096);
    assert_int_equal(stage_state(stage).running, 0);
    stage->jack_state = JACK_ROLLING;
    stage->jack_tempo = 90;
    stage->jack_step = 100.5;
    stage_run(stage, 4096 + 256);
    seen = stage_state(stage);
    stage_near(seen.tempo, 90, 0);
    stage_near((double)seen.step + seen.step_phase, 100.5 + 256.0 / 8000, 1e-6);
}

STAGE_CLAIM(jack_is_led)
{
    struct stage *stage = *state;

    stage->score.sync = SYNC_LEAD_JACK;
    stage_score(stage);
    stage_cue(stage, (struct cue){ .frame = 0, .verb = CUE_TRANSPORT_LOCATE, .from = 8 });
    stage_run(stage, 256);
    assert_int_equal(stage->last.jack_locate, 8 * STEP);
    stage_start_transport(stage, 300, 0);
    stage_run(stage, 512);
    assert_int_equal(stage->last.jack_ask, 1);
    assert_int_equal(stage->last.jack_locate, 8 * STEP + 256 + 3 * 256 - 300); /* JACK rolls three periods later */
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_TRANSPORT_STOP });
    stage_run(stage, 768);
    assert_int_equal(stage->last.jack_ask, -1);
}

static void lead_is_at(const struct stage *stage, double place, double tempo)
{
    assert_int_equal(stage->last.lead.leads, 1);
    stage_near(stage->last.lead.place, place, 1e-9);
    stage_near(stage->last.lead.tempo, tempo, 1e-9);
}

/* JACK gets, one period in advance, the place of its first frame, and the tempo from there on. */
STAGE_CLAIM(jack_gets_the_place_through_changes_of_tempo)
{
    struct stage *stage = *state;
    double place;

    stage->score.sync = SYNC_LEAD_JACK;
    stage_score(stage);
    stage_run(stage, 256);
    lead_is_at(stage, 0, 120);
    assert_int_equal(stage->last.lead.plays, 0);
    stage_start_transport(stage, CUE_NOW, 0);
    stage_run(stage, 256 * 400);
    place = 256 * 399.0 / STEP;
    lead_is_at(stage, place, 120);
    stage->score.tempo = 140;
    stage_score(stage);
    stage_run(stage, 256 * 401); /* this period at the tempo that JACK got for it */
    place += 256.0 / STEP;
    lead_is_at(stage, place, 140);
    stage_run(stage, 256 * 801);
    place += 400 * 256.0 / (STEP * 120.0 / 140);
    lead_is_at(stage, place, 140);
    stage_near((double)stage_state(stage).step + stage_state(stage).step_phase, place, 1e-9);
}

STAGE_CLAIM(jack_rolls_with_the_music_after_a_count_in)
{
    struct stage *stage = *state;
    uint32_t asked = 0, at = 100 * 256;

    stage->score.sync = SYNC_LEAD_JACK;
    stage_score(stage);
    stage_cue(stage, (struct cue){ .frame = 0, .verb = CUE_TRANSPORT_LOCATE, .from = 16 });
    stage_run(stage, at);
    stage_start_transport(stage, CUE_NOW, 1);
    while (!asked && stage->recorded < at + 17 * STEP) {
        lead_is_at(stage, 16, 120);
        stage_run(stage, stage->recorded + 256);
        asked = stage->last.jack_ask == 1 ? stage->recorded - 256 : 0;
    }
    /* JACK rolls in exactly the period in which the bar begins. */
    assert_in_range(at + 16 * STEP - (asked + 3 * 256), 0, 255);
    assert_int_equal(stage->last.jack_locate, 16 * STEP - (at + 16 * STEP - (asked + 3 * 256)));
    for (int i = 0; i < 20; i++) {
        stage_run(stage, stage->recorded + 256);
        assert_int_equal(stage->last.jack_ask, 0);
        lead_is_at(stage, ((double)stage->recorded - at) / STEP, 120);
    }
}

STAGE_CLAIM(a_server_that_is_new_is_asked_to_roll)
{
    struct stage *stage = *state;

    stage->score.sync = SYNC_LEAD_JACK;
    stage_play(stage);
    stage_run(stage, 2560);
    assert_int_equal(stage->last.jack_ask, 0);
    stage->jack_joined = true;
    stage_run(stage, 2816);
    assert_int_equal(stage->last.jack_ask, 1);
    assert_int_equal(stage->last.jack_locate, 2560 + 3 * 256);
}

/* ---- following, exactly ---- */

static uint32_t count_onsets(const struct stage *stage, uint32_t from, uint32_t to)
{
    uint32_t count = 0;

    for (uint32_t i = from; i < to; i++)
        count += fabsf(stage->main[0][i]) > 0;
    return count;
}

/* A click of one frame at each step. */
static void play_clicks(struct stage *stage)
{
    float one = 0.5f;

    stage_sound(stage, 0, &one, 1);
    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.now.rows[0] = (struct score_row){ .used = 1, .generation = 1, .amp = 1, .gate = 1, .ratio = 1 };
    memset(stage->score.now.rows[0].steps, STEP_NORMAL, SCORE_STEPS);
    stage_score(stage);
}

/* A leader's tempo changes within a period: later steps come on their frames, and no step is repeated. */
STAGE_CLAIM(a_leader_s_change_of_tempo_repeats_no_step)
{
    struct stage *stage = *state;
    const double fast = 15.0 * STAGE_RATE / 180;
    const uint32_t change = 4 * STEP + 128; /* in the middle of a period */

    stage->score.sync = SYNC_FOLLOW_JACK;
    play_clicks(stage);
    stage->jack_state = JACK_ROLLING;
    while (stage->recorded < 96000) {
        bool is_fast = stage->recorded >= change;
        stage->jack_tempo = is_fast ? 180 : 120;
        stage->jack_step =
            is_fast ? (double)change / STEP + (stage->recorded - change) / fast : (double)stage->recorded / STEP;
        stage_run(stage, stage->recorded + 256);
    }
    for (uint32_t step = 5; step < 16; step++) {
        uint32_t wanted = change + (uint32_t)lround((step - (double)change / STEP) * fast);
        assert_in_range(stage_onset(stage, wanted - 100), wanted - 1, wanted + 1);
    }
    assert_int_equal(count_onsets(stage, 0, change + (uint32_t)(11.5 * fast)), 16);
}

/* A leader with few ticks in a beat hides up to a fiftieth of a step, because it sends whole ticks. */
STAGE_CLAIM(coarse_ticks_move_nothing)
{
    struct stage *stage = *state;

    stage->score.sync = SYNC_FOLLOW_JACK;
    play_clicks(stage);
    stage->jack_state = JACK_ROLLING;
    stage->jack_tempo = 120;
    stage->jack_slack = 4.0 / 96;
    while (stage->recorded < 96000) {
        stage->jack_step = floor((double)stage->recorded / STEP * 24) / 24;
        stage_run(stage, stage->recorded + 256);
    }
    for (uint32_t step = 0; step < 16; step++)
        assert_int_equal(stage_onset(stage, step * STEP), step * STEP);
}

/* Without bars, JACK's frames show how far it moved, and the tempo is our own. */
STAGE_CLAIM(our_own_tempo_goes_on_where_it_changes)
{
    struct stage *stage = *state;
    struct state before, after;

    stage->score.sync = SYNC_FOLLOW_JACK;
    stage_score(stage);
    stage->jack_state = JACK_ROLLING;
    stage_run(stage, 256 * 700);
    before = stage_state(stage);
    stage->score.tempo = 150;
    stage_score(stage);
    stage_run(stage, 256 * 701);
    after = stage_state(stage);
    stage_near((double)after.step + after.step_phase,
               (double)before.step + before.step_phase + 256.0 / (STEP * 120.0 / 150), 1e-9);
    stage->jack_frame += 256 * 10;
    stage_run(stage, 256 * 702);
    stage_near((double)stage_state(stage).step + stage_state(stage).step_phase,
               (double)after.step + after.step_phase + 256 * 11.0 / (STEP * 120.0 / 150), 1e-9);
}
