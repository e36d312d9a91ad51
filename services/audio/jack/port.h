/* port.h: the ports of our JACK client. A chain is that of a channel, of the preview or of the master (score.h). Pure.
 * RT. */
#ifndef LOOPHOLE_AUDIO_PORT_H
#define LOOPHOLE_AUDIO_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/rt/midi_moves.h"
#include "common/rt/score.h"

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
    PORT_INSERT_LEFT, /* the master, on its way to its insert */
    PORT_INSERT_RIGHT,
    PORT_IN_LEFT,
    PORT_IN_RIGHT,
    PORT_LISTEN,
    PORT_RETURN_LEFT, /* returns of the preview's chain, and of the insert of each channel and the master */
    PORT_RETURN_RIGHT,
    PORT_RETURN_STREAMS_LEFT,
    PORT_RETURN_STREAMS_RIGHT,
    PORT_RETURN_SOUNDS_LEFT,
    PORT_RETURN_SOUNDS_RIGHT,
    PORT_RETURN_PADS_LEFT,
    PORT_RETURN_PADS_RIGHT,
    PORT_RETURN_SEQUENCER_LEFT,
    PORT_RETURN_SEQUENCER_RIGHT,
    PORT_RETURN_METRONOME_LEFT,
    PORT_RETURN_METRONOME_RIGHT,
    PORT_RETURN_MASTER_LEFT,
    PORT_RETURN_MASTER_RIGHT,
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

extern const char *const port_names[PORTS]; /* "main_left", … */

/* The left port at which the sound of a chain leaves. */
static inline enum client_port port_send(uint32_t chain)
{
    static const uint8_t ports[CHAINS] = { [GROUP_STREAMS] = PORT_STREAMS_LEFT, [GROUP_SOUNDS] = PORT_SOUNDS_LEFT,
                                           [GROUP_PADS] = PORT_PADS_LEFT,       [GROUP_SEQUENCER] = PORT_SEQUENCER_LEFT,
                                           [CHAIN_PREVIEW] = PORT_PREVIEW_LEFT, [GROUP_METRONOME] = PORT_METRONOME_LEFT,
                                           [CHAIN_MASTER] = PORT_INSERT_LEFT };
    return ports[chain];
}

/* The left port at which it comes back. */
static inline enum client_port port_return(uint32_t chain)
{
    static const uint8_t ports[CHAINS] = {
        [GROUP_STREAMS] = PORT_RETURN_STREAMS_LEFT, [GROUP_SOUNDS] = PORT_RETURN_SOUNDS_LEFT,
        [GROUP_PADS] = PORT_RETURN_PADS_LEFT,       [GROUP_SEQUENCER] = PORT_RETURN_SEQUENCER_LEFT,
        [CHAIN_PREVIEW] = PORT_RETURN_LEFT,         [GROUP_METRONOME] = PORT_RETURN_METRONOME_LEFT,
        [CHAIN_MASTER] = PORT_RETURN_MASTER_LEFT
    };
    return ports[chain];
}

/* True if `port` is the left port `left`, or the right port beside it. */
static inline bool port_is_side(enum client_port port, enum client_port left)
{
    return port == left || port == left + 1;
}

/* True for a port at which the sound of any chain comes back. */
static inline bool port_is_return(enum client_port port)
{
    return port >= PORT_RETURN_LEFT && port <= PORT_RETURN_MASTER_RIGHT;
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

bool port_is_output(enum client_port port);
bool port_is_in_loop(enum client_port port); /* where the sound of a chain leaves or comes back */

/* Frames by which the engine delays sound. */
struct port_delays {
    uint32_t limiter;     /* main and preview; MIDI leaves with them */
    uint32_t aligned;     /* channels, which wait for the latest insert */
    uint32_t own[CHAINS]; /* until the sound of an insert that is made comes back; 0: there is none */
};

/* Frames from our inputs to this output; or until what comes in at this input, and is not recorded, leaves main. */
uint32_t port_delay(enum client_port port, const struct port_delays *delays);

#endif
