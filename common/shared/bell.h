/* bell.h: the supervisor's doorbell, the POSIX message queue "/loophole-TAG-bell" of 10 × 64 bytes. A ring only means
 * "read the board now". A full or missing bell loses nothing, because the supervisor reads the board regularly anyway.
 * Any thread. */
#ifndef LOOPHOLE_COMMON_BELL_H
#define LOOPHOLE_COMMON_BELL_H

#include <stdbool.h>

#include "common/err.h"
#include "common/paths.h"

enum { BELL_SIZE = 64, BELL_DEPTH = 10 };

/* The supervisor: makes the queue, or takes over an existing one. `fd` is readable while the bell rings; bell_close
 * closes it. Errors: io, denied, full. */
enum err bell_make(const struct paths *paths, int *fd, struct fault *fault);

/* Takes one ring and writes its text, cut, with a closing zero. False: the bell does not ring. Never blocks. */
bool bell_take(int fd, char text[BELL_SIZE]);

void bell_close(int fd);
void bell_remove(const struct paths *paths); /* the supervisor; an open queue works until bell_close */

/* Any process: rings, with a short reason ("ready search"). Never blocks, never fails. */
void bell_ring(const struct paths *paths, const char *text);

#endif
