/* port.h: the ports of our JACK client. */
#ifndef LOOPHOLE_AUDIO_PORT_H
#define LOOPHOLE_AUDIO_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/rt/midi_moves.h"

enum client_port {
    PORT_MAIN_LEFT,
    PORT_MAIN_RIGHT,
    PORT_PREVIEW_LEFT,
    PORT_PREVIEW_RIGHT,
    PORT_STREAMS_LEFT, /* a pair for each channel of the mixer */
    PORT_STREAMS_RIGHT,
    PORT_SOUNDS_LEFT,
    PORT_SOUNDS_RIGHT,
    PORT_PADS_LEFT,
    PORT_PADS_RIGHT,
    PORT_SEQUENCER_LEFT,
    PORT_SEQUENCER_RIGHT,
    PORT_METRONOME_LEFT,
    PORT_METRONOME_RIGHT,
    PORT_PFL_LEFT,
    PORT_PFL_RIGHT,
    PORT_OUT_1_LEFT, /* pairs of single pads */
    PORT_OUT_1_RIGHT,
    PORT_OUT_2_LEFT,
    PORT_OUT_2_RIGHT,
    PORT_OUT_3_LEFT,
    PORT_OUT_3_RIGHT,
    PORT_OUT_4_LEFT,
    PORT_OUT_4_RIGHT,
    PORT_IN_LEFT,
    PORT_IN_RIGHT,
    PORT_LISTEN,
    PORT_RETURN_LEFT, /* output of the preview's chain */
    PORT_RETURN_RIGHT,
    PORT_MIDI_IN,
    PORT_MIDI_OUT,
    PORT_CONTROL_OUT, /* the lights and motors of controllers */
    PORT_MIDI_IN_2,   /* one for each further device: JACK does not say which device of a port sent a message */
    PORT_MIDI_IN_3,
    PORT_MIDI_IN_4,
    PORT_CONTROL_OUT_2,
    PORT_CONTROL_OUT_3,
    PORT_CONTROL_OUT_4,
    PORTS
};

/* `number` is below MIDI_PORTS. */
static inline enum client_port port_midi_in(uint32_t number)
{
    return number ? PORT_MIDI_IN_2 + number - 1 : PORT_MIDI_IN;
}

static inline enum client_port port_control_out(uint32_t number)
{
    return number ? PORT_CONTROL_OUT_2 + number - 1 : PORT_CONTROL_OUT;
}

static inline bool port_is_midi_in(enum client_port port)
{
    return port == PORT_MIDI_IN || (port >= PORT_MIDI_IN_2 && port <= PORT_MIDI_IN_4);
}

static inline bool port_is_midi_out(enum client_port port)
{
    return port == PORT_MIDI_OUT || port == PORT_CONTROL_OUT ||
           (port >= PORT_CONTROL_OUT_2 && port <= PORT_CONTROL_OUT_4);
}

#endif
