/* MIDI clock out: each clock on its frame, and none too few. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000, TICK = 1000 }; /* frames, at 120 BPM and 48 kHz */

static uint32_t ticks_from(const struct stage *stage, uint32_t at, int64_t *frames, uint32_t most)
{
    uint32_t count = 0;

    for (uint32_t i = at; i < stage->sent_count && count < most; i++)
        if (stage->sent[i].bytes[0] == 0xf8)
            frames[count++] = stage->sent[i].frame;
    return count;
}

STAGE_CLAIM(midi_clock_leaves_24_times_a_quarter)
{
    struct stage *stage = *state;
    int64_t at[100];

    stage->score.midi_clock_out = 1;
    stage->score.swing = 0.5;
    stage_score(stage);
    stage_start_transport(stage, 777, 0);
    stage_cue(stage, (struct cue){ .frame = 777 + 95 * TICK + 1, .verb = CUE_TRANSPORT_STOP });
    stage_run(stage, 777 + 100 * TICK);
    assert_int_equal(stage->sent[0].bytes[0], 0xfa);
    assert_int_equal(stage->sent[0].frame, 777);
    assert_int_equal(ticks_from(stage, 0, at, 100), 96);
    for (int i = 0; i < 96; i++)
        assert_int_equal(at[i], 777 + i * TICK);
    assert_int_equal(stage->sent[97].bytes[0], 0xfc);

    stage_start_transport(stage, CUE_NOW, 0); /* from step 15: song position, continue */
    stage_run(stage, stage->recorded + 500);
    assert_int_equal(stage->sent[98].bytes[0], 0xf2);
    assert_int_equal(stage->sent[98].bytes[1], 15);
    assert_int_equal(stage->sent[99].bytes[0], 0xfb);
}

STAGE_CLAIM(the_clock_goes_on_while_the_transport_is_stopped_when_wanted)
{
    struct stage *stage = *state;
    int64_t at[100];

    stage->score.midi_clock_out = stage->score.midi_clock_stopped = 1;
    stage_score(stage);
    stage_start_transport(stage, 10 * TICK, 0);
    stage_cue(stage, (struct cue){ .frame = 30 * TICK + 333, .verb = CUE_TRANSPORT_STOP });
    stage_run(stage, 60 * TICK - 1);
    assert_int_equal(ticks_from(stage, 0, at, 100), 60);
    for (int i = 0; i < 60; i++)
        assert_int_equal(at[i], i * TICK);
    stage->score.midi_clock_stopped = 0;
    stage_score(stage);
    stage_run(stage, 80 * TICK);
    assert_int_equal(ticks_from(stage, 0, at, 100), 60);
}

STAGE_CLAIM(midi_clock_leaves_later_or_earlier_by_its_offset)
{
    struct stage *stage = *state;
    int64_t at[100];

    stage->score.midi_clock_out = 1;
    stage->score.midi_clock_offset = 0.05f; /* 2,400 frames */
    stage_score(stage);
    stage_start_transport(stage, 777, 0);
    stage_run(stage, 777 + 50 * TICK);
    assert_int_equal(stage->sent[0].bytes[0], 0xfa);
    assert_int_equal(stage->sent[0].frame, 777 + 2400);
    assert_int_equal(ticks_from(stage, 0, at, 100), 48);
    for (int i = 0; i < 48; i++)
        assert_int_equal(at[i], 777 + 2400 + i * TICK);

    stage_again(stage);
    stage->score.midi_clock_out = 1;
    stage->score.midi_clock_offset = -0.05f;
    stage_score(stage);
    stage_start_transport(stage, 777, 0);
    stage_run(stage, 777 + 50 * TICK);
    assert_int_equal(stage->sent[0].bytes[0], 0xfa);
    assert_int_equal(stage->sent[0].frame, 777);
    assert_int_equal(ticks_from(stage, 0, at, 100), 53);
    for (int i = 0; i < 53; i++) /* the first three are too late for their offset */
        assert_int_equal(at[i], i < 3 ? 777 : 777 - 2400 + i * TICK);
}

/* Loses `gap` frames. Returns the number of clocks that are sent until a second after it. */
static uint32_t count_through_gap(struct stage *stage, double tempo, uint32_t gap)
{
    int64_t at[400];
    uint32_t count;

    stage_again(stage);
    stage->score.midi_clock_out = 1;
    stage->score.tempo = tempo;
    stage_score(stage);
    stage_start_transport(stage, 0, 0);
    stage_run(stage, 10240);
    stage->server += gap;
    stage_run(stage, 10240 + STAGE_RATE);
    count = ticks_from(stage, 0, at, 400);
    for (uint32_t i = 1; i < count; i++)
        assert_true(at[i] >= at[i - 1]);
    return count;
}

