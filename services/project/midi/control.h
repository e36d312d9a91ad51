/* control.h: the controls of MIDI devices (knobs, sliders, keys, wheels), by the messages that they send. Pure.
 *
 *   cc/CHANNEL/NUMBER    a controller of 7 bits       note/CHANNEL/NOTE     a key: pressed, with its velocity
 *   cc14/CHANNEL/NUMBER  NUMBER and NUMBER + 32       bend/CHANNEL          the pitch wheel, 14 bits
 *   nrpn/CHANNEL/NUMBER  98, 99, then 6 and 38        pressure/CHANNEL, program/CHANNEL/NUMBER
 *
 * Channels count from 1 in text, and from 0 elsewhere. */
#ifndef LOOPHOLE_PROJECT_CONTROL_H
#define LOOPHOLE_PROJECT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

enum midi_control_kind {
    MIDI_CC,
    MIDI_CC14,
    MIDI_NRPN,
    MIDI_NOTE,
    MIDI_BEND,
    MIDI_PRESSURE,
    MIDI_PROGRAM,
    MIDI_CONTROL_KINDS
};

enum { MIDI_CONTROL_SIZE = 32, MIDI_CONTROL_MOVES = 4 };

struct midi_control {
    enum midi_control_kind kind;
    uint32_t channel, number; /* number 0: the kind has none */
};

/* A message that moved a control. */
struct midi_move {
    struct midi_control control;
    double position; /* 0 to 1 */
    uint32_t data;   /* 0 to 127, as sent: the step of an encoder */
    bool is_pressed; /* as a switch: on */
};

/* What the channels have sent before, of controls that send several messages. All zeros at first. */
struct midi_channel_memory {
    uint8_t coarse[32];
    uint32_t parameter; /* 1 + the NRPN that data belongs to; 0: none */
    uint32_t fine;      /* 1 + the last NRPN whose data had a second byte; 0: none */
    uint8_t parameter_high, data;
};
struct midi_memory {
    struct midi_channel_memory channels[16];
};

/* Reads and writes the name of a control. False: it is none. */
bool control_read(struct text typed, struct midi_control *to);
const char *control_write(struct midi_control control, char to[MIDI_CONTROL_SIZE]);
bool control_equal(struct midi_control a, struct midi_control b);

/* Takes a message of `count` bytes. Returns how many controls it moved: a message may belong to several. */
uint32_t control_moves(struct midi_memory *memory, const uint8_t *bytes, uint32_t count,
                       struct midi_move moves[MIDI_CONTROL_MOVES]);

/* Converts a position to the value in a control's messages, and to those messages, by which a device shows it. A
 * control that is only pressed (a program) shows nothing: 0 messages. */
uint32_t control_value(struct midi_control control, double position);
uint32_t control_show(struct midi_control control, uint32_t value, uint8_t messages[MIDI_CONTROL_MOVES][3]);

#endif
