/* server.h: the JACK server of the engine's clients: a running one, PipeWire's, or the engine's own, which is a child
 * like the others. The engine's own has the name loophole-TAG-server and runs asynchronously. Files of other servers
 * are never changed. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_SERVER_H
#define LOOPHOLE_SUPERVISOR_SERVER_H

#include "supervisor/child.h"
#include "supervisor/device.h"

enum server_kind {
    SERVER_NONE,     /* none available: `alarm` says what to do */
    SERVER_RUNNING,  /* an independent one */
    SERVER_PIPEWIRE, /* PipeWire's: clients are started by pw-jack */
    SERVER_OWN,      /* the engine's jackd */
};

enum { SERVER_ARGUMENTS = 24, SERVER_NAME = 64 };

struct server {
    struct child_world *world;
    struct child *child; /* of jackd */
    enum server_kind kind;
    char device[DEVICE_NAME]; /* the used one: "dummy", "alsa:hw:PCH", "jack", … */
    char name[SERVER_NAME];   /* JACK_DEFAULT_SERVER of clients; "": that of the user's environment */
    char alarm[200];          /* a problem that a person should solve, or "" */
    char jackd[PATH_MAX], wrapper[PATH_MAX];
    char words[3][64];                           /* variable arguments: server, rate, period */
    const char *arguments[SERVER_ARGUMENTS + 1]; /* of jackd */
    struct table_row row;
    struct device_refusals refusals; /* cards that `auto` skips */
    usec_t gone;                     /* since when an independent server is away; 0: it runs */
    usec_t looked;
    const char *users_server; /* the original JACK_DEFAULT_SERVER; NULL: it was not set */
};

/* True if a jackd with this engine's server name runs. */
bool server_is_left(const struct paths *paths);

/* Removes files of jackd and its clients with this engine's name in /dev/shm. */
void server_sweep(const struct paths *paths);

/* Ends the jackd of a predecessor, because no sound is wanted now. */
void server_end_left(const struct child_world *world);

/* Chooses the server; `child` gets the program to run, or nothing. */
void server_open(struct server *server, struct child_world *world, struct child *child);

/* Called ten times a second: checks readiness, the size of the log, and whether the choice is still right. True: it
 * changed, and clients must be started again. */
bool server_look(struct server *server, usec_t now);

/* Called after a change of settings: chooses again; the engine's own jackd is started again. True as for
 * server_look. */
bool server_use(struct server *server);

/* Called after the child's end: removes the files of a killed jackd. */
void server_shut(struct server *server);

#endif
