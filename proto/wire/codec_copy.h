/* codec_copy.h: deep copies of structs, by the tables of schema.h. Any thread. */
#ifndef LOOPHOLE_PROTO_WIRE_CODEC_COPY_H
#define LOOPHOLE_PROTO_WIRE_CODEC_COPY_H

#include "proto/wire/codec.h"

/* Copies `from` so that nothing in `to` points outside `arena` (except to the constant tables). Errors: full (the
 * arena's limit). codec_keep never fails: its arena must have no limit, otherwise the process ends. */
enum err codec_copy(const struct shape *shape, const void *from, struct arena *arena, void *to);
void codec_keep(const struct shape *shape, const void *from, struct arena *arena, void *to);

#endif
