/* hash_table.h: finds numbers by hash. A cell has number + 1, or 0 if it is empty. The size is a power of two, and at
 * most two thirds are used. It is part of the index's file, because filling it takes most of a start. One thread. */
#ifndef LOOPHOLE_SEARCH_HASH_TABLE_H
#define LOOPHOLE_SEARCH_HASH_TABLE_H

#include "services/search/containers/column.h"

struct hash_table {
    struct column column; /* uint32_t */
    uint32_t taken;       /* used cells */
};

enum err hash_table_open(struct hash_table *table); /* full */
void hash_table_close(struct hash_table *table);

/* Makes an empty table with room for `numbers` numbers; after an error the old one remains. Errors: full. */
enum err hash_table_renew(struct hash_table *table, uint32_t numbers);
bool hash_table_has_room(const struct hash_table *table); /* for one more; false before the first renewal */

/* Checks a mapped table. False: the number of used cells is not `taken`, or some number is not below `numbers`. Any
 * other content is safe: every search reaches one of the many empty cells. */
bool hash_table_adopt(struct hash_table *table, uint32_t numbers, uint32_t taken);

static inline uint32_t *hash_table_at(const struct hash_table *table, uint32_t place)
{
    return (uint32_t *)(void *)table->column.at + place;
}

static inline void hash_table_set(struct hash_table *table, uint32_t place, uint32_t number)
{
    table->taken += *hash_table_at(table, place) == 0;
    *hash_table_at(table, place) = number + 1;
}

static inline void hash_table_unset(struct hash_table *table, uint32_t place)
{
    table->taken -= *hash_table_at(table, place) != 0;
    *hash_table_at(table, place) = 0;
}

/* The first cell of a search, and the next one. */
static inline uint32_t hash_table_first(const struct hash_table *table, uint32_t hash)
{
    return hash & ((uint32_t)table->column.count - 1);
}

static inline uint32_t hash_table_next(const struct hash_table *table, uint32_t place)
{
    return hash_table_first(table, place + 1);
}

#endif
