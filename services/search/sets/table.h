/* table.h: numbers that are found by hash: number + 1, or 0 for nothing, in a power of two of places, of which two
 * thirds at most are taken. It is in the index's file, as filling it is most of a start. One thread. */
#ifndef LOOPHOLE_SEARCH_TABLE_H
#define LOOPHOLE_SEARCH_TABLE_H

#include "services/search/sets/column.h"

struct table {
    struct column column; /* uint32_t */
    uint32_t taken;       /* places */
};

enum err table_open(struct table *table); /* full */
void table_close(struct table *table);

/* Empty, with room for `numbers` of them; when memory is out it is as it was. Errors: full. */
enum err table_renew(struct table *table, uint32_t numbers);
bool table_has_room(const struct table *table); /* for one more: false before it was ever renewed */

/* After it was mapped. False: not `taken` places are, by numbers below `numbers`. Whichever places those are, looking
 * always comes to an empty one, for so many are left. */
bool table_adopt(struct table *table, uint32_t numbers, uint32_t taken);

static inline uint32_t *table_at(const struct table *table, uint32_t place)
{
    return (uint32_t *)(void *)table->column.at + place;
}

static inline void table_set(struct table *table, uint32_t place, uint32_t number)
{
    table->taken += *table_at(table, place) == 0;
    *table_at(table, place) = number + 1;
}

static inline void table_unset(struct table *table, uint32_t place)
{
    table->taken -= *table_at(table, place) != 0;
    *table_at(table, place) = 0;
}

/* Where looking begins, and where it goes on. */
static inline uint32_t table_first(const struct table *table, uint32_t hash)
{
    return hash & ((uint32_t)table->column.count - 1);
}

static inline uint32_t table_next(const struct table *table, uint32_t place)
{
    return table_first(table, place + 1);
}

#endif
