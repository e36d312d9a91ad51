/* rt_jack.h: the side of the door to JACK that runs on the audio thread (rt_jack.c), and the state that it shares with
 * the other side (jack.c). RT: rt_jack.c calls nothing but the engine and those functions of JACK that
 * tests/rt/allowed_jack names; `make check-rt` checks the object that ships. */
#ifndef LOOPHOLE_AUDIO_RT_JACK_H
#define LOOPHOLE_AUDIO_RT_JACK_H

#include <jack/jack.h>
#include <jack/midiport.h>

#include "services/audio/jack/port.h"
#include "services/audio/rt/engine.h"

enum { CLIENT_SETTLED = 3 }; /* periods until a connection that was made is heard for certain */

struct client {
    jack_client_t *jack;
    jack_port_t *ports[PORTS];
    struct engine *engine;
    bool has_clock;
    int64_t frame; /* the server's frame clock, 64 bits */
    struct engine_period period;
    struct engine_midi midi_in[ENGINE_MIDI], midi_out[ENGINE_MIDI];
    _Atomic uint32_t wired; /* bits of the inputs that the link's thread found connected; the callback's last looks */
    uint32_t wired_before[CLIENT_SETTLED], wired_count;
    bool leads; /* link's thread's own */
    _Atomic bool is_to_lead;
    _Atomic uint64_t entered, left;
    _Atomic uint64_t led; /* `left` when JACK last called rt_lead, or was asked to */
    _Atomic bool is_lost, ports_changed, rewired;
    _Atomic uint32_t rate, frames;
    _Atomic uint32_t delay; /* of the outputs, as the last period said */
    uint32_t told_delay;    /* to JACK; link's thread's own */
};

/* JACK's callbacks of the audio thread; `state` is a struct client. */
void rt_begin(void *state); /* once, before the first period */
int rt_process(jack_nframes_t frames, void *state);
/* The transport's leader, after rt_process: the position of the cycle that comes next. */
void rt_lead(jack_transport_state_t state, jack_nframes_t frames, jack_position_t *position, int is_new, void *arg);

#endif
