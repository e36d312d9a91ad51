/* MIDI controls hit the pads that they are bound to, on the frame of their message, and release what they hold. */
#include "common/rt/midi_moves.h"
#include "services/audio/rt/instance.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { LONG = 96000, PAD = 5, QUIET = 480 };
enum { NOTE_ON = 0x90, NOTE_OFF = 0x80, CONTROLLER = 0xb0, PROGRAM = 0xc0, PRESSURE = 0xd0, BEND = 0xe0 };

static uint8_t kind_of(uint8_t status)
{
    return 1 + (status == NOTE_ON      ? MIDI_NOTE
                : status == CONTROLLER ? MIDI_CC
                : status == PROGRAM    ? MIDI_PROGRAM
                : status == BEND       ? MIDI_BEND
                                       : MIDI_PRESSURE);
}

static struct score_pad *bind_control(struct stage *stage, uint8_t status, uint32_t number, uint32_t mode)
{
    struct score_pad *pad = &stage->score.pads[PAD];
    float *tone = measure_cosine(LONG, 500.0 / STAGE_RATE, 0.3);

    stage_sound(stage, 3, tone, LONG);
    free(tone);
    pad->sound = 3;
    pad->generation = 1;
    pad->mode = mode;
    pad->release = 0.005f;
    stage->score.has_controls = stage->score.control_count = 1;
    stage->score.controls[0] = (struct score_control){
        .kind = kind_of(status), .place = 2, .number = number, .pad = PAD, .from = 0, .until = 1
    };
    stage_score(stage);
    return pad;
}

static void send_message(struct stage *stage, int64_t frame, uint8_t status, uint8_t one, uint8_t two)
{
    stage->play[stage->to_play++] = (struct stage_midi){ frame, 3, { (uint8_t)(status | 2), one, two } };
}

static void send_short(struct stage *stage, int64_t frame, uint8_t status, uint8_t one)
{
    stage->play[stage->to_play++] = (struct stage_midi){ frame, 2, { (uint8_t)(status | 2), one, 0 } };
}

STAGE_CLAIM(a_key_hits_its_pad_on_its_frame_and_releases_it)
{
    struct stage *stage = *state;

    (void)bind_control(stage, NOTE_ON, 60, PAD_GATE);
    send_message(stage, 50, NOTE_ON, 61, 127);
    send_message(stage, 777, NOTE_ON, 60, 127);
    send_message(stage, 5000, NOTE_OFF, 60, 0);
    send_message(stage, 7001, NOTE_ON, 60, 64);
    send_message(stage, 9000, NOTE_ON, 60, 0);
    stage_run(stage, 12000);
    assert_int_equal(stage_onset(stage, 0), 777);
    assert_int_equal(stage_onset(stage, 6500), 7001);
    assert_true(stage_is_silent(stage, 5000 + QUIET, 7001) && stage_is_silent(stage, 9000 + QUIET, 12000));
}

