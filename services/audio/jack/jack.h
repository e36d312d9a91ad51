/* jack.h: one client of JACK on one server, from its opening to its own or the server's end. Its process callback is
 * the audio thread: it fetches the port buffers and calls engine_run. Some calls may block: opening, closing,
 * connecting, queries for ports. Only link.c's thread makes them, because it may hang. */
#ifndef LOOPHOLE_AUDIO_JACK_H
#define LOOPHOLE_AUDIO_JACK_H

#include "common/clock.h"
#include "services/audio/jack/client_life.h"
#include "services/audio/jack/port.h"
#include "services/audio/rt/engine.h"

struct client;

enum { CLIENT_NAME = 64, CLIENT_FOREIGN_NAME = 256, CLIENT_CHAIN_NAME = 256, CLIENT_NAMES = 3 };

/* Counters of the callbacks. Any thread reads them. */
struct client_pulse {
    uint64_t left;      /* periods ended */
    bool is_lost;       /* see client_is_lost */
    bool ports_changed; /* some port of the server came or went since the last client_look */
    bool rewired;       /* some connection came or went since the last client_look */
};

struct client_facts {
    uint32_t rate, period; /* Hz, frames */
    bool is_realtime;
    uint32_t latency_in, latency_out; /* frames, the longest of our ports; out includes our own delay */
};

/* Joins the server that JACK_DEFAULT_SERVER names, under exactly this name, and starts to play; never starts a server.
 * Errors: offline (no server), exists (the server refuses the client: the name is in use, for example as JACK has not
 * noticed a predecessor's end, or it has no room), io, full. `life` is zeroed, and outlives the client. */
enum err client_open(const char *name, struct engine *engine, struct client_life *life, struct client **client,
                     struct fault *fault);
void client_close(struct client *client); /* may hang on a dead server; frees the client, and zeroes its life */

struct client_pulse client_look(struct client *client); /* also resets ports_changed and rewired */
/* Fills `facts` with the current values; leaves them as they are if the server is lost. */
void client_report(struct client *client, struct client_facts *facts);

/* Measures by how much clock_steady is ahead of JACK's clock, which runs freely: nothing corrects it, so the two drift
 * apart. The audio thread adds the difference to JACK's times. Call it some times in a second. */
void client_map_clock(struct client *client);

/* The server has ended, or has removed us. Then no function below finds a connection or a latency. */
bool client_is_lost(struct client *client);

/* Frames until sound that leaves at `send` is back at `back`, after the latencies that the clients between report. JACK
 * delays each way back by a period. */
uint32_t client_way(struct client *client, enum client_port send, enum client_port back);
/* Bits of the chains that are made, and their latencies in frames. The audio thread reads them. */
void client_set_chains(struct client *client, uint32_t chains, const uint32_t latency_frames[CHAINS]);

/* The `number`th port that `port` is connected to; false after the last. */
bool client_connected(struct client *client, enum client_port port, uint32_t number, char to[CLIENT_FOREIGN_NAME]);
bool client_has_port(struct client *client, const char *foreign);
bool client_connect(struct client *client, enum client_port port,
                    const char *foreign); /* true if it is connected already */
void client_disconnect(struct client *client, enum client_port port, const char *foreign);

bool client_is_input(struct client *client, const char *foreign);  /* it accepts audio */
bool client_is_socket(struct client *client, const char *foreign); /* a port of the machine */

/* Writes the audio ports of other clients, in JACK's order; returns their number, at most `most`. */
struct client_foreign {
    char name[CLIENT_FOREIGN_NAME];
    bool is_input;
};
uint32_t client_foreign_ports(struct client *client, struct client_foreign to[], uint32_t most);

/* The names of a foreign port: its own, then its aliases. 0: there is no such port. */
uint32_t client_names(struct client *client, const char *foreign, char names[CLIENT_NAMES][CLIENT_FOREIGN_NAME]);
/* The `number`th foreign MIDI port that `port` could be connected to; false after the last. */
bool client_midi_port(struct client *client, enum client_port port, uint32_t number, char to[CLIENT_FOREIGN_NAME]);

/* The `number`th audio output of the client named `owner`, in JACK's order. Below: the `number`th port that an output
 * is connected to. False after the last. */
bool client_output(struct client *client, const char *owner, uint32_t number, char to[CLIENT_FOREIGN_NAME]);
bool client_output_connected(struct client *client, const char *output, uint32_t number, char to[CLIENT_FOREIGN_NAME]);

/* The machine's port to which this port is connected by default; false: none. Preview is part of main too, and a person
 * connects MIDI. */
bool client_default(struct client *client, enum client_port port, char to[CLIENT_FOREIGN_NAME]);

/* Leads JACK's transport as long as the core that plays here must lead and no other client leads. A client that took
 * the lead keeps it until it ends. Call it repeatedly. */
void client_lead(struct client *client);

#endif
