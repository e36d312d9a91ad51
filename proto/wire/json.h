/* json.h: writes and reads messages as JSON, by the same tables. Only json.c includes jansson. An id is its 26
 * characters, bytes are base 64, a choice is its word. A path is text with U+FFFD for bytes that are not UTF-8;
 * NAME_b64 beside it then has the exact bytes. A u64 above 2^63 - 1, which few JSON readers accept, is a text of its
 * digits. NaN cannot occur. Any thread. */
#ifndef LOOPHOLE_PROTO_JSON_H
#define LOOPHOLE_PROTO_JSON_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/json_node.h"
#include "proto/wire/schema.h"

/* Calls `visit` for each key of json_write's object of the record, in order. */
typedef void json_visit_fn(void *state, const char *key, const struct field *field, const void *at);

/* Reads a JSON object into the zeroed `value`, with the bounds of the schema. `arena` has no limit. Unknown keys and
 * unknown words of a choice are errors, because a person typed them. A list of records whose first field is a text may
 * be an object with that text as keys. Errors: bad_request, too_large. */
enum err json_read(const struct shape *shape, struct text from, struct arena *arena, void *value, struct fault *fault);

/* Reads one JSON object of any shape. No object may have two members of one name. Errors: bad_request (not JSON, with
 * line and column; not an object; deeper than JSON_TREE_DEPTH), too_large (also more than JSON_VALUES_MOST values). */
enum err json_read_tree(struct text from, struct arena *arena, struct json_node *to, struct fault *fault);

/* Sets one field from a typed "key=value". The key is NAME, or NAME.NAME for nested records; NAME_b64 sets a path from
 * base 64. A list takes its elements separated by commas, or JSON in brackets; a record takes JSON in braces. An empty
 * value removes an optional number, bool, id or choice. May be called repeatedly for one value. Errors: those of
 * json_read. */
enum err json_assign(const struct shape *shape, struct text assignment, struct arena *arena, void *value,
                     struct fault *fault);

/* Building blocks for front-ends that write lines of their own. (jansson has a json_real, so ours is json_number.) */

#endif
