/* door.h: the door to libpq; no other file includes it. server_open, server_call and server_close may block: only a
 * process that can be killed calls them. Any process may call door_shown and door_check. On another machine the
 * server must have a certificate that is valid for its name. */
#ifndef LOOPHOLE_COMPOSER_DOOR_H
#define LOOPHOLE_COMPOSER_DOOR_H

#include "common/arena.h"
#include "common/err.h"

struct server_link;

/* The setting without its password, for people. */
struct text door_shown(const char *server, struct arena *arena);

/* Checks the setting. Errors: bad_request (libpq cannot parse it), denied (it names another machine, and an sslmode
 * that does not check its certificate). */
enum err door_check(const char *server, struct fault *fault);

/* Connects. Ignores PGHOST, PGHOSTADDR and PGSERVICE of the environment. Errors: those of door_check; offline. */
enum err server_open(const char *server, struct server_link **link, struct fault *fault);

/* A process holds one row of an answer at a time, and refuses all rows after the first: whatever the server sends, the
 * limit of child_process.h bounds the row. */

/* Runs `sql` with one parameter (NULL: none) and returns its only value. Errors: offline (the connection broke, or the
 * server is full), denied, internal (anything else; the fault has the server's sentence). */
enum err server_call(struct server_link *link, const char *sql, const char *parameter, struct arena *arena,
                     struct text *value, struct fault *fault);

/* Sends `count` calls of the prepared `sql`, one parameter each, without waiting between them (pipeline mode). Each is
 * a transaction of its own. All have been committed when it returns ok; values[i] is that of call i. Use the door for
 * nothing else afterwards. Errors: those of server_call; the calls before the one that failed may be committed. */
enum err server_calls(struct server_link *link, const char *sql, const char *const *parameters, uint32_t count,
                      struct arena *arena, struct text *values, struct fault *fault);

void server_close(struct server_link *link);

#endif
