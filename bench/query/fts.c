#include "bench/query/fts.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/query/items.h"

enum { SQL = 1024 };

struct fts {
    sqlite3 *db;
};

static void check_code(struct fts *fts, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(fts->db));
    exit(1);
}

static void run_sql(struct fts *fts, const char *sql)
{
    check_code(fts, sqlite3_exec(fts->db, sql, NULL, NULL, NULL));
}

/* Prefix indexes for search words; finding and ranking need no columns and positions. Values are numbers. A tag is a
 * separate row, found by item for counting and by tag for filtering. */
static const char *const schema =
    "PRAGMA journal_mode=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-2000000;"
    "CREATE VIRTUAL TABLE words USING fts5(name, tags, pack, content='', detail=column, prefix='2 3 4');"
    "CREATE TABLE item(id INTEGER PRIMARY KEY, class INT, family INT, key INT, pack INT, bpm REAL, seconds REAL,"
    " size INT);"
    "CREATE TABLE tagged(item INT, tag INT, PRIMARY KEY(item, tag)) WITHOUT ROWID;"
    "CREATE TEMP TABLE hit(id INTEGER PRIMARY KEY);";
static const char *const indexes =
    "CREATE INDEX by_class ON item(class); CREATE INDEX by_key ON item(key); CREATE INDEX by_pack ON item(pack);"
    "CREATE INDEX by_bpm ON item(bpm); CREATE INDEX by_seconds ON item(seconds);"
    "CREATE INDEX by_tag ON tagged(tag, item);"
    "INSERT INTO words(words) VALUES('optimize'); ANALYZE;";

static sqlite3_stmt *prepare_statement(struct fts *fts, const char *sql)
{
    sqlite3_stmt *made;

    check_code(fts, sqlite3_prepare_v2(fts->db, sql, -1, &made, NULL));
    return made;
}

static void step_statement(struct fts *fts, sqlite3_stmt *statement)
{
    check_code(fts, sqlite3_step(statement));
    sqlite3_reset(statement);
}

