/* Rows that send notes to the MIDI port: each note on its frame, and no note without its end. */
#include "services/audio/rt/instance.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000, BAR = 16 * STEP, CHANNEL = 9 }; /* frames, at 120 BPM and 48 kHz */

static struct score_row *give_row(struct score_pattern *pattern, const char *steps)
{
    struct score_row *row = &pattern->rows[3];

    *pattern = (struct score_pattern){ .serial = pattern->serial + 1, .steps = 16 };
    *row = (struct score_row){ .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.5f, .gate = 0.5f, .midi = CHANNEL + 1 };
    row->voice = (struct score_voice){ .freq = 440, .sustain = 1, .release = 0.01f, .filter_freq = 2000 };
    for (uint32_t i = 0; steps[i]; i++)
        row->steps[i] = steps[i] == 'X' ? STEP_ACCENT : steps[i] == 'x' ? STEP_NORMAL : STEP_REST;
    return row;
}

static struct score_row *play_row(struct stage *stage, const char *steps, uint32_t until)
{
    struct score_row *row = give_row(&stage->score.now, steps);

    row->gate = until % STEP ? 1 : 0.5f;
    stage_play(stage);
    stage_run(stage, until);
    return row;
}

static void assert_sent(const struct stage *stage, const struct stage_midi *wanted, uint32_t count)
{
    for (uint32_t i = 0; i < count && i < stage->sent_count; i++) {
        const struct stage_midi *is = &stage->sent[i];

        if (is->frame != wanted[i].frame || memcmp(is->bytes, wanted[i].bytes, 3) != 0)
            fail_msg("message %u is %02x %u %u at %lld, not %02x %u %u at %lld", i, is->bytes[0], is->bytes[1],
                     is->bytes[2], (long long)is->frame, wanted[i].bytes[0], wanted[i].bytes[1], wanted[i].bytes[2],
                     (long long)wanted[i].frame);
    }
    assert_int_equal(stage->sent_count, count);
}

#define ON(at, velocity)                                                                                               \
    {                                                                                                                  \
        at, 3,                                                                                                         \
        {                                                                                                              \
            0x90 | CHANNEL, 69, velocity                                                                               \
        }                                                                                                              \
    }
#define OFF(at)   { at, 3, { 0x80 | CHANNEL, 69, 64 } }
#define PEDAL(at) { at, 3, { 0xb0 | CHANNEL, 64, 0 } }
#define ASSERT_HEARD(stage, ...)                                                                                       \
    assert_sent(stage, (struct stage_midi[]){ __VA_ARGS__ },                                                           \
                sizeof((struct stage_midi[]){ __VA_ARGS__ }) / sizeof(struct stage_midi))

STAGE_CLAIM(a_row_sends_its_notes_and_their_ends_and_does_not_sound)
{
    struct stage *stage = *state;
    struct score_row *row = give_row(&stage->score.now, "xXx.............");

    row->velocity_count = 3;
    row->velocity[0] = row->velocity[1] = 1;
    row->velocity[2] = 0.5f;
    row->ratchet_count = 1;
    row->ratchet[0] = 2;
    stage_play(stage);
    stage_run(stage, 4 * STEP);
    ASSERT_HEARD(stage, ON(0, 64), OFF(1500), ON(3000, 64), OFF(4500), ON(STEP, 90), OFF(STEP + 3000), ON(2 * STEP, 32),
                 OFF(2 * STEP + 3000));
    assert_true(stage_is_silent(stage, 0, stage->recorded));
}

STAGE_CLAIM(a_stop_ends_the_note_and_lifts_the_pedal)
{
    struct stage *stage = *state;

    stage_cue(stage, (struct cue){ .frame = 1234, .verb = CUE_TRANSPORT_STOP });
    (void)play_row(stage, "x...............", 2 * STEP + 1);
    ASSERT_HEARD(stage, ON(0, 64), OFF(1234), PEDAL(1234));
}

STAGE_CLAIM(a_panic_ends_the_note)
{
    struct stage *stage = *state;

    stage_cue(stage, (struct cue){ .frame = 1234, .verb = CUE_PANIC });
    (void)play_row(stage, "x...............", 2 * STEP + 1);
    ASSERT_HEARD(stage, ON(0, 64), OFF(1234), PEDAL(1234));
}

