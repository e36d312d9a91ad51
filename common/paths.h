/* paths.h: where everything of one engine lives. XDG directories, or all below $LOOPHOLE_HOME. Any thread. */
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
    char run[PATH_MAX];      /* sockets, locks; 0700; at most 80 bytes long, else /tmp/loophole-UID-RUN */
    char programs[PATH_MAX]; /* the directory of the running binary: the services are beside it */
    char tag[9];             /* 8 hex digits, drawn (names.h): names of shared memory */
    char studio[9];          /* 8 hex digits of the data directory's path, the same at each start: names in JACK */
};

/* Finds the paths, makes the directories that are missing (0700) and closes those that others may read. Errors: io;
 * denied: a directory cannot be made, belongs to another user, or can be written by others. */
enum err paths_find(struct paths *paths, struct fault *fault);

/* The same for a program that only looks: makes and changes nothing. A home that is not there is no error. */
enum err paths_look(struct paths *paths, struct fault *fault);

/* Where `service` answers and publishes: "ipc://RUN/NAME.ask", "ipc://RUN/NAME.events"; returns `to`. */
/* The value of XDG_RUNTIME_DIR when it is not a folder that this user owns and may write to: `run` is in /tmp then.
 * NULL: it is used, not set, or LOOPHOLE_HOME decides. */
const char *paths_passed_over(void);

const char *paths_ask_socket(const struct paths *paths, const char *service, char to[PATH_MAX]);
const char *paths_event_socket(const struct paths *paths, const char *service, char to[PATH_MAX]);

#endif
