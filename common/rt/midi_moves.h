/* midi_moves.h: the controls of MIDI devices (knobs, sliders, keys, wheels) that a message moves. Pure. RT: the audio
 * thread hits pads with them, and the project service moves all else. */
#ifndef LOOPHOLE_COMMON_RT_MIDI_MOVES_H
#define LOOPHOLE_COMMON_RT_MIDI_MOVES_H

#include <stdbool.h>
#include <stdint.h>

enum { MIDI_PORTS = 4 }; /* midi_in, midi_in_2, …: JACK mixes the devices of one port, so each device has its own */
enum { MIDI_CONTROL_MOVES = 4 };

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

struct midi_control {
    enum midi_control_kind kind;
    uint32_t port, channel, number; /* from 0; number 0: the kind has none */
};

/* A message that moved a control. */
struct midi_move {
    struct midi_control control;
    double position; /* 0 to 1 */
    uint32_t data;   /* as sent: 0 to 127, or to 16383; the step of an encoder */
    bool is_pressed; /* as a switch: on */
};

/* The earlier messages of one channel of a port, for controls that consist of several messages. All zeros at first. */
struct midi_channel_memory {
    uint8_t coarse[32];
    uint16_t parameter; /* 1 + the NRPN that data belongs to; 0: none */
    uint16_t fine;      /* 1 + the last NRPN whose data had a second byte; 0: none */
    uint8_t parameter_high, data;
};
struct midi_memory {
    struct midi_channel_memory channels[16];
};

/* True for the same control of the same port and channel. */
bool midi_control_equal(struct midi_control a, struct midi_control b);

/* Takes a message of `count` bytes that came in at a port; `memory` has MIDI_PORTS. Returns how many controls it moved:
 * a message may belong to several. */
uint32_t midi_moves(struct midi_memory *memory, uint32_t port, const uint8_t *bytes, uint32_t count,
                    struct midi_move moves[MIDI_CONTROL_MOVES]);

#endif
