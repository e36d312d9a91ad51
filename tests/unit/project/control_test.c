#include <math.h>

#include "services/project/midi/control.h"
#include "services/project/midi/learn.h"
#include "services/project/midi/live.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static struct midi_move moves[MIDI_CONTROL_MOVES];

/* Sends a message. Returns the move of the control with that name; NULL: the message did not move it. */
static const struct midi_move *send_to(struct midi_memory *memory, const char *name, uint8_t a, uint8_t b, uint8_t c)
{
    const uint8_t bytes[] = { a, b, c };
    uint32_t count = midi_moves(memory, 0, bytes, 3, moves);
    char written[MIDI_CONTROL_SIZE];

    for (uint32_t i = 0; i < count; i++)
        if (strcmp(control_write(moves[i].control, written), name) == 0)
            return &moves[i];
    return NULL;
}

CLAIM(each_control_has_a_name_that_reads_back)
{
    static const char *const names[] = { "cc/1/7", "cc/16/127",   "cc14/2/31",   "nrpn/3/16383", "note/10/36",
                                         "bend/1", "pressure/16", "program/1/0", "2:cc/1/7",     "4:bend/16" };
    static const char *const none[] = { "",         "cc",       "cc/0/7",
                                        "cc/17/7",  "cc/1/128", "cc14/1/32",
                                        "cc/1",     "bend/1/2", "nrpn/1/16384",
                                        "cc/1/7 ",  "cc/1/-7",  "knob/1/7",
                                        "cc/1/7/8", "cc//7",    "note/1/99999999999999999999",
                                        "1:cc/1/7", "5:cc/1/7", "2:" };
    struct midi_control control;
    char written[MIDI_CONTROL_SIZE];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        assert_true(control_read(text_of(names[i]), &control));
        assert_string_equal(control_write(control, written), names[i]);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        assert_false(control_read(text_of(none[i]), &control));
}

CLAIM(each_port_has_controls_of_its_own)
{
    struct midi_memory memory[MIDI_PORTS] = { 0 };
    struct midi_control control, other;
    const uint8_t coarse[] = { 0xb0, 7, 127 }, fine[] = { 0xb0, 39, 127 };

    assert_int_equal(midi_moves(memory, 1, coarse, 3, moves), 1);
    assert_true(control_read(TEXT("2:cc/1/7"), &control) && midi_control_equal(control, moves[0].control));
    assert_true(control_read(TEXT("cc/1/7"), &other) && !midi_control_equal(other, moves[0].control));
    assert_int_equal(midi_moves(memory, 0, fine, 3, moves), 2);
    assert_true(moves[1].position == 127.0 / 16383); /* the first half came in at another port */
    assert_int_equal(midi_moves(memory, 1, fine, 3, moves), 2);
    assert_true(moves[1].position == 1);
    assert_int_equal(midi_moves(memory, MIDI_PORTS, fine, 3, moves), 0);
}

CLAIM(each_message_moves_its_controls)
{
    struct midi_memory memory = { 0 };

    assert_true(send_to(&memory, "cc/1/7", 0xb0, 7, 127)->position == 1);
    assert_null(send_to(&memory, "cc14/1/7", 0xb0, 7, 127));
    assert_true(send_to(&memory, "cc14/1/7", 0xb0, 39, 127)->position == 1);
    assert_non_null(send_to(&memory, "cc14/2/7", 0xb1, 39, 127));
    assert_true(moves[1].position == 127.0 / 16383); /* channel 2 sent no first half */
    assert_true(send_to(&memory, "note/10/36", 0x99, 36, 127)->is_pressed);
    assert_false(send_to(&memory, "note/10/36", 0x99, 36, 0)->is_pressed);
    assert_false(send_to(&memory, "note/10/36", 0x89, 36, 127)->is_pressed);
    assert_true(send_to(&memory, "bend/1", 0xe0, 127, 127)->position == 1);
    assert_true(send_to(&memory, "pressure/1", 0xd0, 127, 0)->position == 1);
    assert_true(send_to(&memory, "program/1/5", 0xc0, 5, 0)->is_pressed);
    assert_int_equal(midi_moves(&memory, 0, (const uint8_t[]){ 0xf8 }, 1, moves), 0);
    assert_int_equal(midi_moves(&memory, 0, NULL, 0, moves), 0);
}

