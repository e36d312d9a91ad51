/* patch.h: keeps the connections of one JACK client: those that a person made with any program (patch.c), and those of
 * the chains: the ways of the preview, of channels and of the master through another client and back (patch_chains.c).
 * A call may hang in JACK, so only the thread of link.c calls these functions. */
#ifndef LOOPHOLE_AUDIO_PATCH_H
#define LOOPHOLE_AUDIO_PATCH_H

#include <time.h>

#include "services/audio/jack/wires.h"

/* A way through another client and back. */
struct patch_chain {
    char to[CLIENT_CHAIN_NAME];        /* as requested; "": none */
    char back[2][CLIENT_FOREIGN_NAME]; /* outputs that are connected to our return ports; "": not made */
    char why[200];                     /* why it is not made, or "" */
    uint32_t latency_frames;           /* frames from its way out to its way back; 0 while it is not made */
};

struct patch {
    const struct paths *paths;
    struct client *client; /* NULL: no server, and no connections */
    char name[CLIENT_NAME];
    /* True: this core stores the wanted connections. False: it reads the file of the core that stores them. */
    bool keeps;
    struct wires wires;
    struct patch_chain chain[CHAINS];

    bool is_new;           /* the client has just joined */
    bool is_asked, doubts; /* the connections must be checked: after a request; a second time */
    bool is_unsaved;
    struct timespec file_time; /* of the file, when patch_look last read it */
};

/* Reads the file; the preview's chain in it is kept only if `is_chained`. */
void patch_open(struct patch *patch, const struct paths *paths, const char *name, bool keeps, bool is_chained);
void patch_join(struct patch *patch, struct client *client);
void patch_leave(struct patch *patch, const char *why);                 /* the client has ended */
void patch_look(struct patch *patch, const struct client_pulse *pulse); /* also saves changes */

enum patch_change { PATCH_DISCONNECT, PATCH_CONNECT, PATCH_CONNECT_FOR_TAKE };

/* Wants a connection of the two ports, or no longer wants it. From the next look on, wanted ports are connected
 * whenever both exist. Two of our own ports have one connection, in either order of names. PATCH_CONNECT_FOR_TAKE
 * leaves a connection that is wanted already unchanged. Errors: full; conflict (feedback). */
enum err patch_want(struct patch *patch, enum client_port port, const char *to, enum patch_change change,
                    struct fault *fault);

/* Connects the chain `number` at once. It remains until a call requests another way or none (""). After an error the
 * old chain remains. With `waits` a chain that cannot be made now, but has a valid name, is no error: it is made when
 * that is possible. `to` is "CLIENT:PORT" or "CLIENT:LEFT,RIGHT". Errors: bad_request (name), offline (no server),
 * not_found (no such inputs, or no output), conflict (feedback), io. */
enum err patch_lead_through(struct patch *patch, uint32_t number, const char *to, bool waits, struct fault *fault);

/* ---- patch_chains.c, for patch.c ---- */

void patch_set_chain(struct patch *patch, uint32_t number, const char *to); /* from the next look on */
void patch_repair_chains(struct patch *patch); /* restores them as long as they are wanted */
void patch_undo_chains(struct patch *patch, const char *why);
bool patch_is_of_chain(const struct patch *patch, enum client_port port, const char *to);

/* True if sound that comes back from `foreign` at this return port would reach its own way out again. */
bool patch_feeds_back(struct patch *patch, enum client_port port, const char *foreign);
/* True if sound that leaves at this port for `foreign` would come back to it. */
bool patch_comes_back(struct patch *patch, enum client_port port, const char *foreign);
void patch_break_loops(struct patch *patch);

#endif
