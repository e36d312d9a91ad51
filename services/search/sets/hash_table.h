/* hash_table.h: numbers that are found by hash: number + 1, or 0 for nothing, in a power of two of places, of which two
 * thirds at most are taken. It is in the index's file, as filling it is most of a start. One thread. */
#ifndef LOOPHOLE_SEARCH_HASH_TABLE_H
#define LOOPHOLE_SEARCH_HASH_TABLE_H

#include "services/search/sets/column.h"

struct hash_table {
    struct column column; /* uint32_t */
    uint32_t taken;       /* places */
};

enum err hash_table_open(struct hash_table *table); /* full */
void hash_table_close(struct hash_table *table);

/* Empty, with room for `numbers` of them; when memory is out it is as it was. Errors: full. */
enum err hash_table_renew(struct hash_table *table, uint32_t numbers);
bool hash_table_has_room(const struct hash_table *table); /* for one more: false before it was ever renewed */

/* After it was mapped. False: not `taken` places are, by numbers below `numbers`. Whichever places those are, looking
 * always comes to an empty one, for so many are left. */
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

/* Where looking begins, and where it goes on. */
static inline uint32_t hash_table_first(const struct hash_table *table, uint32_t hash)
{
    return hash & ((uint32_t)table->column.count - 1);
}

static inline uint32_t hash_table_next(const struct hash_table *table, uint32_t place)
{
    return hash_table_first(table, place + 1);
}

#endif
