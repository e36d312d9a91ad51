/* kbase_tables.h: the tables of a database of K that can be read, and notes about what cannot. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_TABLES_H
#define LOOPHOLE_WORKER_KBASE_TABLES_H

#include "common/arena.h"
#include "services/worker/kbase/base.h"

enum { KBASE_TABLES = 256, KBASE_COLUMNS = 128, KBASE_NOTES = 256, KBASE_NOTES_OF_ROWS = 200, KBASE_NOTE_MOST = 255 };

struct kbase_notes {
    struct arena *arena;
    uint32_t count;
    struct text at[KBASE_NOTES];
    uint64_t more; /* that did not fit */
};
/* About a table, and about a row: of rows there may be thousands, so that the last notes are left to tables. */
void kbase_note(struct kbase_notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kbase_note_row(struct kbase_notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct kbase_table {
    const char *name;
    const char *columns[KBASE_COLUMNS]; /* without generated ones */
    uint32_t count;
    bool has_rowid, is_computed; /* it has generated columns */
    bool is_wide;                /* it has further columns */
};

struct kbase_tables {
    uint32_t count;
    struct kbase_table *at[KBASE_TABLES];
};

/* Reads the schema: tables, but no views and no virtual tables, whatever their names are; and checks each table with
 * `PRAGMA integrity_check`, but those that would run code. All memory is in the arena. Errors (explained): bad_request,
 * too_large. */
enum err kbase_tables_read(struct base *base, struct arena *arena, struct kbase_notes *notes, struct kbase_tables *to,
                           struct fault *fault);

/* Names are compared as SQLite does: without case. NULL: there is none. */
const struct kbase_table *kbase_table(const struct kbase_tables *tables, const char *name);

/* The first of these columns that the table has, words separated by spaces; NULL: none. */
const char *kbase_column(const struct kbase_table *table, const char *words);

/* The column as an expression: alias."name", or NULL if there is none. In the arena. */
const char *kbase_expression(struct arena *arena, const char *alias, const char *column);

#endif
