#include "services/audio/jack/port.h"

const char *const port_names[PORTS] = {
    [PORT_MAIN_LEFT] = "main_left",
    [PORT_MAIN_RIGHT] = "main_right",
    [PORT_PREVIEW_LEFT] = "preview_left",
    [PORT_PREVIEW_RIGHT] = "preview_right",
    [PORT_IN_LEFT] = "in_left",
    [PORT_IN_RIGHT] = "in_right",
    [PORT_RETURN_LEFT] = "return_left",
    [PORT_RETURN_RIGHT] = "return_right",
    [PORT_RETURN_STREAMS_LEFT] = "return_streams_left",
    [PORT_RETURN_STREAMS_RIGHT] = "return_streams_right",
    [PORT_RETURN_SOUNDS_LEFT] = "return_sounds_left",
    [PORT_RETURN_SOUNDS_RIGHT] = "return_sounds_right",
    [PORT_RETURN_PADS_LEFT] = "return_pads_left",
    [PORT_RETURN_PADS_RIGHT] = "return_pads_right",
    [PORT_RETURN_SEQUENCER_LEFT] = "return_sequencer_left",
    [PORT_RETURN_SEQUENCER_RIGHT] = "return_sequencer_right",
    [PORT_RETURN_METRONOME_LEFT] = "return_metronome_left",
    [PORT_RETURN_METRONOME_RIGHT] = "return_metronome_right",
    [PORT_RETURN_MASTER_LEFT] = "return_master_left",
    [PORT_RETURN_MASTER_RIGHT] = "return_master_right",
    [PORT_INSERT_LEFT] = "insert_left",
    [PORT_INSERT_RIGHT] = "insert_right",
    [PORT_MIDI_IN] = "midi_in",
    [PORT_LISTEN] = "listen",
    [PORT_MIDI_OUT] = "midi_out",
    [PORT_CONTROL_OUT] = "control_out",
    [PORT_MIDI_IN_2] = "midi_in_2",
    [PORT_MIDI_IN_3] = "midi_in_3",
    [PORT_MIDI_IN_4] = "midi_in_4",
    [PORT_CONTROL_OUT_2] = "control_out_2",
    [PORT_CONTROL_OUT_3] = "control_out_3",
    [PORT_CONTROL_OUT_4] = "control_out_4",
    [PORT_STREAMS_LEFT] = "streams_left",
    [PORT_STREAMS_RIGHT] = "streams_right",
    [PORT_SOUNDS_LEFT] = "sounds_left",
    [PORT_SOUNDS_RIGHT] = "sounds_right",
    [PORT_PADS_LEFT] = "pads_left",
    [PORT_PADS_RIGHT] = "pads_right",
    [PORT_SEQUENCER_LEFT] = "sequencer_left",
    [PORT_SEQUENCER_RIGHT] = "sequencer_right",
    [PORT_METRONOME_LEFT] = "metronome_left",
    [PORT_METRONOME_RIGHT] = "metronome_right",
    [PORT_PFL_LEFT] = "pfl_left",
    [PORT_PFL_RIGHT] = "pfl_right",
    [PORT_OUT_1_LEFT] = "out_1_left",
    [PORT_OUT_1_RIGHT] = "out_1_right",
    [PORT_OUT_2_LEFT] = "out_2_left",
    [PORT_OUT_2_RIGHT] = "out_2_right",
    [PORT_OUT_3_LEFT] = "out_3_left",
    [PORT_OUT_3_RIGHT] = "out_3_right",
    [PORT_OUT_4_LEFT] = "out_4_left",
    [PORT_OUT_4_RIGHT] = "out_4_right",
};

bool port_is_output(enum client_port port)
{
    return port < PORT_IN_LEFT || port_is_midi_out(port);
}

bool port_is_in_loop(enum client_port port)
{
    bool is_send = false;

    for (uint32_t i = 0; i < CHAINS && !is_send; i++)
        is_send = port_is_side(port, port_send(i));
    return is_send || port_is_return(port);
}

/* A channel waits only for what its own insert lacks. Neither the master nor the preview waits after its return. */
static uint32_t delay_after_return(enum client_port port, const struct port_delays *delays)
{
    for (uint32_t i = 0; i < CHAINS; i++)
        if (port_is_side(port, port_return(i)) && i != CHAIN_PREVIEW && i != CHAIN_MASTER &&
            delays->own[i] < delays->aligned)
            return delays->limiter + delays->aligned - delays->own[i];
    return delays->limiter;
}

uint32_t port_delay(enum client_port port, const struct port_delays *delays)
{
    if (port_is_return(port))
        return delay_after_return(port, delays);
    if (port_is_side(port, PORT_INSERT_LEFT))
        return delays->aligned;
    if (port < PORT_STREAMS_LEFT || port == PORT_MIDI_OUT || port_is_midi_in(port))
        return delays->limiter + delays->aligned;
    return 0;
}
