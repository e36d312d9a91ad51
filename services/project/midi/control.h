/* control.h: the names of the controls of MIDI devices (midi_moves.h), and the messages that show a value. Pure.
 *
 *   cc/CHANNEL/NUMBER    a controller of 7 bits       note/CHANNEL/NOTE     a key: pressed, with its velocity
 *   cc14/CHANNEL/NUMBER  NUMBER and NUMBER + 32       bend/CHANNEL          the pitch wheel, 14 bits
 *   nrpn/CHANNEL/NUMBER  98, 99, then 6 and 38        pressure/CHANNEL, program/CHANNEL/NUMBER
 *
 * Channels count from 1 in text, and from 0 elsewhere. "2:" before a name means the port midi_in_2; without it,
 * midi_in. */
#ifndef LOOPHOLE_PROJECT_CONTROL_H
#define LOOPHOLE_PROJECT_CONTROL_H

#include "common/rt/midi_moves.h"
#include "common/text.h"

enum { MIDI_CONTROL_SIZE = 32 };

/* Reads and writes the name of a control. False: it is none. */
bool control_read(struct text typed, struct midi_control *to);
const char *control_write(struct midi_control control, char to[MIDI_CONTROL_SIZE]);

/* Converts a position to the value in a control's messages, and to those messages, by which a device shows it. A
 * control that is only pressed (a program) shows nothing: 0 messages. */
uint32_t control_value(struct midi_control control, double position);
uint32_t control_show(struct midi_control control, uint32_t value, uint8_t messages[MIDI_CONTROL_MOVES][3]);

#endif
