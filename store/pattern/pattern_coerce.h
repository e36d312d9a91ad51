/* pattern_coerce.h: fills a pattern from JSON as people and other programs write it. Any thread. */
#ifndef LOOPHOLE_STORE_PATTERN_COERCE_H
#define LOOPHOLE_STORE_PATTERN_COERCE_H

#include "common/arena.h"
#include "proto/wire/json_node.h"
#include "schema_pattern.h"

enum { PATTERN_ROWS = 32 };

/* Rows whose media item is an absolute path. The caller finds their items and sets the rows' ids. */
struct pattern_paths {
    uint32_t count;
    struct {
        uint32_t row;
        struct bytes path; /* a zero follows */
    } each[PATTERN_ROWS];
};

/* Fills `to` and `paths`, both zeroed, from the tree of a file of schema 1. Errors: bad_request, too_large, with the
 * place in fault->field. */
enum err pattern_coerce(const struct json_node *from, struct arena *arena, struct pattern *to,
                        struct pattern_paths *paths, struct fault *fault);

/* True if this member of a row names a media item: media_id, id, or a sound that is a text and no number. `shape` is
 * that of the record, which need not be a row. */
bool pattern_names_media(const struct shape *shape, const struct json_node *member);

/* The field that a key of a file means; NULL: the schema lacks this key. `unknown` of a pattern is none. */
const struct field *pattern_file_field(const struct shape *shape, struct text key);

#endif
