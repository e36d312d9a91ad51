/* link.h: keeps the core on a JACK server. A thread of its own does whatever may hang: joins the server, again and
 * again until there is one; restores connections; leaves a server that died, and joins its successor. The control
 * thread reads what it says, and never waits for it. */
#ifndef LOOPHOLE_AUDIO_LINK_H
#define LOOPHOLE_AUDIO_LINK_H

#include "services/audio/wires.h"

struct link;

struct link_facts {
    bool is_connected;
    uint64_t connects; /* since the process began */
    struct client_facts client;
    char server[CLIENT_NAME]; /* "": JACK's default one */
    char name[CLIENT_NAME];   /* of our client */
    char trouble[200];        /* why there is no connection, or "" */
};

/* `keeps` decides who says which connections are wanted: this one, which remembers what a person makes, or (false) the
 * file that another process keeps, which is followed. Errors: full. */
enum err link_open(const struct paths *paths, const char *name, struct engine *engine, bool keeps, struct link **link,
                   struct fault *fault);
void link_close(struct link *link); /* gives up on a server that hangs after 2 s; NULL is allowed */

/* False while the audio thread has been inside one period for so long that it hangs. For the control thread's beat. */
bool link_is_alive(struct link *link);
bool link_is_stuck(struct link *link); /* leaving a dead server hangs: only a new process helps */

void link_tell(struct link *link, struct link_facts *facts);
enum err link_wires(struct link *link, struct wires *wires, struct fault *fault); /* busy: JACK hangs */

/* From now on: connected whenever both ports are there; or not at all. Errors: full, busy. */
enum err link_want(struct link *link, enum client_port port, const char *to, bool wanted, struct fault *fault);

void link_lead(struct link *link, double bpm); /* as client_lead */

#endif