CLAIM(a_parameter_moves_with_one_byte_or_with_two)
{
    struct midi_memory memory = { 0 };

    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 6, 127)); /* none is chosen */
    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 99, 2));
    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 98, 44));
    assert_true(send_to(&memory, "nrpn/1/300", 0xb0, 6, 127)->position == 1);
    assert_true(send_to(&memory, "nrpn/1/300", 0xb0, 38, 1)->position == (127.0 * 128 + 1) / 16383);
    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 6, 0)); /* its second byte follows */
    assert_true(send_to(&memory, "nrpn/1/300", 0xb0, 38, 0)->position == 0);
    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 101, 0)); /* a registered parameter is another one */
    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 38, 5));
    assert_null(send_to(&memory, "nrpn/1/300", 0xb0, 99, 2));
    assert_null(send_to(&memory, "nrpn/1/301", 0xb0, 98, 45));
    assert_non_null(send_to(&memory, "nrpn/1/301", 0xb0, 6, 127)); /* this one has sent no second byte */
}

/* Feeds messages to a learner. Returns the name that it found, or "". */
static const char *learn_from(const uint8_t (*messages)[3], uint32_t count, usec_t waits)
{
    static char name[MIDI_CONTROL_SIZE];
    struct midi_learning learning = { 0 };
    struct midi_memory memory = { 0 };
    struct midi_control found;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t moved = midi_moves(&memory, 0, messages[i], 3, moves);
        if (learn_moves(&learning, moves, moved, 1000, &found))
            return control_write(found, name);
    }
    return learn_wait(&learning, 1000 + waits, &found) ? control_write(found, name) : "";
}

CLAIM(the_control_that_a_person_moves_is_found)
{
    static const uint8_t knob[][3] = { { 0xb0, 7, 1 } }, twice[][3] = { { 0xb0, 7, 1 }, { 0xb0, 7, 2 } };
    static const uint8_t fine[][3] = { { 0xb0, 7, 1 }, { 0xb0, 39, 2 } };
    static const uint8_t parameter[][3] = { { 0xb0, 99, 2 }, { 0xb0, 98, 44 }, { 0xb0, 6, 1 } };
    static const uint8_t key[][3] = { { 0x80, 60, 0 }, { 0x90, 61, 1 } }, high[][3] = { { 0xb3, 80, 1 } };

    assert_string_equal(learn_from(knob, 1, 1000), "");
    assert_string_equal(learn_from(knob, 1, 1000000), "cc/1/7");
    assert_string_equal(learn_from(twice, 2, 0), "cc/1/7");
    assert_string_equal(learn_from(fine, 2, 0), "cc14/1/7");
    assert_string_equal(learn_from(parameter, 3, 0), "nrpn/1/300");
    assert_string_equal(learn_from(key, 2, 0), "note/1/61");
    assert_string_equal(learn_from(high, 1, 0), "cc/4/80");
}

CLAIM(a_value_shown_on_a_device_reads_back_from_its_control)
{
    static const char *const names[] = { "cc/1/7", "cc14/2/31", "nrpn/3/300", "bend/4", "note/10/36" };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        for (double position = 0; position <= 1; position += 0.125) {
            struct midi_memory memory = { 0 };
            uint8_t shown[MIDI_CONTROL_MOVES][3];
            const struct midi_move *move = NULL;
            struct midi_control control;

            assert_true(control_read(text_of(names[i]), &control));
            uint32_t value = control_value(control, position), count = control_show(control, value, shown);
            for (uint32_t m = 0; m < count; m++)
                move = send_to(&memory, names[i], shown[m][0], shown[m][1], shown[m][2]);
            assert_non_null(move);
            assert_int_equal(control_value(control, move->position), value);
            assert_true(fabs(move->position - position) < 0.005);
        }
}

/* ---- values ---- */

