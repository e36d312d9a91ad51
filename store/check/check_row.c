#include "store/check/check_row.h"

#include <stdarg.h>
#include <stdio.h>

#include "store/keys.h"

void check_report(struct check *c, const struct seen *row, const char *format, ...)
{
    char what[400], key[65] = "";
    va_list arguments;
    int len;

    if (row->db == DB_COMMUNITY && row->key.len) {
        c->counts->relearned++;
        return;
    }
    for (uint32_t i = 0; i < row->key.len && i < 32; i++)
        snprintf(key + 2 * i, 3, "%02x", row->key.at[i]);
    len = snprintf(what, sizeof(what), "%s%s%s: ", database_name(row->db), key[0] ? " " : "", key);
    va_start(arguments, format);
    vsnprintf(what + len, sizeof(what) - (size_t)len, format, arguments);
    va_end(arguments);
    c->counts->problems++;
    c->problem(c->state, what);
}

bool check_is_there(struct check *c, enum database db, struct bytes key)
{
    struct bytes value;

    return txn_get(c->txn, db, key, &value) == ERR_OK;
}

bool check_key_is(const struct seen *row, struct id id)
{
    return row->key.len == sizeof(id.b) && id_equal(key_id_at(row->key, 0), id);
}
