/* patch.h: keeps one client's connections: those that a person made with any program, and those of the preview's chain.
 * May hang in JACK: only link.c's thread calls it. */
#ifndef LOOPHOLE_AUDIO_PATCH_H
#define LOOPHOLE_AUDIO_PATCH_H

#include <time.h>

#include "services/audio/jack/wires.h"

/* The preview's way through another client and back. */
struct patch_chain {
    char to[CLIENT_CHAIN_NAME];        /* as requested; "": none */
    char back[2][CLIENT_FOREIGN_NAME]; /* outputs that are connected to our return ports; "": not made */
    char why[200];                     /* why it is not made; "" */
};

struct patch {
    const struct paths *paths;
    struct client *client; /* NULL: on no server, and nothing is connected */
    char name[CLIENT_NAME];
    /* True: this core stores the wanted connections. False: it reads the file of the core that stores them. */
    bool keeps;
    struct wires wires;
    struct patch_chain chain;

    bool is_new;           /* the client has just joined */
    bool is_asked, doubts; /* connections must be checked: after a request; again */
    bool is_unsaved;
    struct timespec file_time; /* of the file that was last followed */
};

/* Reads the file; its chain is kept only if `is_chained`. */
void patch_open(struct patch *patch, const struct paths *paths, const char *name, bool keeps, bool is_chained);
void patch_join(struct patch *patch, struct client *client);
void patch_leave(struct patch *patch, const char *why);                 /* the client has ended */
void patch_look(struct patch *patch, const struct client_pulse *pulse); /* also saves changes */

enum patch_change { PATCH_DISCONNECT, PATCH_CONNECT, PATCH_CONNECT_FOR_TAKE };

/* Connects the two ports from the next look on, whenever both exist, or never again. Between two of our own ports there
 * is one connection, whichever is named first. For a take: a connection that is already wanted stays unchanged. Errors:
 * full; conflict (feedback). */
enum err patch_want(struct patch *patch, enum client_port port, const char *to, enum patch_change change,
                    struct fault *fault);

/* Connects the chain at once, until another chain or none ("") is requested; after an error the old one remains. `to`
 * is "CLIENT:PORT" or "CLIENT:LEFT,RIGHT". Errors: bad_request (name), offline (no server), not_found (no such inputs,
 * or no output), conflict (feedback), io. */
enum err patch_lead_through(struct patch *patch, const char *to, struct fault *fault);

#endif
