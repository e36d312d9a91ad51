/* paths.h: the directories of one engine: the XDG directories, or all below $LOOPHOLE_HOME. Any thread. */
#ifndef LOOPHOLE_COMMON_PATHS_H
#define LOOPHOLE_COMMON_PATHS_H

#include <limits.h>

#include "common/err.h"

struct paths {
    char home[PATH_MAX];     /* $LOOPHOLE_HOME, or "" */
    char config[PATH_MAX];   /* directory with loophole.conf */
    char data[PATH_MAX];     /* store/, artefact/ */
    char cache[PATH_MAX];    /* search index */
    char logs[PATH_MAX];     /* data/log */
    char run[PATH_MAX];      /* sockets, locks; 0700; at most 80 bytes, else /tmp/loophole-UID-RUN */
    char programs[PATH_MAX]; /* the directory of this program and of the services */
    char tag[9];             /* 8 random hex digits (names.h): names of shared memory */
    char studio[9];          /* 8 hex digits of a hash of the data directory's path: names in JACK */
};

/* Finds the paths, creates missing directories (0700) and closes those that others may read. Errors: io; denied: a
 * directory cannot be created, belongs to another user, or is writable by others. */
enum err paths_find(struct paths *paths, struct fault *fault);

/* As paths_find for a program that only reads: it creates and changes nothing. A missing home is not an error. */
enum err paths_look(struct paths *paths, struct fault *fault);

/* Returns the value of XDG_RUNTIME_DIR if this user does not own that folder or cannot write there; `run` is then in
 * /tmp. NULL: it is in use, not set, or LOOPHOLE_HOME decides. */
const char *paths_passed_over(void);

/* Write the addresses of `service`: "ipc://RUN/NAME.ask" and "ipc://RUN/NAME.events". Return `to`. */
const char *paths_ask_socket(const struct paths *paths, const char *service, char to[PATH_MAX]);
const char *paths_event_socket(const struct paths *paths, const char *service, char to[PATH_MAX]);

#endif
