/* jack.h: the door to JACK: one client on one server, from its opening to the server's or its own end. Its process
 * callback is the audio thread: it fetches the port buffers and calls engine_run. Whatever may block (opening, closing,
 * connecting, asking for ports) is for one thread that is allowed to hang, which is link.c's. */
#ifndef LOOPHOLE_AUDIO_JACK_H
#define LOOPHOLE_AUDIO_JACK_H

#include "common/clock.h"
#include "services/audio/jack/port.h"
#include "services/audio/rt/engine.h"

struct client;

enum { CLIENT_NAME = 64, CLIENT_PORT_NAME = 32, CLIENT_FOREIGN_NAME = 256, CLIENT_CHAIN_NAME = 256 };

extern const char *const client_ports[PORTS]; /* "main_left", … */

/* What the callbacks count. Any thread reads. */
struct client_pulse {
    uint64_t entered, left; /* periods begun and ended */
    bool is_lost;           /* the server is gone, or has thrown us out */
    bool ports_changed;     /* some port of the server came or went, since the last look */
    bool rewired;           /* some connection came or went, since the last look */
};

struct client_facts {
    uint32_t rate, period; /* Hz, frames */
    bool is_realtime;
    uint32_t latency_in, latency_out; /* frames, the longest of our ports; out: with our own delay */
};

/* Joins the server that JACK_DEFAULT_SERVER names, under exactly this name; never starts one. It sounds from here on.
 * Errors: offline (no server), exists (the name is taken yet: a predecessor's end is not noticed), io, full. */
enum err client_open(const char *name, struct engine *engine, struct client **client, struct fault *fault);
void client_close(struct client *client); /* may hang on a dead server */

struct client_pulse client_look(struct client *client); /* and resets the two that changed */
void client_tell(struct client *client, struct client_facts *facts);

/* The `number`th thing that port is connected to; false past the last. */
bool client_connected(struct client *client, enum client_port port, uint32_t number, char to[CLIENT_FOREIGN_NAME]);
bool client_has_port(struct client *client, const char *foreign);
bool client_connect(struct client *client, enum client_port port, const char *foreign); /* also when it is already */
void client_disconnect(struct client *client, enum client_port port, const char *foreign);

bool client_is_input(struct client *client, const char *foreign);  /* takes audio */
bool client_is_socket(struct client *client, const char *foreign); /* of the machine: nothing leads on from it */
/* The `number`th audio output of the client of that name, by JACK's order, and what that one is connected to; false
 * past the last. */
bool client_output(struct client *client, const char *owner, uint32_t number, char to[CLIENT_FOREIGN_NAME]);
bool client_output_connected(struct client *client, const char *output, uint32_t number, char to[CLIENT_FOREIGN_NAME]);

/* The socket of the machine that this port goes to by default; false: none. Preview is in main as well,
 * and MIDI is for a person to connect. */
bool client_default(struct client *client, enum client_port port, char to[CLIENT_FOREIGN_NAME]);

/* Leads JACK's transport while the core that sounds here is to lead, and no other client leads. A client that took the
 * lead from us keeps it until it ends. To be called again and again. */
void client_lead(struct client *client);

#endif
