#include "store/open/migrate_mark.h"

#include <string.h>

enum { NUMBERS = 8, HEAD = NUMBERS * 8 };

static struct bytes mark_key(void)
{
    return (struct bytes){ sizeof(MIGRATE_MARK) - 1, (const uint8_t *)MIGRATE_MARK };
}

static void put_mark_number(uint8_t *to, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        to[i] = (uint8_t)(number >> (56 - 8 * i));
}

static uint64_t get_number(const uint8_t *at)
{
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number = number << 8 | at[i];
    return number;
}

enum err migrate_mark_put(struct txn *txn, const struct migrate_mark *mark)
{
    const struct migrate_source *s = &mark->source;
    const uint64_t numbers[NUMBERS] = {
        s->from, s->to, s->stages, s->file, s->commit, s->rows, mark->stage, mark->rows
    };
    uint8_t row[HEAD + MIGRATE_KEY_MAX];

    for (uint32_t i = 0; i < NUMBERS; i++)
        put_mark_number(row + 8 * i, numbers[i]);
    memcpy(row + HEAD, mark->key, mark->key_len);
    return txn_put(txn, DB_META, mark_key(), bytes_of(row, HEAD + mark->key_len));
}

bool migrate_mark_get(struct txn *txn, const struct migrate_source *source, struct migrate_mark *mark)
{
    struct bytes row;
    uint64_t numbers[NUMBERS];

    if (txn_get(txn, DB_META, mark_key(), &row) != ERR_OK || row.len < HEAD || row.len > HEAD + MIGRATE_KEY_MAX)
        return false;
    for (uint32_t i = 0; i < NUMBERS; i++)
        numbers[i] = get_number(row.at + 8 * i);
    *mark = (struct migrate_mark){
        .source = { numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5] },
        .stage = numbers[6],
        .rows = numbers[7],
    };
    (void)migrate_mark_row(mark, bytes_of(row.at + HEAD, row.len - HEAD));
    return memcmp(&mark->source, source, sizeof(*source)) == 0 && mark->stage <= source->stages;
}

bool migrate_mark_row(struct migrate_mark *mark, struct bytes key)
{
    if (key.len > MIGRATE_KEY_MAX)
        return false;
    mark->key_len = (uint32_t)key.len;
    if (key.len)
        memcpy(mark->key, key.at, key.len);
    return true;
}

bool migrate_mark_is_at(const struct migrate_mark *mark, struct bytes key)
{
    return mark->key_len > 0 && key.len == mark->key_len && memcmp(key.at, mark->key, key.len) == 0;
}
