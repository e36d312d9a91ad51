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

/* Whether `fd` still is the lock that its name leads to: false once the file was removed, moved or replaced, alone or
 * with the folders above it. */
bool lock_stands(const struct paths *paths, const char *service, int fd);
bool lock_data_stands(const struct paths *paths, const char *service, int fd);

/* True while some process holds RUN/NAME.lock, DATA/NAME.lock. */
bool lock_is_held(const struct paths *paths, const char *service);
bool lock_data_is_held(const struct paths *paths, const char *service);

#endif
