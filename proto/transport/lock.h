/* lock.h: one process for each service of an engine: RUN/NAME.lock, held while the service lives and let go by the
 * kernel whatever way it dies. An open file description lock (fcntl F_OFD_SETLK), so that others can look without
 * taking it. Any thread. */
#ifndef LOOPHOLE_PROTO_LOCK_H
#define LOOPHOLE_PROTO_LOCK_H

#include <stdbool.h>

#include "common/paths.h"

/* Takes the lock and writes the pid into the file; the descriptor (close-on-exec) holds it. Errors: exists (another
 * one holds it), io, denied, full. */
enum err lock_take(const struct paths *paths, const char *service, int *fd, struct fault *fault);

/* The same beside the data, DATA/NAME.lock: two engines with one data directory may differ in their run directories. */
enum err lock_take_data(const struct paths *paths, const char *service, int *fd, struct fault *fault);

/* What its name leads to now.
 *   here: still to the lock that `fd` holds, or unknown, because the disk fails
 *   away: the file exists, and its disk is not mounted there any more; or the same or another disk is, again
 *   gone: it was removed, moved or replaced, alone or with the folders above it */
enum lock_place { LOCK_HERE, LOCK_AWAY, LOCK_GONE };
enum lock_place lock_look(const struct paths *paths, const char *service, int fd);
enum lock_place lock_data_look(const struct paths *paths, const char *service, int fd);

/* True while some process holds RUN/NAME.lock, DATA/NAME.lock. */
bool lock_is_held(const struct paths *paths, const char *service);
bool lock_data_is_held(const struct paths *paths, const char *service);

/* Gives all that lies in RUN, and RUN itself, the time of now: programs like systemd-tmpfiles remove files from
 * /tmp that were not touched for days. What cannot be touched is passed over. */
void lock_refresh(const struct paths *paths);

#endif
