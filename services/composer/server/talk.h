/* talk.h: a talk with the server, in a process of its own (child_process.h). The service kills this process after
 * TALK_PATIENCE_US, whatever the network or the server does, and answers asks meanwhile. One talk at a time. The
 * loop's thread.
 *
 *   talk_begin ──► child: connects, calls, checks the answers, writes them to a pipe ──► talk_turn: ended
 *                    │ hangs, or dies
 *                    └──► talk_turn: killed; the fault reports it */
#ifndef LOOPHOLE_COMPOSER_TALK_H
#define LOOPHOLE_COMPOSER_TALK_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "schema_community.h"
#include "schema_composer.h"
#include "schema_team.h"
#include "services/composer/server/child_process.h"

enum { TALK_PATIENCE_US = 30000000, TALK_CALLS = 4 };

struct server_talk {
    struct child_process child; /* pid 0: no talk */
    bool is_late;
    usec_t deadline;
    struct buffer got;
};

/* What a talk asks. Each call is the JSON of a record to_server.
 *   exchange: the first call sends the offers, and each further call reads more lessons
 *   news:     one call: would an exchange give or take anything?
 *   forget:   one call removes what this studio shared; a second connection then counts the remaining rows
 *   team:     one call, the JSON of a record to_team */
enum talk_kind { TALK_EXCHANGE, TALK_NEWS, TALK_FORGET, TALK_TEAM };

struct talk_words {
    const char *server;
    enum talk_kind kind;
    const char *calls[TALK_CALLS];
    uint32_t count;
};

/* Begins a talk; the words need not outlive the call. Errors: full (no process), busy (a killed process waits in the
 * kernel). */
enum err talk_begin(struct server_talk *talk, const struct talk_words *words, struct fault *fault);

/* Reads the child's output. True: the talk has ended, and talk_result returns its result. */
bool talk_turn(struct server_talk *talk);

/* Decodes the result of a talk into `to`, of the shape from_server (the answers of all calls as one; of news `more`,
 * or else `poll`), (forget) forgot_there or (team) from_team. Its memory lies in the arena. Errors: those of door.h;
 * timeout; bad_request (the answer is invalid). */
enum err talk_result(struct server_talk *talk, const struct shape *shape, struct arena *arena, void *to,
                     struct fault *fault);

void talk_end(struct server_talk *talk); /* kills the child */

/* True while a killed child has not ended. False after the deadline of its talk: then talk_begin reports busy. */
bool talk_is_ending(struct server_talk *talk);

#endif
