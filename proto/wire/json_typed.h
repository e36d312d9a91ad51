/* json_typed.h: values that a person typed; part of json.c, separate from JSON's syntax. Any thread. */
#ifndef LOOPHOLE_PROTO_JSON_TYPED_H
#define LOOPHOLE_PROTO_JSON_TYPED_H

#include "common/arena.h"
#include "proto/wire/schema.h"

/* Copies the field of that name. For a path, NAME_b64 is the same field with its bytes in base 64. For an unknown name
 * the fault (bad_request) has the known names as its hint. */
enum err json_typed_field(const struct shape *shape, struct text name, struct field *to, struct fault *fault);

/* Reads one value (or element): 42, 0.5, true, a word, 26 characters of an id, base 64, a path, a text. It points into
 * `typed` or `arena`, which has no limit. Errors: bad_request. */
enum err json_typed_value(const struct field *field, struct text typed, struct arena *arena, void *to,
                          struct fault *fault);

/* Sets the field in its record: a value, or a list's elements separated by commas. An empty text removes an optional
 * field, unless it is a text, bytes or a list. */
enum err json_typed_assign(const struct field *field, struct text typed, struct arena *arena, void *record,
                           struct fault *fault);

#endif
