/* patch_state.h: the connections that a client is to keep, and its chains. */
#ifndef LOOPHOLE_AUDIO_PATCH_STATE_H
#define LOOPHOLE_AUDIO_PATCH_STATE_H

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

enum patch_change { PATCH_DISCONNECT, PATCH_CONNECT, PATCH_CONNECT_FOR_TAKE };

#endif
