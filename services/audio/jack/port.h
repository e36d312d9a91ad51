/* port.h: the ports of our JACK client. */
#ifndef LOOPHOLE_AUDIO_PORT_H
#define LOOPHOLE_AUDIO_PORT_H

enum client_port {
    PORT_MAIN_LEFT,
    PORT_MAIN_RIGHT,
    PORT_PREVIEW_LEFT,
    PORT_PREVIEW_RIGHT,
    PORT_IN_LEFT,
    PORT_IN_RIGHT,
    PORT_LISTEN,
    PORT_RETURN_LEFT, /* output of the preview's chain */
    PORT_RETURN_RIGHT,
    PORT_MIDI_IN,
    PORT_MIDI_OUT,
    PORT_CONTROL_OUT, /* the lights and motors of controllers */
    PORTS
};

#endif
