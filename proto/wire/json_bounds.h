/* json_bounds.h: how much a JSON text has, before anything of it is read. Takes one pass over the text and no memory.
 * Pure. */
#ifndef LOOPHOLE_PROTO_JSON_BOUNDS_H
#define LOOPHOLE_PROTO_JSON_BOUNDS_H

#include "common/err.h"
#include "common/text.h"

/* Of all kinds, objects and lists too. Each value takes about 200 bytes and a microsecond to read. */
enum {
    JSON_VALUES_MOST = 2000000, /* of any JSON */
    JSON_VALUES_PART = 65536,   /* of one part of a project, as a client or a file gives it */
    JSON_VALUES_FILE = 262144,  /* of a project.json, and of the save that it is */
    JSON_VALUES_PATTERN = 32768 /* of a pattern's file */
};

/* Refuses a text with more values than `most`, or nested deeper than JSON_TREE_DEPTH (json_node.h). Of a text that is
 * no JSON the result says nothing. Errors: too_large (the fault has count and bound), bad_request (depth). */
enum err json_check_bounds(struct text from, uint32_t most, struct fault *fault);

/* Returns the number of bytes in a JSON text, without the white space between its values. */
uint32_t json_count_bytes(struct text from);

/* Returns the number of values in a JSON text: what json_check_bounds compares with its bound. */
uint32_t json_count_values(struct text from);

#endif
