#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

static void send_message(struct stage *stage, uint32_t bytes, uint32_t length)
{
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_CONTROL_SEND, .from = bytes, .voice = length });
}

STAGE_CLAIM(a_message_leaves_with_the_period_that_reads_it)
{
    struct stage *stage = *state;
    const struct engine_midi *out = stage->control_out;

    send_message(stage, 0x4007b0, 3);
    send_message(stage, 0x05c1, 2);
    stage_run(stage, 64);
    assert_int_equal(stage->last.control_out_count, 2);
    assert_true(out[0].length == 3 && out[0].bytes[0] == 0xb0 && out[0].bytes[1] == 7 && out[0].bytes[2] == 0x40);
    assert_true(out[1].length == 2 && out[1].bytes[0] == 0xc1 && out[1].bytes[1] == 5);
    stage_run(stage, 128);
    assert_int_equal(stage->last.control_out_count, 0);
    assert_int_equal(stage->sent_count, 0); /* midi_out has nothing of it */
}

STAGE_CLAIM(what_is_no_message_or_has_no_room_is_refused)
{
    struct stage *stage = *state;

    send_message(stage, 0x4007b0, 0);
    send_message(stage, 0x4007b0, 4);
    send_message(stage, 0x400730, 3);
    stage_run(stage, 64);
    assert_int_equal(stage->last.control_out_count, 0);
    assert_non_null(stage_note(stage, NOTE_CUE_REFUSED, 2));
    for (uint32_t i = 0; i < ENGINE_MIDI + 2; i++)
        send_message(stage, 0x4007b0, 3);
    stage_run(stage, 128);
    assert_int_equal(stage->last.control_out_count, ENGINE_MIDI);
}

STAGE_CLAIM(each_new_connection_is_reported_once)
{
    struct stage *stage = *state;

    stage_run(stage, 64);
    assert_null(stage_note(stage, NOTE_CONTROL_WIRED, 0));
    stage->control_wired = 1;
    stage_run(stage, 256);
    assert_non_null(stage_note(stage, NOTE_CONTROL_WIRED, 0));
    assert_null(stage_note(stage, NOTE_CONTROL_WIRED, 1));
    stage->control_wired = 0;
    stage_run(stage, 320);
    stage->control_wired = 1;
    stage_run(stage, 384);
    assert_non_null(stage_note(stage, NOTE_CONTROL_WIRED, 1));
}