/* Of the notes that wait for an insert, none begins after the panic; all ends leave. */
STAGE_CLAIM(a_panic_drops_the_notes_that_wait)
{
    enum { LATE = 8000 };
    struct stage *stage = *state;

    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = LATE;
    stage_cue(stage, (struct cue){ .frame = LATE + 100, .verb = CUE_PANIC });
    (void)play_row(stage, "xx..............", 4 * STEP);
    ASSERT_HEARD(stage, ON(LATE, 64), OFF(LATE + STEP / 2), OFF(2 * LATE + 100), PEDAL(2 * LATE + 100));

    stage_again(stage);
    stage->period = 4096; /* the first note is due in the period of the panic */
    stage_cue(stage, (struct cue){ .frame = LATE - 10, .verb = CUE_PANIC });
    (void)play_row(stage, "xx..............", 6 * STEP);
    ASSERT_HEARD(stage, OFF(LATE + STEP / 2), OFF(2 * LATE - 10), PEDAL(2 * LATE - 10));
}

STAGE_CLAIM(a_mute_ends_the_note_and_so_does_the_loss_of_its_row)
{
    struct stage *stage = *state;
    struct score_row *row = play_row(stage, "x...............", 1025);

    row->mute = 1;
    stage_score(stage);
    stage_run(stage, 2 * STEP);
    ASSERT_HEARD(stage, ON(0, 64), OFF(1025), PEDAL(1025));

    stage_again(stage);
    row = play_row(stage, "x...............", 1025);
    stage->score.now.serial++; /* another pattern, at once */
    row->midi = CHANNEL + 2;
    stage_score(stage);
    stage_run(stage, 2 * STEP);
    ASSERT_HEARD(stage, ON(0, 64), OFF(1025), PEDAL(1025));
}

STAGE_CLAIM(a_queued_pattern_ends_the_last_note_at_its_bar)
{
    struct stage *stage = *state;

    stage->score.next = (struct score_pattern){ .serial = 9, .steps = 16 };
    stage->score.next_bar = 1;
    (void)play_row(stage, "...............x", BAR + 1001);
    ASSERT_HEARD(stage, ON(BAR - STEP, 64), OFF(BAR), PEDAL(BAR));
}

STAGE_CLAIM(a_note_whose_port_is_lost_ends_when_something_is_connected_again)
{
    struct stage *stage = *state;

    (void)play_row(stage, "x.x.x...........", 1024 + 1);
    stage->midi_wired = 0;
    stage_run(stage, 3 * STEP);
    ASSERT_HEARD(stage, ON(0, 64));
    stage->midi_wired = 1;
    stage_run(stage, 4 * STEP + 1);
    ASSERT_HEARD(stage, ON(0, 64), OFF(3 * STEP), PEDAL(3 * STEP), ON(4 * STEP, 64));
}

/* The device may miss the end of one note, and the next note, before the engine detects the loss. */
STAGE_CLAIM(a_new_connection_gets_the_end_of_every_note_that_was_played)
{
    struct stage *stage = *state;
    struct score_row *row = give_row(&stage->score.now, "xx..............");
    const uint8_t upper = 81;

    row->note_count = 2;
    row->notes[0] = 440;
    row->notes[1] = 880;
    stage_play(stage);
    stage_run(stage, STEP + 1);
    stage->midi_wired = 0;
    stage_run(stage, 3 * STEP);
    stage->sent_count = 0;
    stage->midi_wired = 1;
    stage_run(stage, 4 * STEP);
    ASSERT_HEARD(stage, OFF(3 * STEP), { 3 * STEP, 3, { 0x80 | CHANNEL, upper, 64 } }, PEDAL(3 * STEP));
}

/* There are more ends than fit into a period. */
STAGE_CLAIM(a_new_connection_gets_each_end_once)
{
    struct stage *stage = *state;
    uint32_t ends[MIDI_CHANNELS] = { 0 }, pedals = 0;
    struct engine_half *halves = stage->engine[0]->memory->half;

    stage_run(stage, 1024);
    for (uint32_t i = 0; i < CORE_HALVES; i++)
        memset(halves[i].sequencer.midi_played, 0xff, sizeof(halves[i].sequencer.midi_played));
    stage->midi_wired++;
    stage_run(stage, STEP);
    for (uint32_t i = 0; i < stage->sent_count; i++) {
        const uint8_t *bytes = stage->sent[i].bytes;

        if ((bytes[0] & 0xf0) == 0x80)
            assert_int_equal(bytes[1], ends[bytes[0] & 15]++);
        else
            assert_int_equal(ends[pedals++], MIDI_NOTES);
    }
    assert_int_equal(pedals, MIDI_CHANNELS);
}

