/* field_names.h: the names that a person may type for a field of an item: in queries and orders, and as keys of
 * --fields. Any thread. */
#ifndef LOOPHOLE_COMMON_FIELD_NAMES_H
#define LOOPHOLE_COMMON_FIELD_NAMES_H

#include <stdint.h>

#include "common/text.h"

struct field_name {
    const char *name;    /* in queries */
    const char *aliases; /* separated by spaces */
    const char *key;     /* of an item in --json (record item_line) or of its fact; NULL: an item has no such value */
};

extern const struct field_name field_names[];
extern const uint32_t field_names_count;

/* By its name or an alias; ignores case. NULL: unknown. */
const struct field_name *field_names_find(struct text typed);

#endif
