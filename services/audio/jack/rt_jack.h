/* rt_jack.h: the part of the JACK client that runs on the audio thread (rt_jack.c), and the state that it shares with
 * jack.c. RT: rt_jack.c calls only the engine and the functions of JACK in tests/rt/allowed_jack. `make check-rt`
 * checks the shipped object. */
#ifndef LOOPHOLE_AUDIO_RT_JACK_H
#define LOOPHOLE_AUDIO_RT_JACK_H

#include <jack/jack.h>
#include <jack/midiport.h>

#include "common/clock.h"
#include "services/audio/jack/client_life.h"
#include "services/audio/jack/port.h"
#include "services/audio/rt/engine.h"

enum { CLIENT_CHAINS_KNOWN = 1 << 30 };
enum { CLIENT_SETTLED = 3 }; /* periods until a new connection certainly carries sound */

struct client {
    jack_client_t *jack;
    jack_port_t *ports[PORTS];
    struct engine *engine;
    bool has_clock;
    int64_t frame;                    /* the server's frame clock, extended to 64 bits */
    _Atomic int64_t clock_ahead;      /* µs, clock_steady less JACK's clock; link.c's thread measures it */
    usec_t clock_mapped, clock_error; /* when it was measured, and its largest error then; only that thread's */
    struct engine_period period;
    struct engine_midi midi_in[ENGINE_MIDI], midi_out[ENGINE_MIDI], control_out[ENGINE_MIDI];
    _Atomic uint32_t wired; /* bits of the inputs that link.c's thread found connected; the callback's last values */
    _Atomic uint32_t midi_wired, control_wired; /* connections of midi_out and control_out that link.c's thread found */
    _Atomic uint32_t chains; /* bits of those that link.c's thread has made, and CLIENT_CHAINS_KNOWN */
    _Atomic uint32_t chain_latency_frames[CHAINS]; /* of those */
    uint32_t wired_before[CLIENT_SETTLED], wired_count;
    bool leads; /* used only by link.c's thread */
    _Atomic bool is_to_lead;
    struct client_life *life;
    _Atomic uint64_t led; /* value of `left` when JACK last called rt_lead, or was asked to */
    _Atomic bool is_lost, ports_changed, rewired;
    _Atomic uint32_t rate, frames;
    _Atomic uint32_t delay, aligned;           /* frames, of the outputs, from the last period */
    uint32_t reported_delay, reported_aligned; /* reported to JACK; used only by link.c's thread */
    bool chains_changed;                       /* not reported yet; used only by link.c's thread */
};

/* JACK's callbacks on the audio thread; `state` is a struct client. */
void rt_begin(void *state); /* called once, before the first period */
int rt_process(jack_nframes_t frames, void *state);

/* The leader of the transport, called after rt_process: sets the position of the next cycle. */
void rt_lead(jack_transport_state_t state, jack_nframes_t frames, jack_position_t *position, int is_new, void *arg);

#endif
