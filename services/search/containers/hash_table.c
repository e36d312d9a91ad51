#include "services/search/containers/hash_table.h"

enum { FEWEST = 1 << 12 };
#define MOST ((size_t)1 << 30)

static bool are_enough(size_t places, size_t numbers)
{
    return numbers * 3 <= places * 2;
}

enum err hash_table_open(struct hash_table *table)
{
    *table = (struct hash_table){ 0 };
    return column_open(&table->column, sizeof(uint32_t), MOST);
}

void hash_table_close(struct hash_table *table)
{
    column_close(&table->column);
}

enum err hash_table_renew(struct hash_table *table, uint32_t numbers)
{
    struct hash_table fresh;
    size_t places = FEWEST;
    enum err e = hash_table_open(&fresh);

    while (!are_enough(places, (size_t)numbers + 1))
        places *= 2;
    if (e == ERR_OK)
        e = column_add(&fresh.column, places);
    if (e != ERR_OK) {
        hash_table_close(&fresh);
        return e;
    }
    hash_table_close(table);
    *table = fresh;
    return ERR_OK;
}

bool hash_table_has_room(const struct hash_table *table)
{
    return are_enough(table->column.count, (size_t)table->taken + 1);
}

bool hash_table_adopt(struct hash_table *table, uint32_t numbers, uint32_t taken)
{
    size_t count = table->column.count, found = 0;

    table->taken = taken;
    if ((count & (count - 1)) || !are_enough(count, taken))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        found += *hash_table_at(table, i) != 0;
        if (*hash_table_at(table, i) > numbers)
            return false;
    }
    return found == taken;
}
