#include "services/search/containers/ids.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"

enum { FIRST_FREE = 1 << 12 };

static struct id *id_at(const struct ids *ids, uint32_t row)
{
    return (struct id *)(void *)ids->column.at + row;
}

enum err ids_open(struct ids *ids, size_t most_rows)
{
    *ids = (struct ids){ 0 };
    return column_open(&ids->column, sizeof(struct id), most_rows) == ERR_OK ? hash_table_open(&ids->table) : ERR_FULL;
}

void ids_close(struct ids *ids)
{
    column_close(&ids->column);
    hash_table_close(&ids->table);
    free(ids->free_rows);
    *ids = (struct ids){ 0 };
}

uint32_t ids_rows(const struct ids *ids)
{
    return (uint32_t)ids->column.count;
}

struct id ids_at(const struct ids *ids, uint32_t row)
{
    return *id_at(ids, row);
}

/* ---- by hash ---- */

/* Ids begin with the time and end with random bits. Ids of one moment differ only in their last bits. These are the
 * highest here, so they are folded down, because a product carries nothing downwards. */
static uint32_t find_id_place(const struct ids *ids, struct id id)
{
    uint64_t high, low, mixed;
    uint32_t place, number;

    memcpy(&high, id.b, sizeof(high));
    memcpy(&low, id.b + sizeof(high), sizeof(low));
    mixed = low ^ high * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93u;
    place = hash_table_first(&ids->table, (uint32_t)(mixed >> 32));
    for (; (number = *hash_table_at(&ids->table, place)); place = hash_table_next(&ids->table, place))
        if (id_equal(ids_at(ids, number - 1), id))
            break;
    return place;
}

static enum err make_table(struct ids *ids)
{
    enum err e = hash_table_renew(&ids->table, ids_rows(ids) + 1);

    for (uint32_t i = 0; e == ERR_OK && i < ids_rows(ids); i++)
        if (!id_is_zero(ids_at(ids, i)))
            hash_table_set(&ids->table, find_id_place(ids, ids_at(ids, i)), i);
    return e;
}

bool ids_find(const struct ids *ids, struct id id, uint32_t *row)
{
    bool may_be = ids->table.column.count && !id_is_zero(id);
    uint32_t found = may_be ? *hash_table_at(&ids->table, find_id_place(ids, id)) : 0;

    *row = found - 1;
    return found != 0;
}

/* Inserts the following entries of the run again, so that each can still be found. */
static void free_place(struct ids *ids, struct id id)
{
    uint32_t place = find_id_place(ids, id), moved;

    hash_table_unset(&ids->table, place);
    while (place = hash_table_next(&ids->table, place), (moved = *hash_table_at(&ids->table, place)) != 0) {
        hash_table_unset(&ids->table, place);
        hash_table_set(&ids->table, find_id_place(ids, ids_at(ids, moved - 1)), moved - 1);
    }
}

/* ---- rows ---- */

static enum err note_free(struct ids *ids, uint32_t row)
{
    if (ids->free_count == ids->free_room && !limits_leave(2 * ids->free_room * sizeof(*ids->free_rows)))
        return ERR_FULL;
    ALLOC_ROOM(ids->free_rows, ids->free_count, ids->free_room, FIRST_FREE);
    ids->free_rows[ids->free_count++] = row;
    return ERR_OK;
}

/* Ids rise with time and rows with arrival, so ids rise with rows until a row is reused. */
static void note_order(struct ids *ids, struct id id, bool is_last)
{
    ids->is_mixed = ids->is_mixed || !is_last || id_compare(id, ids->highest) <= 0;
    if (id_compare(id, ids->highest) > 0)
        ids->highest = id;
}

enum err ids_take(struct ids *ids, struct id id, uint32_t *row)
{
    if (!hash_table_has_room(&ids->table) && make_table(ids) != ERR_OK)
        return ERR_FULL;
    if (ids->free_count)
        *row = ids->free_rows[--ids->free_count];
    else if (*row = ids_rows(ids), column_add(&ids->column, 1) != ERR_OK)
        return ERR_FULL;
    note_order(ids, id, *row + 1 == ids_rows(ids));
    *id_at(ids, *row) = id;
    hash_table_set(&ids->table, find_id_place(ids, id), *row);
    return ERR_OK;
}

enum err ids_free(struct ids *ids, uint32_t row)
{
    free_place(ids, ids_at(ids, row));
    *id_at(ids, row) = (struct id){ { 0 } };
    return note_free(ids, row);
}

enum err ids_adopt(struct ids *ids)
{
    for (uint32_t i = ids_rows(ids); i-- > 0;)
        if (id_is_zero(ids_at(ids, i)) && note_free(ids, i) != ERR_OK)
            return ERR_FULL;
    ids->highest = (struct id){ { 0 } };
    for (uint32_t i = 0; i < ids_rows(ids); i++)
        if (!id_is_zero(ids_at(ids, i)))
            note_order(ids, ids_at(ids, i), true);
    return hash_table_adopt(&ids->table, ids_rows(ids), ids_rows(ids) - ids->free_count) ? ERR_OK : ERR_INTERNAL;
}
