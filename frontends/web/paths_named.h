/* paths_named.h: finds a path that a message names. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_PATHS_NAMED_H
#define LOOPHOLE_FRONTENDS_WEB_PATHS_NAMED_H

#include "proto/wire/schema.h"

/* Sets `name` to the first field of type path that is not empty, at any depth of the encoded record; NULL: none is.
 * Errors of the encoding: as codec_decode. */
enum err paths_named_find(const struct shape *shape, struct bytes body, const char **name, struct fault *fault);

#endif
