/* json_write.h: structs as JSON, and the pieces of JSON. Any thread. */
#ifndef LOOPHOLE_PROTO_WIRE_JSON_WRITE_H
#define LOOPHOLE_PROTO_WIRE_JSON_WRITE_H

#include "proto/wire/json.h"

/* Appends one line of JSON without a line feed: keys in the schema's order, without absent optional fields. */
void json_write(const struct shape *shape, const void *value, struct buffer *to);
/* As json_write, with only the keys in `only`, which commas separate; NULL: all. */
void json_write_some(const struct shape *shape, const void *value, const char *only, struct buffer *to);
void json_each_key(const struct shape *shape, const void *record, json_visit_fn *visit, void *state);
/* Quoted; control, C1 and bidi characters escaped; bad UTF-8 → U+FFFD */
void json_text(struct buffer *to, struct text text);
void json_whole(struct buffer *to, int64_t number);
void json_number(struct buffer *to, double number); /* the shortest form that reads back exactly; null for NaN */
void json_key(struct buffer *to, bool *first, const char *key); /* `,"key":`, without the comma the first time */

#endif
