/* talk.h: a talk with the server, in a process of its own. The service kills this process after TALK_PATIENCE_US,
 * whatever the network or the server does, and answers asks meanwhile. One talk at a time. The loop's thread.
 *
 *   talk_begin ──► child: connects, calls, checks the answer, writes it to a pipe ──► talk_turn: ended
 *                    │ hangs, or dies
 *                    └──► talk_turn: killed; the fault says so */
#ifndef LOOPHOLE_COMPOSER_TALK_H
#define LOOPHOLE_COMPOSER_TALK_H

#include <sys/types.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/err.h"
#include "schema_community.h"
#include "schema_composer.h"

enum { TALK_PATIENCE_US = 30000000 };

struct server_talk {
    pid_t pid;   /* 0: no talk */
    pid_t dying; /* a killed process that has not ended yet: no talk begins before */
    bool is_late;
    int from;
    usec_t deadline;
    struct buffer got;
};

/* Begins a talk: `call` is the JSON of a record to_server; NULL: forget. Errors: full (no process), busy (a killed
 * process waits in the kernel). */
enum err talk_begin(struct server_talk *talk, const char *server, const char *call, struct fault *fault);

/* Reads what the child wrote. True: the talk has ended; then talk_result has its result. */
bool talk_turn(struct server_talk *talk);

/* Decodes the result of a talk into `to`, of the shape from_server or (forget) forgot_there. Its memory lies in the
 * arena. Errors: those of door.h; timeout; bad_request (the answer is invalid). */
enum err talk_result(struct server_talk *talk, const struct shape *shape, struct arena *arena, void *to,
                     struct fault *fault);

void talk_end(struct server_talk *talk); /* kills the child */

/* True while a killed child ends. False after the time of its talk: talk_begin then reports it. */
bool talk_is_ending(struct server_talk *talk);

#endif
