/* Other clocks: MIDI clock out and in, JACK's transport followed and led. */
#include "tests/unit/audio/stage.h"

enum { TICK = 1000, STEP = 6000 }; /* frames, at 120 BPM and 48 kHz */

static uint32_t ticks_from(const struct stage *stage, uint32_t at, int64_t *frames, uint32_t most)
{
    uint32_t count = 0;

    for (uint32_t i = at; i < stage->heard_count && count < most; i++)
        if (stage->heard[i].bytes[0] == 0xf8)
            frames[count++] = stage->heard[i].frame;
    return count;
}

static void midi_clock_leaves_24_times_a_quarter(void **made)
{
    struct stage *stage = *made;
    int64_t at[100];

    stage->score.midi_clock_out = 1;
    stage->score.swing = 0.5;
    stage_score(stage);
    stage_start_transport(stage, 777, 0);
    stage_order(stage, (struct order){ .frame = 777 + 95 * TICK + 1, .verb = ORDER_TRANSPORT_STOP });
    stage_run(stage, 777 + 100 * TICK);
    assert_int_equal(stage->heard[0].bytes[0], 0xfa);
    assert_int_equal(stage->heard[0].frame, 777);
    assert_int_equal(ticks_from(stage, 0, at, 100), 96);
    for (int i = 0; i < 96; i++)
        assert_int_equal(at[i], 777 + i * TICK);
    assert_int_equal(stage->heard[97].bytes[0], 0xfc);

    stage_start_transport(stage, ORDER_NOW, 0); /* from step 15: song position, continue */
    stage_run(stage, stage->recorded + 500);
    assert_int_equal(stage->heard[98].bytes[0], 0xf2);
    assert_int_equal(stage->heard[98].bytes[1], 15);
    assert_int_equal(stage->heard[99].bytes[0], 0xfb);
}

static void midi_clock_waits_for_the_count_in(void **made)
{
    struct stage *stage = *made;

    stage->score.midi_clock_out = 1;
    stage_score(stage);
    stage_start_transport(stage, 0, 1);
    stage_run(stage, 16 * STEP + 3 * TICK);
    assert_int_equal(stage->heard[0].bytes[0], 0xfa);
    assert_int_equal(stage->heard[0].frame, 16 * STEP);
    assert_int_equal(stage->heard[1].frame, 16 * STEP);
    assert_int_equal(stage->heard_count, 4);
}

static void play_midi(struct stage *stage, int64_t frame, uint8_t status, uint8_t one, uint8_t two)
{
    assert_true(stage->to_play < STAGE_MIDI);
    stage->play[stage->to_play++] =
        (struct stage_midi){ frame, status == 0xf2 ? 3 : 1, { status, one, two } };
}

/* Clocks at `bpm`, each up to `jitter` frames early or late. */
static int64_t play_clocks(struct stage *stage, int64_t from, double bpm, uint32_t count, int jitter)
{
    double tick = 2.5 * STAGE_RATE / bpm;

    for (uint32_t i = 0; i < count; i++)
        play_midi(stage,
                  from + (int64_t)(i * tick) +
                      (jitter ? (int)(i * 7919 % (2 * (uint32_t)jitter)) - jitter : 0),
                  0xf8, 0, 0);
    return from + (int64_t)(count * tick);
}

static void the_tempo_locks_to_midi_clock(void **made)
{
    struct stage *stage = *made;
    struct state state;
    int64_t end;

    stage->score.sync = SYNC_FOLLOW_MIDI;
    stage_score(stage);
    play_midi(stage, 990, 0xfa, 0, 0);
    end = play_clocks(stage, 1000, 140, 24 * 8, 48); /* 1 ms */
    stage_run(stage, (uint32_t)end);
    state = stage_state(stage);
    assert_int_equal(state.running, 1);
    stage_near(state.tempo, 140, 0.7);
    stage_near((double)state.step + state.step_phase, 32, 0.05);

    play_midi(stage, end + 10, 0xfc, 0, 0);
    play_midi(stage, end + 20, 0xf2, 8, 0);
    play_midi(stage, end + 30, 0xfb, 0, 0);
    end = play_clocks(stage, end + 5000, 140, 25, 0);
    stage_run(stage, (uint32_t)end);
    state = stage_state(stage);
    stage_near((double)state.step + state.step_phase, 8 + 25.0 / 6, 0.1);
}

