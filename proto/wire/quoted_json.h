/* quoted_json.h: objects as other programs write them: as JSON, or as Python prints them, with single quotes, True,
 * False and None. Any thread. */
#ifndef LOOPHOLE_PROTO_QUOTED_JSON_H
#define LOOPHOLE_PROTO_QUOTED_JSON_H

#include "proto/wire/tree.h"

enum { QUOTED_JSON_BYTES = 65536, QUOTED_JSON_VALUES = 4096 };

/* Reads a text of at most these bytes and values. False: it is no such object. */
bool quoted_json_read(struct text text, struct arena *arena, struct tree *to);

/* Reads a value that is an object, or a text of one. False: it is neither. */
bool quoted_json_object(const struct tree *value, struct arena *arena, struct tree *to);

#endif
