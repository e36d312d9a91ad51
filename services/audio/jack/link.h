/* link.h: keeps the core on a JACK server. A thread of its own does whatever may hang: joins the server, again and
 * again until there is one; keeps connections (patch.h); leaves a server that died, and joins its successor. The
 * control thread reads what it says, sends it wishes, and never waits for it. */
#ifndef LOOPHOLE_AUDIO_LINK_H
#define LOOPHOLE_AUDIO_LINK_H

#include "common/mailbox.h"
#include "services/audio/jack/patch.h"

struct link;

struct link_facts {
    bool is_connected;
    uint64_t connects; /* since the process began */
    struct client_facts client;
    char server[CLIENT_NAME]; /* "": JACK's default one */
    char name[CLIENT_NAME];   /* of our client */
    char trouble[200];        /* why there is no connection, or "" */
    struct patch_chain chain;
};

struct link_plan {
    const struct paths *paths;
    const char *name; /* of the client */
    struct engine *engine;
    struct mailbox *mailbox; /* where wishes come home */
    bool keeps;              /* as patch.h says */
    bool is_chained;         /* a chain of the file goes on */
};

/* Errors: full. */
enum err link_open(const struct link_plan *plan, struct link **link, struct fault *fault);
/* Gives up on a server that hangs after 2 s. False: then nothing that it uses may be freed. NULL is allowed. */
bool link_close(struct link *link);

/* False while the audio thread has been inside one period for so long that it hangs. For the control thread's beat. */
bool link_is_alive(struct link *link);
bool link_is_stuck(struct link *link); /* leaving a dead server hangs: only a new process helps */

void link_tell(struct link *link, struct link_facts *facts);

/* What JACK is to be asked for. The thread does it as soon as JACK lets it, and sends it home: the mailbox opens it in
 * the loop. One that JACK never lets go of does not come home. */
struct link_wish {
    struct mail home;
    enum link_verb { LINK_LOOK, LINK_CONNECT, LINK_DISCONNECT, LINK_CHAIN } verb;
    enum client_port port;        /* of LINK_CONNECT and LINK_DISCONNECT: patch_want */
    bool for_take;                /* of LINK_CONNECT */
    char to[CLIENT_FOREIGN_NAME]; /* of these; or LINK_CHAIN's: patch_lead_through */
    struct fault fault;           /* the answer, and what is after it */
    struct wires wires;
    struct patch_chain chain;
    struct link_wish *next;
};
void link_send(struct link *link, struct link_wish *wish);

#endif
