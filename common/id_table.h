/* id_table.h: a set of ids, or of other 16 bytes that are random; each may have a number. The zero id is never in it. A
 * zeroed struct is empty. One thread at a time. */
#ifndef LOOPHOLE_COMMON_ID_TABLE_H
#define LOOPHOLE_COMMON_ID_TABLE_H

#include "common/id.h"

struct id_table {
    struct id *at;     /* open addressing; zero: free */
    uint32_t *numbers; /* by place; NULL: no id has a number */
    size_t room;       /* places: a power of two */
    size_t count;      /* ids */
};

bool id_table_add(struct id_table *table, struct id id); /* false: it was in the table, or is zero */
bool id_table_has(const struct id_table *table, struct id id);
void id_table_remove(struct id_table *table, struct id id); /* an id that is not in the table is allowed */

/* The number of the id; NULL for the zero id. Adds a missing id. A number is 0 until the caller changes it. Valid until
 * the table changes. */
uint32_t *id_table_number(struct id_table *table, struct id id);

/* Bytes that adding one more id takes; 0: there is room. For limits_leave, where the ids grow with the catalogue. */
size_t id_table_growth(const struct id_table *table);

void id_table_free(struct id_table *table); /* leaves it empty */

#endif
