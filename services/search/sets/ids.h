/* ids.h: which item each row belongs to, and back. One thread. */
#ifndef LOOPHOLE_SEARCH_IDS_H
#define LOOPHOLE_SEARCH_IDS_H

#include "common/id.h"
#include "services/search/sets/hash_table.h"

struct ids {
    struct column column;    /* struct id by row; zero: the row is free */
    struct hash_table table; /* rows */
    uint32_t *free_rows;     /* the next one to take is the last */
    uint32_t free_count, free_room;
    struct id highest; /* of those that were ever taken */
    bool is_mixed;     /* some row's id is below that of a row before it */
};

/* Errors: full. */
enum err ids_open(struct ids *ids, size_t most_rows);
void ids_close(struct ids *ids);
enum err ids_adopt(struct ids *ids); /* after its columns were mapped; internal: the table are not those of the rows */

uint32_t ids_rows(const struct ids *ids); /* every row is below this */
struct id ids_at(const struct ids *ids, uint32_t row);
bool ids_find(const struct ids *ids, struct id id, uint32_t *row);

/* A row for an id that has none: a free one, else one after the last. Errors: full. */
enum err ids_take(struct ids *ids, struct id id, uint32_t *row);
enum err ids_free(struct ids *ids, uint32_t row);

#endif