static uint32_t clocks_within(uint32_t frames, double tempo)
{
    return (uint32_t)ceil(frames / (2.5 * STAGE_RATE / tempo));
}

/* The limiter's delay makes messages wait for a later period. */
STAGE_CLAIM(a_gap_loses_no_midi_clock)
{
    struct stage *stage = *state;

    for (uint32_t delays = 0; delays < 2; delays++) {
        stage->score.limiter = delays;
        assert_int_equal(count_through_gap(stage, 120, 1024), clocks_within(10240 + 1024 + STAGE_RATE, 120));
        assert_int_equal(count_through_gap(stage, 400, STAGE_RATE - 41), clocks_within(10199 + 2 * STAGE_RATE, 400));
    }
}

STAGE_CLAIM(a_clock_that_is_switched_on_later_sends_no_past_ones)
{
    struct stage *stage = *state;
    int64_t at[10];

    stage_score(stage);
    stage_start_transport(stage, 0, 0);
    stage_run(stage, 256 * 10);
    stage->score.midi_clock_out = 1;
    stage_score(stage);
    stage_run(stage, 256 * 10 + TICK);
    assert_int_equal(ticks_from(stage, 0, at, 10), 1);
    assert_int_equal(at[0], 3 * TICK);
}

STAGE_CLAIM(midi_clock_waits_for_the_count_in)
{
    struct stage *stage = *state;

    stage->score.midi_clock_out = 1;
    stage_score(stage);
    stage_start_transport(stage, 0, 1);
    stage_run(stage, 16 * STEP + 3 * TICK);
    assert_int_equal(stage->sent[0].bytes[0], 0xfa);
    assert_int_equal(stage->sent[0].frame, 16 * STEP);
    assert_int_equal(stage->sent[1].frame, 16 * STEP);
    assert_int_equal(stage->sent_count, 4);
}

/* 31 rows with two hits a step. */
static void play_many_rows(struct stage *stage)
{
    for (uint32_t r = 1; r < SCORE_ROWS; r++) {
        struct score_row *row = &stage->score.now.rows[r];

        *row = (struct score_row){ .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.5f, .gate = 0.5f, .midi = r % 16 + 1 };
        row->voice.freq = 440;
        row->ratchet_count = 1;
        row->ratchet[0] = 2;
        memset(row->steps, STEP_NORMAL, 16 * sizeof(*row->steps));
    }
    stage->score.now.serial = 1;
    stage->score.now.steps = 16;
    stage_play(stage);
}

STAGE_CLAIM(start_clock_and_stop_are_sent_among_all_that_waits_for_an_insert)
{
    enum { LATE = 8192 };
    struct stage *stage = *state;
    int64_t at[100];
    int notes = 0;

    stage->score.midi_clock_out = 1;
    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = LATE;
    stage_cue(stage, (struct cue){ .frame = 50 * TICK + 1, .verb = CUE_TRANSPORT_STOP });
    play_many_rows(stage);
    stage_run(stage, 50 * TICK + 3 * LATE);
    assert_int_equal(ticks_from(stage, 0, at, 100), 51);
    for (int i = 0; i < 51; i++)
        assert_int_equal(at[i], i * TICK + LATE);
    for (uint32_t i = 0, starts = 0, stops = 0; i <= stage->sent_count; i++) {
        if (i == stage->sent_count) {
            assert_int_equal(starts, 1);
            assert_int_equal(stops, 1);
            break;
        }
        starts += stage->sent[i].bytes[0] == 0xfa;
        stops += stage->sent[i].bytes[0] == 0xfc;
        notes += (stage->sent[i].bytes[0] & 0xf0) == 0x90;
        notes -= (stage->sent[i].bytes[0] & 0xf0) == 0x80;
    }
    assert_int_equal(notes, 0);
}

/* More messages than a period has room for. */
STAGE_CLAIM(a_stop_and_its_clocks_are_sent_when_there_is_no_room)
{
    struct stage *stage = *state;
    int64_t at[400];
    uint32_t stops = 0;

    stage->period = ENGINE_FRAMES;
    stage->score.tempo = 400;
    stage->score.midi_clock_out = 1;
    stage_cue(stage, (struct cue){ .frame = 30000, .verb = CUE_TRANSPORT_STOP });
    play_many_rows(stage);
    stage_run(stage, 60000);
    for (uint32_t i = 0; i < stage->sent_count; i++)
        stops += stage->sent[i].bytes[0] == 0xfc;
    assert_int_equal(stops, 1);
    assert_true(ticks_from(stage, 0, at, 400) > 60);
}