static struct midi_live live_of(const char *target, int32_t mode)
{
    static struct midi_live live;
    const struct midi_binding binding = {
        .control = TEXT("cc/1/7"), .target = text_of(target), .mode.value = mode, .until = 1
    };

    live = (struct midi_live){ 0 };
    live_set(&live, &binding, NULL);
    assert_true(live.is_used);
    return live;
}

/* Sends data of the control. Returns the value that follows; -1: none. */
static double value_after(struct midi_live *live, double now, uint32_t data)
{
    const struct midi_move move = { .position = data / 127.0, .data = data, .is_pressed = data > 63 };
    double value = -1;

    live_note_move(live, &move);
    if (!live_is_moved(live) || !live_decide(live, now, &value))
        value = -1;
    live_forget_moves(live);
    return value;
}

CLAIM(a_value_is_picked_up_when_the_control_reaches_it)
{
    struct midi_live live = live_of("transport/swing", MIDI_MODE_PICKUP);

    assert_true(value_after(&live, 0.5, 10) < 0);
    assert_true(value_after(&live, 0.5, 20) < 0);
    assert_true(value_after(&live, 0.5, 100) > 0.78); /* it passed the value */
    assert_true(value_after(&live, 100 / 127.0, 20) > 0.15);
    assert_true(value_after(&live, 0.9, 21) < 0); /* another client set it meanwhile */
    live = live_of("transport/swing", MIDI_MODE_PICKUP);
    assert_true(value_after(&live, 0.5, 64) > 0.5);
    for (uint32_t i = 0, before = 64; i < 24; before = i++ * 37 % 128) /* fast moves: each jumps over many steps */
        assert_true(fabs(value_after(&live, before / 127.0, i * 37 % 128) - i * 37 % 128 / 127.0) < 1e-9);
    assert_true(value_after(&live, 23 * 37 % 128 / 127.0, 0) == 0);
    assert_true(value_after(&live, 23 * 37 % 128 / 127.0, 127) == 1); /* the target still shows the value before */
    live = live_of("transport/swing", MIDI_MODE_JUMP);
    assert_true(value_after(&live, 0.5, 127) > 0.999);
}

CLAIM(encoders_step_in_each_code)
{
    static const struct {
        int32_t mode;
        uint32_t more, less;
    } codes[] = { { MIDI_MODE_TWOS, 2, 126 },
                  { MIDI_MODE_OFFSET, 66, 62 },
                  { MIDI_MODE_SIGN, 2, 66 },
                  { MIDI_MODE_REVERSE, 66, 2 } };

    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        struct midi_live live = live_of("transport/swing", codes[i].mode);
        assert_true(fabs(value_after(&live, 0.5, codes[i].more) - 0.5 - 2.0 / 127) < 1e-9);
        assert_true(fabs(value_after(&live, 0.5, codes[i].less) - 0.5 + 2.0 / 127) < 1e-9);
        assert_true(value_after(&live, 1, codes[i].more) == 1); /* the end of the range */
    }
}

CLAIM(a_switch_toggles_with_each_press_or_is_held)
{
    struct midi_live live = live_of("mixer/pads/mute", MIDI_MODE_TOGGLE);

    assert_true(value_after(&live, 0, 127) == 1);
    assert_true(value_after(&live, 1, 0) < 0);
    assert_true(value_after(&live, 1, 127) == 0);
    assert_true(value_after(&live, 0, 127) == 1); /* a button that sends nothing when it is released */
    live = live_of("mixer/pads/mute", MIDI_MODE_HOLD);
    assert_true(value_after(&live, 0, 127) == 1);
    assert_true(value_after(&live, 1, 0) == 0);
}

/* Its release was lost: it came while a client learned, or while the service was away. */
CLAIM(each_key_that_is_pressed_is_a_press)
{
    struct midi_live live = live_of("pads/3", MIDI_MODE_JUMP);
    const struct midi_move key = { .control.kind = MIDI_NOTE, .position = 0.5, .data = 64, .is_pressed = true };

    assert_true(live_is_pressed(&live, &key));
    assert_true(live_is_pressed(&live, &key));
}