/* The new client has no connection in its first periods. */
STAGE_CLAIM(a_note_of_a_killed_core_ends_at_the_port_of_its_successor)
{
    struct stage *stage = *state;

    (void)play_row(stage, "x...............", 1025);
    stage->client++;
    stage->midi_wired = 0;
    stage_run(stage, 2 * STEP);
    stage->midi_wired = 1;
    stage_run(stage, 3 * STEP);
    ASSERT_HEARD(stage, ON(0, 64), OFF(2 * STEP), PEDAL(2 * STEP));
}

STAGE_CLAIM(a_core_that_ends_in_order_ends_its_notes_and_sends_no_more)
{
    struct stage *stage = *state;

    (void)play_row(stage, "xxxxxxxxxxxxxxxx", 1025);
    engine_end_notes(stage->engine[0]);
    assert_false(engine_has_ended_notes(stage->engine[0]));
    stage_run(stage, 3 * STEP);
    assert_true(engine_has_ended_notes(stage->engine[0]));
    ASSERT_HEARD(stage, ON(0, 64), OFF(1025), PEDAL(1025));
}

/* Its last messages wait for an insert, while a clock goes on. */
STAGE_CLAIM(a_core_that_ends_in_order_waits_for_ends_that_leave_with_their_sound)
{
    enum { LATE = 8192 };
    struct stage *stage = *state;

    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = LATE;
    (void)play_row(stage, "xxxxxxxxxxxxxxxx", 1025);
    engine_end_notes(stage->engine[0]);
    for (uint32_t i = 0; i < 100 && !engine_has_ended_notes(stage->engine[0]); i++)
        stage_run(stage, stage->recorded + stage->period);
    assert_true(engine_has_ended_notes(stage->engine[0]));
    ASSERT_HEARD(stage, ON(LATE, 64), OFF(1025 + LATE), PEDAL(1025 + LATE));

    stage_again(stage);
    stage->score.midi_clock_out = stage->score.midi_clock_stopped = 1;
    (void)play_row(stage, "xxxxxxxxxxxxxxxx", 1025);
    engine_end_notes(stage->engine[0]);
    stage_run(stage, 1025 + LATE + 8 * stage->period);
    assert_true(engine_has_ended_notes(stage->engine[0]));
}

/* 32 rows with eight hits a step make more messages in a long period than fit. */
STAGE_CLAIM(every_note_has_its_end_when_there_is_no_room)
{
    struct stage *stage = *state;
    int on[128] = { 0 };
    uint32_t notes = 0;

    stage->period = ENGINE_FRAMES;
    stage->score.tempo = 400;
    for (uint32_t r = 1; r < SCORE_ROWS; r++) {
        struct score_row *row = &stage->score.now.rows[r];

        *row = *give_row(&(struct score_pattern){ 0 }, "xxxxxxxxxxxxxxxx");
        row->voice.freq = 440 * powf(2, (float)r / 12);
        row->ratchet_count = 16;
        memset(row->ratchet, 8, sizeof(row->ratchet));
    }
    stage->score.now.serial = 1;
    stage->score.now.steps = 16;
    stage_play(stage);
    stage_cue(stage, (struct cue){ .frame = 20000, .verb = CUE_TRANSPORT_STOP });
    stage_run(stage, 60000);
    for (uint32_t i = 0; i < stage->sent_count; i++) {
        const uint8_t *bytes = stage->sent[i].bytes;

        notes += (bytes[0] & 0xf0) == 0x90;
        on[bytes[1]] += (bytes[0] & 0xf0) == 0x90 ? 1 : (bytes[0] & 0xf0) == 0x80 ? -on[bytes[1]] : 0;
        assert_true(on[bytes[1]] <= 1);
    }
    assert_true(notes > 300 && stage->sent_count < STAGE_MIDI);
    for (uint32_t i = 0; i < 128; i++)
        assert_int_equal(on[i], 0);
}