/* A slider that is moved in its upper half hits once; a button that sends no release hits each time. */
STAGE_CLAIM(a_controller_hits_when_it_comes_from_its_lower_half)
{
    struct stage *stage = *state;

    bind_control(stage, CONTROLLER, 20, PAD_ONE_SHOT)->until = 200;
    stage_score(stage);
    send_message(stage, 100, CONTROLLER, 20, 63);
    send_message(stage, 1000, CONTROLLER, 20, 70);
    send_message(stage, 2000, CONTROLLER, 20, 90);
    send_message(stage, 3000, CONTROLLER, 20, 127);
    send_message(stage, 4000, CONTROLLER, 20, 0);
    send_message(stage, 5000, CONTROLLER, 20, 127);
    stage_run(stage, 6000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    assert_int_equal(stage_onset(stage, 1500), 3000);
    assert_int_equal(stage_onset(stage, 3500), 5000);
}

STAGE_CLAIM(pressure_and_a_program_hit_too)
{
    struct stage *stage = *state;

    (void)bind_control(stage, PRESSURE, 0, PAD_GATE);
    send_short(stage, 1000, PRESSURE, 100);
    send_short(stage, 3000, PRESSURE, 10);
    stage_run(stage, 6000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    assert_true(stage_is_silent(stage, 3000 + QUIET, 6000));

    stage_again(stage);
    (void)bind_control(stage, PROGRAM, 9, PAD_ONE_SHOT);
    send_short(stage, 1234, PROGRAM, 9);
    stage_run(stage, 3000);
    assert_int_equal(stage_onset(stage, 0), 1234);
}

static void send_wide(struct stage *stage, int64_t frame, uint8_t first, uint8_t second, uint32_t value)
{
    send_message(stage, frame, CONTROLLER, first, (uint8_t)(value >> 7));
    send_message(stage, frame, CONTROLLER, second, value & 127);
}

STAGE_CLAIM(a_controller_of_14_bits_hits_on_the_frame_of_its_second_byte_and_releases)
{
    struct stage *stage = *state;

    (void)bind_control(stage, CONTROLLER, 7, PAD_GATE);
    stage->score.controls[0].kind = 1 + MIDI_CC14;
    stage_score(stage);
    send_wide(stage, 100, 7, 39, 8000);
    send_message(stage, 900, CONTROLLER, 7, 100);
    send_message(stage, 1000, CONTROLLER, 39, 0);
    send_wide(stage, 3000, 7, 39, 8191);
    send_wide(stage, 5000, 7, 39, 16383);
    stage_run(stage, 6000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    assert_true(stage_is_silent(stage, 3000 + QUIET, 5000));
    assert_int_equal(stage_onset(stage, 4500), 5000);
}

STAGE_CLAIM(a_controller_in_its_upper_half_is_remembered_while_others_move_below_theirs)
{
    struct stage *stage = *state;

    (void)bind_control(stage, CONTROLLER, 7, PAD_ONE_SHOT);
    stage->score.controls[0].kind = 1 + MIDI_CC14;
    stage_score(stage);
    send_wide(stage, 100, 7, 39, 12000);
    for (uint8_t i = 0; i < 2 * WIDE_HELD; i++)
        send_message(stage, 200 + i, BEND, i, 10);
    send_wide(stage, 1000, 7, 39, 12001);
    stage_run(stage, 2000);
    assert_int_equal(stage->engine[0]->half->sounds.started, 1);
    send_wide(stage, 3000, 7, 39, 100);
    send_wide(stage, 3100, 7, 39, 12000);
    stage_run(stage, 4000);
    assert_int_equal(stage->engine[0]->half->sounds.started, 2);
}

STAGE_CLAIM(a_parameter_hits_once_for_its_two_bytes)
{
    struct stage *stage = *state;

    (void)bind_control(stage, CONTROLLER, 300, PAD_ONE_SHOT);
    stage->score.controls[0].kind = 1 + MIDI_NRPN;
    stage_score(stage);
    send_message(stage, 500, CONTROLLER, 99, 2);
    send_message(stage, 500, CONTROLLER, 98, 44);
    send_wide(stage, 1000, 6, 38, 16383);
    stage_run(stage, 2000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    assert_int_equal(stage->engine[0]->half->sounds.started, 1);
    send_wide(stage, 2500, 6, 38, 12000); /* still in its upper half */
    send_wide(stage, 3000, 6, 38, 0);
    send_message(stage, 3500, CONTROLLER, 98, 45); /* another one */
    send_wide(stage, 3500, 6, 38, 16383);
    stage_run(stage, 4000);
    assert_int_equal(stage->engine[0]->half->sounds.started, 1);
}

STAGE_CLAIM(the_pitch_wheel_hits_and_releases)
{
    struct stage *stage = *state;

    (void)bind_control(stage, BEND, 0, PAD_GATE);
    send_message(stage, 100, BEND, 0, 63);
    send_message(stage, 1000, BEND, 1, 64);
    send_message(stage, 2000, BEND, 0, 100);
    send_message(stage, 4000, BEND, 0, 0);
    stage_run(stage, 6000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    assert_true(stage_is_silent(stage, 4000 + QUIET, 6000));
}

STAGE_CLAIM(the_same_control_of_another_port_is_another_one)
{
    struct stage *stage = *state;

    (void)bind_control(stage, NOTE_ON, 60, PAD_GATE);
    stage->score.controls[0].place |= 1 << 4;
    stage_score(stage);
    send_message(stage, 100, NOTE_ON, 60, 127);
    send_message(stage, 1000, NOTE_ON, 60, 127);
    send_message(stage, 3000, NOTE_OFF, 60, 0);
    send_message(stage, 5000, NOTE_OFF, 60, 0);
    stage->ports[1] = stage->ports[3] = 1;
    stage_run(stage, 8000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    assert_false(stage_is_silent(stage, 4000, 5000));
    assert_true(stage_is_silent(stage, 5000 + QUIET, 8000));
}

STAGE_CLAIM(a_held_pad_ends_with_its_key_though_binding_and_pad_have_changed)
{
    struct stage *stage = *state;

    struct score_pad *pad = bind_control(stage, NOTE_ON, 60, PAD_GATE);
    send_message(stage, 100, NOTE_ON, 60, 127);
    send_message(stage, 5000, NOTE_OFF, 60, 0);
    stage_run(stage, 2000);
    stage->score.control_count = 0;
    pad->mode = PAD_ONE_SHOT;
    pad->sound = SCORE_NO_SOUND;
    stage_score(stage);
    stage_run(stage, 8000);
    assert_false(stage_is_silent(stage, 4000, 5000));
    assert_true(stage_is_silent(stage, 5000 + QUIET, 8000));
}

STAGE_CLAIM(while_a_client_learns_controls_only_release)
{
    struct stage *stage = *state;

    (void)bind_control(stage, NOTE_ON, 60, PAD_GATE);
    send_message(stage, 100, NOTE_ON, 60, 127);
    send_message(stage, 3000, NOTE_OFF, 60, 0);
    send_message(stage, 4000, NOTE_ON, 60, 127);
    stage_run(stage, 2000);
    stage->score.controls_wait = 1;
    stage_score(stage);
    stage_run(stage, 6000);
    assert_false(stage_is_silent(stage, 2000, 3000));
    assert_true(stage_is_silent(stage, 3000 + QUIET, 6000));
}
