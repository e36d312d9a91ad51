/* example.h: the value that the examples of a schema make together. Tests send it and pin its bytes.
 * Any thread. */
#ifndef LOOPHOLE_PROTO_EXAMPLE_H
#define LOOPHOLE_PROTO_EXAMPLE_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/schema.h"

/* Appends the example of `shape` as a JSON object. The example "." of a record is made of that record's own; of a
 * list of records it is a list of one. */
void example_json(const struct shape *shape, struct buffer *to);

/* Fills the zeroed `value`, a struct of `shape`; its memory is the arena's. Errors: full. */
enum err example_make(const struct shape *shape, struct arena *arena, void *value, struct fault *fault);

#endif
