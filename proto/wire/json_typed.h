/* json_typed.h: values as a person types them: part of json.c, apart from JSON's syntax. Any thread. */
#ifndef LOOPHOLE_PROTO_JSON_TYPED_H
#define LOOPHOLE_PROTO_JSON_TYPED_H

#include "common/arena.h"
#include "proto/wire/schema.h"

/* The field of that name, copied; NAME_b64 of a path is the same field with its bytes in base 64. The fault of an
 * unknown name (bad_request) has the names there are as its hint. */
enum err json_typed_field(const struct shape *shape, struct text name, struct field *to, struct fault *fault);

/* One value (or element) from its text: 42, 0.5, true, a word, 26 characters of an id, base 64, a path, a text.
 * Points into `typed` or `arena`, which has no limit. Errors: bad_request. */
enum err json_typed_value(const struct field *field, struct text typed, struct arena *arena, void *to,
                          struct fault *fault);

/* Sets the field in its record: a value, or a list's elements separated by commas. Nothing typed for an optional
 * field takes it away, unless it is a text, bytes or a list. */
enum err json_typed_assign(const struct field *field, struct text typed, struct arena *arena, void *record,
                           struct fault *fault);

#endif
