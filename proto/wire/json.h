/* json.h: messages as JSON and back, by the same tables. The only file with jansson is json.c. Any thread.
 * Ids are their 26 characters; bytes are base 64; a path is text with U+FFFD for bytes that are not UTF-8, and
 * then NAME_b64 beside it has the exact bytes; a choice is its word; a u64 above 2^63 - 1, which few readers of JSON
 * take, is a text of its digits; NaN cannot occur. */
#ifndef LOOPHOLE_PROTO_JSON_H
#define LOOPHOLE_PROTO_JSON_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/schema.h"

/* Appends one line of JSON without the line's end: keys in the schema's order; absent optionals left out. */
void json_write(const struct shape *shape, const void *value, struct buffer *to);

/* The same with only the keys that `only` names, separated by commas; NULL: all. */
void json_write_some(const struct shape *shape, const void *value, const char *only, struct buffer *to);

/* Calls `visit` for each key of the object that json_write makes of the record, in its order. */
typedef void json_visit_fn(void *state, const char *key, const struct field *field, const void *at);
void json_each_key(const struct shape *shape, const void *record, json_visit_fn *visit, void *state);

/* Reads a JSON object into the zeroed `value`, with the bounds of the schema. `arena` has no limit. Unknown keys and
 * unknown words of a choice are errors here: a person typed them. A list of records that begin with a text may be
 * an object: each key is that text of its record. Errors: bad_request, too_large. */
enum err json_read(const struct shape *shape, struct text from, struct arena *arena, void *value, struct fault *fault);

/* Sets one field from "key=value" as typed: NAME, or NAME.NAME for nested records; a list takes its elements
 * separated by commas, or JSON in brackets; a whole record is JSON in braces. Nothing typed for an optional number,
 * bool, id or choice takes it away. NAME_b64 sets a path from base 64. May be called again and again on one
 * value. Errors as json_read. */
enum err json_assign(const struct shape *shape, struct text assignment, struct arena *arena, void *value,
                     struct fault *fault);

/* Building blocks for front-ends that make lines of their own. (jansson has a json_real: ours is json_number.) */
void json_text(struct buffer *to, struct text text); /* quoted; controls, C1 and bidi escaped; bad UTF-8 → U+FFFD */
void json_number(struct buffer *to, double number);  /* shortest form that reads back exactly; null for NaN */
void json_key(struct buffer *to, bool *first, const char *key); /* `,"key":`, without the comma the first time */
void json_path(struct buffer *to, bool *first, const char *key, struct bytes path); /* key, and key_b64 if needed */

#endif
