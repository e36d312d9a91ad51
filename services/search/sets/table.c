#include "services/search/sets/table.h"

enum { FEWEST = 1 << 12 };
#define MOST ((size_t)1 << 30)

static bool are_enough(size_t places, size_t numbers)
{
    return numbers * 3 <= places * 2;
}

enum err table_open(struct table *table)
{
    *table = (struct table){ 0 };
    return column_open(&table->column, sizeof(uint32_t), MOST);
}

void table_close(struct table *table)
{
    column_close(&table->column);
}

enum err table_renew(struct table *table, uint32_t numbers)
{
    struct table fresh;
    size_t places = FEWEST;
    enum err e = table_open(&fresh);

    while (!are_enough(places, (size_t)numbers + 1))
        places *= 2;
    if (e == ERR_OK)
        e = column_add(&fresh.column, places);
    if (e != ERR_OK) {
        table_close(&fresh);
        return e;
    }
    table_close(table);
    *table = fresh;
    return ERR_OK;
}

bool table_has_room(const struct table *table)
{
    return are_enough(table->column.count, (size_t)table->taken + 1);
}

bool table_adopt(struct table *table, uint32_t numbers, uint32_t taken)
{
    size_t count = table->column.count, found = 0;

    table->taken = taken;
    if ((count & (count - 1)) || !are_enough(count, taken))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        found += *table_at(table, i) != 0;
        if (*table_at(table, i) > numbers)
            return false;
    }
    return found == taken;
}
