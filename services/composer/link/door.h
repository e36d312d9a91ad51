/* door.h: the door to libpq; no other file includes it. door_open, door_call and door_close may block: only a process
 * that can be killed calls them. Any process may call door_shown and door_check. On another machine the server must
 * have a certificate that is valid for its name. */
#ifndef LOOPHOLE_COMPOSER_DOOR_H
#define LOOPHOLE_COMPOSER_DOOR_H

#include "common/arena.h"
#include "common/err.h"

struct door;

/* The setting without its password, for people. */
struct text door_shown(const char *server, struct arena *arena);

/* Checks the setting. Errors: bad_request (libpq cannot parse it), denied (it names another machine, and an sslmode
 * that does not check its certificate). */
enum err door_check(const char *server, struct fault *fault);

/* Connects. Ignores PGHOST, PGHOSTADDR and PGSERVICE of the environment. Errors: those of door_check; offline. */
enum err door_open(const char *server, struct door **door, struct fault *fault);

/* Runs `sql` with one parameter (NULL: none) and returns its only value. Errors: offline (the connection broke, or the
 * server is full), denied, internal (anything else; the fault has the server's sentence). */
enum err door_call(struct door *door, const char *sql, const char *parameter, struct arena *arena, struct text *value,
                   struct fault *fault);
void door_close(struct door *door);

#endif
