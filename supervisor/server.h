/* server.h: the JACK server that the engine's clients use: one that runs already, PipeWire's, or the engine's own,
 * which is a child like the others. The engine's own has the name loophole-TAG-server and runs asynchronously. Files of
 * other servers are never touched. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_SERVER_H
#define LOOPHOLE_SUPERVISOR_SERVER_H

#include "supervisor/child.h"
#include "supervisor/device.h"

enum server_kind {
    SERVER_NONE,     /* nothing to be had: `alarm` says what to do */
    SERVER_RUNNING,  /* somebody else's */
    SERVER_PIPEWIRE, /* PipeWire's: clients are started through pw-jack */
    SERVER_OWN,      /* a jackd of ours */
};

enum { SERVER_ARGUMENTS = 24, SERVER_NAME = 64 };

struct server {
    struct child_world *world;
    struct child *child; /* of jackd */
    enum server_kind kind;
    char device[DEVICE_NAME]; /* that is used: "dummy", "alsa:hw:PCH", "jack", … */
    char name[SERVER_NAME];   /* clients' JACK_DEFAULT_SERVER; "": what the user's environment says */
    char alarm[200];          /* what a person should see to, or "" */
    char jackd[PATH_MAX], wrapper[PATH_MAX];
    char words[3][64];                           /* arguments that are not constant: server, rate, period */
    const char *arguments[SERVER_ARGUMENTS + 1]; /* of jackd */
    struct table_row row;
    uint32_t broken; /* cards, best first, that jackd could not open: passed over by `auto` */
    usec_t gone;     /* since when a server that is not ours is away; 0: it is there */
    usec_t looked;
    const char *users_server; /* JACK_DEFAULT_SERVER as it was; NULL: it was not set */
};

/* A jackd of this engine's name runs. */
bool server_is_left(const struct paths *paths);

/* Removes what jackd and its clients left in /dev/shm under this engine's name. */
void server_sweep(const struct paths *paths);

/* Decides; `child` gets what it is to run, or nothing. */
void server_open(struct server *server, struct child_world *world, struct child *child);

/* Ten times a second: readiness, size of the log, whether the decision still holds. True when it is another now and
 * clients are to be started again. */
bool server_look(struct server *server, usec_t now);

/* Settings have changed: decides again; jackd is started again if it is ours. True as server_look. */
bool server_use(struct server *server);

/* After the child's end: removes what a killed jackd left. */
void server_shut(struct server *server);

#endif
