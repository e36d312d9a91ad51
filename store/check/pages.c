#include "store/check/pages.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "store/environment.h"

enum { FREE_DATABASE = 0, MAIN_DATABASE = 1, FIRST_PAGE = 2, ROWS_A_REPORT = 512 };

struct pages {
    struct txn *txn;
    const struct long_work *work;
    struct fault *fault;
    const uint8_t *map;
    size_t page_bytes, count; /* of the file, according to its head */
    uint8_t *is_free;         /* a bit for each page */
    uint64_t rows, total;
};

static enum err refuse_page(const struct pages *p, const char *what, const char *where)
{
    return fault_set(p->fault, ERR_INTERNAL, "%s%s", what, where);
}

/* ---- the list of free pages ---- */

static enum err note_free(struct pages *p, MDB_val list)
{
    const uint8_t *at = list.mv_data;
    size_t count, page;

    if (list.mv_size < sizeof(count))
        return refuse_page(p, "the list of free pages is truncated", "");
    memcpy(&count, at, sizeof(count));
    if (count > p->count || list.mv_size != (count + 1) * sizeof(page))
        return refuse_page(p, "the list of free pages has a wrong length", "");
    for (size_t i = 1; i <= count; i++) {
        memcpy(&page, at + i * sizeof(page), sizeof(page));
        if (page < FIRST_PAGE || page >= p->count || p->is_free[page / 8] >> page % 8 & 1)
            return refuse_page(p, "the list of free pages names a page that is not free", "");
        p->is_free[page / 8] |= (uint8_t)(1U << page % 8);
    }
    return ERR_OK;
}

/* The lists contain each page at most once, so a cyclic tree ends too. */
static enum err look_at_free(struct pages *p)
{
    MDB_cursor *cursor;
    MDB_val key, list;
    int rc = mdb_cursor_open(p->txn->lmdb, FREE_DATABASE, &cursor);
    enum err e = ERR_OK;
    size_t lists = 0;

    if (rc)
        return refuse_page(p, "the list of free pages cannot be read: ", mdb_strerror(rc));
    while (e == ERR_OK && (rc = mdb_cursor_get(cursor, &key, &list, MDB_NEXT)) == 0)
        e = ++lists > p->count ? refuse_page(p, "the list of free pages has a cycle", "") : note_free(p, list);
    mdb_cursor_close(cursor);
    if (e == ERR_OK && rc != MDB_NOTFOUND)
        return refuse_page(p, "the list of free pages cannot be read: ", mdb_strerror(rc));
    return e;
}

/* ---- the rows ---- */

/* True if the bytes lie on used pages of the file. An empty value may lie at the end of one. */
static bool is_in_use(const struct pages *p, MDB_val v)
{
    uintptr_t from = (uintptr_t)v.mv_data - (uintptr_t)p->map, to = from + v.mv_size - 1;
    size_t first = from / p->page_bytes, last = to / p->page_bytes;

    if (v.mv_size == 0)
        return true;
    if ((uintptr_t)v.mv_data < (uintptr_t)p->map || to < from || last >= p->count || first < FIRST_PAGE)
        return false;
    for (size_t page = first; page <= last; page++)
        if (p->is_free[page / 8] >> page % 8 & 1)
            return false;
    return true;
}

static uint8_t touch_value(const struct pages *p, MDB_val v)
{
    const volatile uint8_t *at = v.mv_data;
    uint8_t sum = 0;

    for (size_t i = 0; i < v.mv_size; i += p->page_bytes)
        sum ^= at[i];
    return v.mv_size ? sum ^ at[v.mv_size - 1] : sum;
}

static void report_row(struct pages *p)
{
    if (++p->rows % ROWS_A_REPORT == 0)
        work_report(p->work, WORK_CHECKING, p->rows, p->total);
}

static enum err walk_rows(struct pages *p, MDB_cursor *cursor, MDB_dbi dbi, size_t counted, const char *name)
{
    MDB_val key, value, before = { 0, NULL };
    size_t found = 0;
    int rc;

    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        if (!is_in_use(p, key) || !is_in_use(p, value))
            return refuse_page(p, "a row lies outside of the pages in use: database ", name);
        if (before.mv_data && mdb_cmp(p->txn->lmdb, dbi, &before, &key) >= 0)
            return refuse_page(p, "rows are out of order: database ", name);
        if (++found > counted)
            break;
        (void)touch_value(p, value);
        before = key;
        report_row(p);
    }
    if (rc && rc != MDB_NOTFOUND)
        return refuse_page(p, mdb_strerror(rc), name);
    return found == counted ? ERR_OK : refuse_page(p, "the number of rows differs from the count: database ", name);
}

static enum err look_at_rows(struct pages *p, MDB_dbi dbi, const char *name)
{
    MDB_cursor *cursor;
    MDB_stat stat;
    int rc = mdb_stat(p->txn->lmdb, dbi, &stat);
    enum err e;

    if (rc == 0)
        rc = mdb_cursor_open(p->txn->lmdb, dbi, &cursor);
    if (rc)
        return refuse_page(p, "it cannot be read: database ", name);
    e = walk_rows(p, cursor, dbi, stat.ms_entries, name);
    mdb_cursor_close(cursor);
    return e;
}

static enum err look_at_all(struct pages *p)
{
    enum err e = look_at_free(p);

    if (e == ERR_OK)
        e = look_at_rows(p, MAIN_DATABASE, "of databases");
    for (enum database db = 0; e == ERR_OK && db < DB_COUNT; db++) {
        if (p->txn->store->has[db])
            e = look_at_rows(p, p->txn->store->dbi[db], database_name(db));
    }
    return e;
}

enum err pages_check(struct txn *txn, const struct long_work *work, struct fault *fault)
{
    struct pages p = { .txn = txn, .work = work, .fault = fault, .map = txn->store->map };
    MDB_envinfo info;
    MDB_stat stat;
    enum err e;

    if (!p.map || mdb_env_info(txn->store->env, &info) || mdb_env_stat(txn->store->env, &stat))
        return fault_set(fault, ERR_IO, "cannot access the store's file");
    p.page_bytes = stat.ms_psize;
    p.count = info.me_last_pgno + 1;
    for (enum database db = 0; db < DB_COUNT; db++)
        p.total += txn_count(txn, db);
    p.is_free = alloc_zeroed(p.count / 8 + 1, 1);
    e = look_at_all(&p);
    free(p.is_free);
    return e;
}
