/* ids.h: maps rows to items and back. One thread. */
#ifndef LOOPHOLE_SEARCH_IDS_H
#define LOOPHOLE_SEARCH_IDS_H

#include "common/id.h"
#include "services/search/containers/hash_table.h"

struct ids {
    struct column column;    /* struct id by row; zero: a free row */
    struct hash_table table; /* rows */
    uint32_t *free_rows;     /* the last one is used next */
    uint32_t free_count, free_room;
    struct id highest; /* of all ids so far */
    bool is_mixed;     /* some row has a lower id than a row before it */
};

/* Errors: full. */
enum err ids_open(struct ids *ids, size_t most_rows);
void ids_close(struct ids *ids);
enum err ids_adopt(struct ids *ids); /* after its columns are mapped; internal: the table does not match the rows */

uint32_t ids_rows(const struct ids *ids);              /* every row is below this */
struct id ids_at(const struct ids *ids, uint32_t row); /* zero: a free row */
bool ids_find(const struct ids *ids, struct id id, uint32_t *row);

/* Gives a new id a row: a free one, otherwise one after the last. Errors: full. */
enum err ids_take(struct ids *ids, struct id id, uint32_t *row);

/* Frees the row, which ids_take then uses again. Errors: full. */
enum err ids_free(struct ids *ids, uint32_t row);

#endif
