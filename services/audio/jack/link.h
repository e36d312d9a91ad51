/* link.h: keeps the core on a JACK server. A thread of its own makes all calls that may hang. It joins the server,
 * retrying until there is one, keeps connections (patch.h), leaves a dead server, and joins its successor. The control
 * thread reads its facts, sends it requests, and never waits for it. */
#ifndef LOOPHOLE_AUDIO_LINK_H
#define LOOPHOLE_AUDIO_LINK_H

#include "common/mailbox.h"
#include "services/audio/jack/patch_state.h"

struct link;

struct link_facts {
    bool is_connected;
    uint64_t connects; /* since the start of the process */
    struct client_facts client;
    char server[CLIENT_NAME]; /* "": JACK's default server */
    char name[CLIENT_NAME];   /* name of our client */
    char trouble[200];        /* why there is no connection, or "" */
    struct patch_chain chain[CHAINS];
};

struct link_plan {
    const struct paths *paths;
    const char *name; /* of the client */
    struct engine *engine;
    struct mailbox *mailbox; /* delivers finished requests to the loop */
    bool keeps;              /* see patch.h */
    bool is_chained;         /* keep the preview's chain in the file */
};

/* Starts the thread; `plan` is copied, and its pointers must outlive the link. Errors: full. */
enum err link_open(const struct link_plan *plan, struct link **link, struct fault *fault);

/* Waits at most 2 s for a server that hangs. False: then nothing that the thread uses may be freed. NULL is allowed. */
bool link_close(struct link *link);

/* For the control thread's heartbeat. False: the audio thread has been inside one period for so long that it hangs. */
bool link_is_alive(struct link *link);
bool link_is_stuck(struct link *link);  /* leaving a dead server hangs: only a new process helps */
usec_t link_silence(struct link *link); /* how long no server has answered: it hangs, refuses us, or none runs */

/* Copies the current facts. */
void link_report(struct link *link, struct link_facts *facts);

enum { FOREIGN_PORTS = 256 };

/* A request to JACK. The thread does it as soon as JACK permits, publishes the facts, and returns it through the
 * mailbox to the loop. If JACK never permits it, it does not return. */
struct link_request {
    struct mail home;
    enum link_verb { LINK_LOOK, LINK_CONNECT, LINK_DISCONNECT, LINK_CHAIN, LINK_FOREIGN } verb;
    enum client_port port;          /* of LINK_CONNECT and LINK_DISCONNECT: patch_want */
    uint32_t chain_number;          /* of LINK_CHAIN */
    bool for_take;                  /* of LINK_CONNECT */
    bool waits;                     /* of LINK_CHAIN */
    char to[CLIENT_FOREIGN_NAME];   /* of LINK_CONNECT and LINK_DISCONNECT; of LINK_CHAIN: patch_lead_through */
    struct client_foreign *foreign; /* of LINK_FOREIGN: room for FOREIGN_PORTS, whose number becomes foreign_count */
    uint32_t foreign_count;
    struct fault fault; /* the answer; the next two fields are the state after it */
    struct wires wires;
    struct patch_chain chain[CHAINS];
    struct link_request *next;
};
void link_send(struct link *link, struct link_request *request);

#endif
