/* pattern_rest.h: what the file of a pattern has beside the keys of the schema. It goes with the pattern to the audio
 * core and back (`unknown`), so that a save of the playing pattern keeps it. Any thread; all memory is in the caller's
 * arena. */
#ifndef LOOPHOLE_STORE_PATTERN_REST_H
#define LOOPHOLE_STORE_PATTERN_REST_H

#include "store/pattern/pattern_coerce.h"

/* Fills `unknown` of a pattern from the tree of the file that it was read from: unknown keys, paths of media items that
 * were not found, and notes with names. If their JSON is longer than 64 KiB, none of them is kept. */
void pattern_rest_keep(struct pattern *pattern, const struct json_node *tree, struct arena *arena);

/* The tree of a pattern's unknown keys; null if it has none. */
struct json_node pattern_rest_tree(const struct pattern *pattern, struct arena *arena);

/* Removes the unknown keys inside the member `key` of the pattern. */
void pattern_rest_drop(struct pattern *pattern, struct text key, struct arena *arena);

/* Replaces them by those of the same member of `from`, which may have none. */
void pattern_rest_take(struct pattern *to, const struct pattern *from, struct text key, struct arena *arena);

/* True if the writer takes this member of a file from the record, and not from the file's tree. */
bool pattern_rest_is_known(const struct shape *shape, const void *record, const struct json_node *member);

/* The member of a row in a file's rows: in an object by its name, in a list by its index. NULL: there is none. */
const struct json_node *pattern_rest_of_row(const struct json_node *rows, const struct row *row, uint32_t index);

#endif
