/* lock.h: allows one process for each service of an engine: RUN/NAME.lock, held while the service lives. The kernel
 * releases it at any death. An open file description lock (fcntl F_OFD_SETLK), so that other processes can test it
 * without taking it. A killed process whose threads wait in the kernel still has the lock. That lock counts as free,
 * and the next process makes a new file of that name. Any thread. */
#ifndef LOOPHOLE_PROTO_LOCK_H
#define LOOPHOLE_PROTO_LOCK_H

#include <stdbool.h>

#include "common/paths.h"

/* Takes the lock and writes the pid into the file. Closing the descriptor (close-on-exec) releases it. Errors: exists
 * (another process has it), io, denied, full. */
enum err lock_take(const struct paths *paths, const char *service, int *fd, struct fault *fault);

/* As lock_take for DATA/NAME.lock, because two engines with one data directory may have different run directories. */
enum err lock_take_data(const struct paths *paths, const char *service, int *fd, struct fault *fault);

/* Where the lock's name leads now:
 *   here: to the lock of `fd` as before; or unknown, because the disk fails
 *   away: the file exists, but its disk is no longer mounted there; or this or another disk was mounted again
 *   gone: it was removed, moved or replaced, alone or with its parent folders */
enum lock_place { LOCK_HERE, LOCK_AWAY, LOCK_GONE };
enum lock_place lock_look(const struct paths *paths, const char *service, int fd);
enum lock_place lock_data_look(const struct paths *paths, const char *service, int fd);

/* True while any process has RUN/NAME.lock or DATA/NAME.lock. */
bool lock_is_held(const struct paths *paths, const char *service);
bool lock_data_is_held(const struct paths *paths, const char *service);

/* If the time of the lock is an hour or more from now, sets the time of RUN and of all its files to now, because
 * programs like systemd-tmpfiles remove files in /tmp that are old. By the wall clock, as they do: it may be set while
 * the engine runs. Skips files that it may not change. */
void lock_refresh(const struct paths *paths, int fd);

#endif
