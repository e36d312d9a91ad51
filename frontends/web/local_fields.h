/* local_fields.h: finds a field that only browsers on the engine's own machine may give. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_LOCAL_FIELDS_H
#define LOOPHOLE_FRONTENDS_WEB_LOCAL_FIELDS_H

#include "proto/wire/schema.h"

/* Sets `name` to the first field that the schema marks local and that is given and not empty, at any depth of the
 * encoded record; NULL: none is. Errors of the encoding: as codec_decode. */
enum err local_fields_find(const struct shape *shape, struct bytes body, const char **name, struct fault *fault);

#endif
