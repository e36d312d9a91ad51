/* bell.h: the supervisor's doorbell, the POSIX message queue "/loophole-TAG-bell" of 10 x 64 bytes. Ringing says
 * only "look at the board now": a bell that is full or missing loses nothing, for the board is looked at anyway.
 * Any thread. */
#ifndef LOOPHOLE_COMMON_BELL_H
#define LOOPHOLE_COMMON_BELL_H

#include <stdbool.h>

#include "common/err.h"
#include "common/paths.h"

enum { BELL_SIZE = 64, BELL_DEPTH = 10 };

/* The supervisor: makes the queue or takes over the one that is there. `fd` is readable while it rings. */
enum err bell_make(const struct paths *paths, int *fd, struct fault *fault);

/* Takes one ring: its text, cut and closed by a zero. False when it does not ring. Never blocks. */
bool bell_take(int fd, char text[BELL_SIZE]);

void bell_close(int fd);
void bell_remove(const struct paths *paths);

/* Anybody: rings, with a word on why ("ready search"). Never blocks, never fails. */
void bell_ring(const struct paths *paths, const char *text);

#endif
