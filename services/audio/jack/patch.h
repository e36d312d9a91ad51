/* patch.h: keeps the connections of one client as they are wanted: a person's, with any program, and the
 * preview's chain. May hang in JACK: link.c's thread alone. */
#ifndef LOOPHOLE_AUDIO_PATCH_H
#define LOOPHOLE_AUDIO_PATCH_H

#include <time.h>

#include "services/audio/jack/wires.h"

/* The preview's way through another client, and back. */
struct patch_chain {
    char to[CLIENT_CHAIN_NAME];        /* as it was asked for; "": none */
    char back[2][CLIENT_FOREIGN_NAME]; /* outputs that lead to our return ports; "": not made */
    char why[200];                     /* it is not made; "" */
};

struct patch {
    const struct paths *paths;
    struct client *client; /* NULL: on no server; nothing is made then */
    char name[CLIENT_NAME];
    bool keeps; /* it says what is wanted, or (false) follows the file of the one that does */
    struct wires wires;
    struct patch_chain chain;

    bool is_new;          /* the client has just joined */
    bool is_told, doubts; /* connections are looked at, for an ask or once more */
    bool is_unsaved;
    struct timespec file_time; /* of the file that was followed last */
};

/* With what the file says; a chain in it goes on only if `is_chained`. */
void patch_open(struct patch *patch, const struct paths *paths, const char *name, bool keeps, bool is_chained);
void patch_join(struct patch *patch, struct client *client);
void patch_leave(struct patch *patch, const char *why);                 /* the client is no more */
void patch_look(struct patch *patch, const struct client_pulse *pulse); /* and saves what is to be remembered */

enum patch_wish { PATCH_DISCONNECT, PATCH_CONNECT, PATCH_CONNECT_FOR_TAKE };

/* From the next look on: connected whenever both ports are there; or not at all. A connection between two ports of ours
 * is one, whichever of them is named first. For a take: one that is wanted already stays as it is. Errors: full;
 * conflict: it would feed back. */
enum err patch_want(struct patch *patch, enum client_port port, const char *to, enum patch_wish wish,
                    struct fault *fault);

/* Connects at once, for as long as another chain or none ("") is asked for; a refusal changes nothing. `to` is
 * "CLIENT:PORT", or "CLIENT:LEFT,RIGHT". Errors: bad_request (no such name), offline (no server), not_found (no such
 * inputs, or nothing that leads back), conflict (it would feed back), io. */
enum err patch_lead_through(struct patch *patch, const char *to, struct fault *fault);

#endif