static void put_words(struct fts *fts, sqlite3_stmt *to, const struct items_one *one)
{
    char tags[512] = "";

    for (uint32_t i = 0; i < ITEMS_TAGS; i++)
        if (one->tags >> i & 1)
            snprintf(tags + strlen(tags), sizeof(tags) - strlen(tags), "%s ", items_tags[i]);
    sqlite3_bind_int64(to, 1, one->number);
    sqlite3_bind_text(to, 2, one->name, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(to, 3, tags, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(to, 4, one->pack, -1, SQLITE_TRANSIENT);
    step_statement(fts, to);
}

static void put_facts(struct fts *fts, sqlite3_stmt *to, const struct items_one *one)
{
    sqlite3_bind_int64(to, 1, one->number);
    sqlite3_bind_int(to, 2, (int)one->class);
    sqlite3_bind_int(to, 3, (int)one->family);
    if (one->key >= 0)
        sqlite3_bind_int(to, 4, one->key);
    else
        sqlite3_bind_null(to, 4);
    sqlite3_bind_int64(to, 5, one->number / ITEMS_IN_PACK);
    if (one->bpm > 0)
        sqlite3_bind_double(to, 6, one->bpm);
    else
        sqlite3_bind_null(to, 6);
    sqlite3_bind_double(to, 7, one->frames / 44100.0);
    sqlite3_bind_int64(to, 8, one->size);
    step_statement(fts, to);
}

static void put_tags(struct fts *fts, sqlite3_stmt *to, const struct items_one *one)
{
    for (int i = 0; i < ITEMS_TAGS; i++) {
        if (!(one->tags >> i & 1))
            continue;
        sqlite3_bind_int64(to, 1, one->number);
        sqlite3_bind_int(to, 2, i);
        step_statement(fts, to);
    }
}

struct fts *fts_build(uint32_t count, uint64_t seed)
{
    struct fts *fts = calloc(1, sizeof(*fts));
    struct items_one one;

    check_code(fts, sqlite3_open(":memory:", &fts->db));
    run_sql(fts, schema);
    run_sql(fts, "BEGIN");
    sqlite3_stmt *words = prepare_statement(fts, "INSERT INTO words(rowid, name, tags, pack) VALUES(?, ?, ?, ?)");
    sqlite3_stmt *facts = prepare_statement(fts, "INSERT INTO item VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    sqlite3_stmt *tags = prepare_statement(fts, "INSERT INTO tagged VALUES(?, ?)");
    for (uint32_t i = 0; i < count; i++) {
        items_make(i, seed, &one);
        put_words(fts, words, &one);
        put_facts(fts, facts, &one);
        put_tags(fts, tags, &one);
    }
    sqlite3_finalize(words);
    sqlite3_finalize(facts);
    sqlite3_finalize(tags);
    run_sql(fts, "COMMIT");
    run_sql(fts, indexes);
    return fts;
}

/* ---- asking: results go into `hit`, from which everything is counted. CROSS JOIN fixes the order of joining: from the
 * few results to their facts by id, which the planner cannot know; with a WHERE it would filter all items ---- */

static void find_rows(struct fts *fts, const struct fts_question *q)
{
    char sql[SQL];

    run_sql(fts, "DELETE FROM hit");
    if (q->words[0] && q->facts[0])
        snprintf(sql, sizeof(sql),
                 "INSERT INTO hit SELECT words.rowid FROM words CROSS JOIN item ON item.id = words.rowid "
                 "WHERE words MATCH '%s' AND %s",
                 q->words, q->facts);
    else if (q->words[0])
        snprintf(sql, sizeof(sql), "INSERT INTO hit SELECT rowid FROM words WHERE words MATCH '%s'", q->words);
    else
        snprintf(sql, sizeof(sql), "INSERT INTO hit SELECT id FROM item WHERE %s", q->facts[0] ? q->facts : "1");
    run_sql(fts, sql);
}

static void count_facet(struct fts *fts, const char *facet, uint32_t *counts)
{
    char sql[SQL];

    if (strcmp(facet, "tag") == 0)
        snprintf(sql, sizeof(sql), "SELECT tag, count(*) FROM hit CROSS JOIN tagged ON item = id GROUP BY tag");
    else
        snprintf(sql, sizeof(sql), "SELECT %s, count(*) FROM hit CROSS JOIN item USING(id) GROUP BY %s", facet, facet);
    sqlite3_stmt *each = prepare_statement(fts, sql);
    while (sqlite3_step(each) == SQLITE_ROW)
        if (sqlite3_column_type(each, 0) != SQLITE_NULL && sqlite3_column_int(each, 0) < FTS_VALUES)
            counts[sqlite3_column_int(each, 0)] = (uint32_t)sqlite3_column_int(each, 1);
    sqlite3_finalize(each);
}

static void take_page(struct fts *fts, const struct fts_question *q, struct fts_answer *answer)
{
    char sql[SQL];

    if (q->words[0] && q->facts[0])
        snprintf(sql, sizeof(sql),
                 "SELECT rowid FROM words WHERE words MATCH '%s' AND rowid IN (SELECT id FROM hit) ORDER BY "
                 "bm25(words, 10, 6, 4) LIMIT 20",
                 q->words);
    else if (q->words[0])
        snprintf(sql, sizeof(sql),
                 "SELECT rowid FROM words WHERE words MATCH '%s' ORDER BY bm25(words, 10, 6, 4) LIMIT 20", q->words);
    else
        snprintf(sql, sizeof(sql), "SELECT id FROM hit ORDER BY id LIMIT 20");
    sqlite3_stmt *page = prepare_statement(fts, sql);
    while (sqlite3_step(page) == SQLITE_ROW)
        answer->page[answer->shown++] = (uint32_t)sqlite3_column_int64(page, 0);
    sqlite3_finalize(page);
}

void fts_ask(struct fts *fts, const struct fts_question *question, struct fts_answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    find_rows(fts, question);
    sqlite3_stmt *sum = prepare_statement(fts, "SELECT count(*), sum(seconds) FROM hit CROSS JOIN item USING(id)");
    if (sqlite3_step(sum) == SQLITE_ROW) {
        answer->total = (uint64_t)sqlite3_column_int64(sum, 0);
        answer->seconds = sqlite3_column_double(sum, 1);
    }
    sqlite3_finalize(sum);
    for (int i = 0; i < FTS_FACETS && question->facets[i]; i++)
        count_facet(fts, question->facets[i], answer->counts[i]);
    take_page(fts, question, answer);
}

double fts_megabytes(void)
{
    return (double)sqlite3_memory_used() / 1e6;
}

const char *fts_version(void)
{
    return sqlite3_libversion();
}