static void the_first_clock_after_a_start_is_the_first_step(void **made)
{
    struct stage *stage = *made;
    float one = 0.5f;

    stage_sound(stage, 0, &one, 1);
    stage->score.sync = SYNC_FOLLOW_MIDI;
    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    stage->score.now.rows[0] =
        (struct score_row){ .used = 1, .generation = 1, .amp = 1, .gate = 1, .ratio = 1 };
    memset(stage->score.now.rows[0].steps, STEP_NORMAL, SCORE_STEPS);
    stage_score(stage);
    play_clocks(stage, 1000, 120, 24, 0);
    play_midi(stage, 24500, 0xfa, 0, 0);
    play_clocks(stage, 25000, 120, 48, 0);
    stage_run(stage, 60000);
    assert_int_equal(stage_onset(stage, 0), 25000);
    for (int64_t step = 1; step < 5; step++)
        assert_in_range(stage_onset(stage, (uint32_t)(25001 + (step - 1) * STEP + 10)),
                        25000 + step * STEP - 2, 25000 + step * STEP + 2);
}

static void jack_is_followed(void **made)
{
    struct stage *stage = *made;
    struct state state;

    stage->score.sync = SYNC_FOLLOW_JACK;
    stage->score.metronome = 1;
    stage_score(stage);
    stage_start_transport(stage, 0, 0);
    stage_run(stage, 256);
    assert_int_equal(stage->last.jack_ask, 1);
    assert_int_equal(stage_state(stage).running, 0);
    stage_run(stage, 1024);
    stage->jack_state = JACK_ROLLING;
    stage->jack_frame = 4 * STEP - 300;
    stage_run(stage, 1024 + 1280);
    state = stage_state(stage);
    assert_int_equal(state.running, 1);
    assert_int_equal(state.step, 4);
    assert_int_equal(stage_onset(stage, 0), 1024 + 300);
    stage->jack_frame = 9 * STEP + 100; /* somebody located */
    stage_run(stage, 2560);
    assert_int_equal(stage_state(stage).step, 9);
    stage->jack_state = JACK_STOPPED;
    stage_run(stage, 4096);
    assert_int_equal(stage_state(stage).running, 0);
    stage->jack_state = JACK_ROLLING;
    stage->jack_tempo = 90;
    stage->jack_step = 100.5;
    stage_run(stage, 4096 + 256);
    state = stage_state(stage);
    stage_near(state.tempo, 90, 0);
    stage_near((double)state.step + state.step_phase, 100.5 + 256.0 / 8000, 1e-6);
}

static void jack_is_led(void **made)
{
    struct stage *stage = *made;

    stage->score.sync = SYNC_LEAD_JACK;
    stage_score(stage);
    stage_order(stage, (struct order){ .frame = 0, .verb = ORDER_TRANSPORT_LOCATE, .from = 8 });
    stage_run(stage, 256);
    assert_int_equal(stage->last.jack_locate, 8 * STEP);
    stage_start_transport(stage, 300, 0);
    stage_run(stage, 512);
    assert_int_equal(stage->last.jack_ask, 1);
    assert_int_equal(stage->last.jack_locate, 8 * STEP);
    stage_order(stage, (struct order){ .frame = ORDER_NOW, .verb = ORDER_TRANSPORT_STOP });
    stage_run(stage, 768);
    assert_int_equal(stage->last.jack_ask, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(midi_clock_leaves_24_times_a_quarter),
        STAGE_TEST(midi_clock_waits_for_the_count_in),
        STAGE_TEST(the_tempo_locks_to_midi_clock),
        STAGE_TEST(the_first_clock_after_a_start_is_the_first_step),
        STAGE_TEST(jack_is_followed),
        STAGE_TEST(jack_is_led),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
