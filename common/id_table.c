#include "common/id_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum { ROOM_FIRST = 64 };

/* The last eight bytes of an id are random, but ids that are made in one millisecond follow each other: they differ in
 * the last byte, the highest one of the word, and must not share a place. */
static size_t first_place(const struct id_table *table, struct id id)
{
    uint64_t word;

    memcpy(&word, id.b + 8, sizeof(word));
    word = (word ^ word >> 32) * 0x9e3779b97f4a7c15u;
    return (size_t)(word ^ word >> 32) & (table->room - 1);
}

/* The place of the id, or the free place where it belongs. */
static size_t find_place(const struct id_table *table, struct id id)
{
    size_t place = first_place(table, id);

    while (!id_is_zero(table->at[place]) && !id_equal(table->at[place], id))
        place = (place + 1) & (table->room - 1);
    return place;
}

static void copy_id(struct id_table *to, size_t place, const struct id_table *from, size_t i)
{
    to->at[place] = from->at[i];
    if (to->numbers)
        to->numbers[place] = from->numbers[i];
}

size_t id_table_growth(const struct id_table *table)
{
    size_t room = table->room ? 2 * table->room : ROOM_FIRST;

    if (table->count * 4 < table->room * 3)
        return 0;
    return room * (sizeof(*table->at) + (table->numbers ? sizeof(*table->numbers) : 0));
}

static void grow_table(struct id_table *table)
{
    struct id_table more = { .room = table->room ? 2 * table->room : ROOM_FIRST, .count = table->count };

    more.at = alloc_zeroed(more.room, sizeof(*more.at));
    more.numbers = table->numbers ? alloc_zeroed(more.room, sizeof(*more.numbers)) : NULL;
    for (size_t i = 0; i < table->room; i++)
        if (!id_is_zero(table->at[i]))
            copy_id(&more, find_place(&more, table->at[i]), table, i);
    id_table_free(table);
    *table = more;
}

bool id_table_add(struct id_table *table, struct id id)
{
    if (id_is_zero(id) || id_table_has(table, id))
        return false;
    if (id_table_growth(table))
        grow_table(table);
    table->at[find_place(table, id)] = id;
    table->count++;
    return true;
}

bool id_table_has(const struct id_table *table, struct id id)
{
    return table->room && !id_is_zero(id) && id_equal(table->at[find_place(table, id)], id);
}

uint32_t *id_table_number(struct id_table *table, struct id id)
{
    if (id_is_zero(id))
        return NULL;
    id_table_add(table, id);
    if (!table->numbers)
        table->numbers = alloc_zeroed(table->room, sizeof(*table->numbers));
    return &table->numbers[find_place(table, id)];
}

/* Moves later ids of the same run into the gap. */
void id_table_remove(struct id_table *table, struct id id)
{
    if (!id_table_has(table, id))
        return;
    size_t mask = table->room - 1, gap = find_place(table, id);
    for (size_t i = (gap + 1) & mask; !id_is_zero(table->at[i]); i = (i + 1) & mask)
        if (((i - first_place(table, table->at[i])) & mask) >= ((i - gap) & mask)) {
            copy_id(table, gap, table, i);
            gap = i;
        }
    table->at[gap] = (struct id){ { 0 } };
    if (table->numbers)
        table->numbers[gap] = 0;
    table->count--;
}

void id_table_free(struct id_table *table)
{
    free(table->at);
    free(table->numbers);
    *table = (struct id_table){ 0 };
}
