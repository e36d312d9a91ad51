#include "services/worker/kbase/kbase_tables.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/buffer.h"

enum { DAMAGES_MOST = 8, NAME_MOST = 64 };

static void add_note(struct kbase_notes *notes, uint32_t most, const char *format, va_list arguments)
{
    char line[4 * KBASE_NOTE_MOST];

    if (notes->count >= most) {
        notes->more++;
        return;
    }
    vsnprintf(line, sizeof(line), format, arguments);
    notes->at[notes->count++] =
        arena_utf8(notes->arena, bytes_of((const uint8_t *)line, strlen(line)), KBASE_NOTE_MOST);
}

void kbase_note(struct kbase_notes *notes, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_note(notes, KBASE_NOTES, format, arguments);
    va_end(arguments);
}

void kbase_note_row(struct kbase_notes *notes, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_note(notes, KBASE_NOTES_OF_ROWS, format, arguments);
    va_end(arguments);
}

/* ---- columns ---- */

static const char *keep_name(struct arena *arena, const struct base_value *value)
{
    if (value->type != BASE_TEXT || value->bytes.len == 0 || value->bytes.len > NAME_MOST ||
        memchr(value->bytes.at, 0, value->bytes.len) || !text_is_plain(value->bytes))
        return NULL;
    return arena_text(arena, value->bytes).at;
}

/* Of PRAGMA table_xinfo column 1 is the name, and column 6 says whether the column is hidden or generated. */
static enum err read_columns(struct base *base, struct arena *arena, struct kbase_table *table, struct fault *fault)
{
    struct base_rows *rows;
    bool has = true;
    enum err e = base_ask(base, &rows, fault, "PRAGMA table_xinfo(\"%w\")", table->name);

    while (e == ERR_OK && (e = base_next(rows, &has, fault)) == ERR_OK && has) {
        const struct base_value name = base_get(rows, 1), hidden = base_get(rows, 6);
        table->is_computed = table->is_computed || hidden.whole == 2 || hidden.whole == 3;
        const char *kept = hidden.whole == 0 ? keep_name(arena, &name) : NULL;
        table->is_wide = table->is_wide || (kept && table->count == KBASE_COLUMNS);
        if (kept && table->count < KBASE_COLUMNS)
            table->columns[table->count++] = kept;
    }
    base_end(rows);
    return e;
}

static bool has_rowid(struct base *base, const char *table)
{
    struct base_rows *rows;
    struct fault unused = { 0 };
    const bool has = base_ask(base, &rows, &unused, "SELECT rowid FROM \"%w\"", table) == ERR_OK;

    base_end(rows);
    return has;
}

/* ---- tables ---- */

static bool begins_with(struct text text, const char *word)
{
    const size_t len = strlen(word);

    return text.len >= len && strncasecmp(text.at, word, len) == 0;
}

/* True for a table with rows of its own: the type and the text of its schema say so. */
static bool is_table(struct kbase_notes *notes, const char *name, struct text type, struct text sql)
{
    if (text_is(type, "table") && begins_with(sql, "create table"))
        return true;
    if (text_is(type, "index") || text_is(type, "trigger"))
        return false;
    kbase_note(notes, "%s is a %s: it is not read", name,
               begins_with(sql, "create virtual") ? "virtual table"
               : text_is(type, "view")            ? "view"
                                                  : "false table");
    return false;
}

static void add_table(struct base *base, struct arena *arena, struct kbase_notes *notes, struct kbase_tables *to,
                      const char *name)
{
    struct kbase_table *table = arena_alloc(arena, sizeof(*table));
    struct fault why = { 0 };

    table->name = name;
    if (to->count == KBASE_TABLES) {
        kbase_note(notes, "table %s is not read: there are more than %d", name, KBASE_TABLES);
        return;
    }
    if (read_columns(base, arena, table, &why) != ERR_OK) {
        kbase_note(notes, "table %s cannot be read: %s", name, why.what);
        return;
    }
    if (table->is_wide)
        kbase_note(notes, "table %s has more than %d columns: the further ones are not read", name, KBASE_COLUMNS);
    table->has_rowid = has_rowid(base, name);
    if (table->count && !kbase_table(to, name))
        to->at[to->count++] = table;
}

static enum err read_schema(struct base *base, struct arena *arena, struct kbase_notes *notes, const char **to,
                            uint32_t *count, struct fault *fault)
{
    struct base_rows *rows;
    bool has = true;
    enum err e = base_ask(base, &rows, fault, "SELECT name, type, sql FROM sqlite_schema");

    while (e == ERR_OK && (e = base_next(rows, &has, fault)) == ERR_OK && has && *count <= KBASE_TABLES) {
        const struct base_value name = base_get(rows, 0), type = base_get(rows, 1), sql = base_get(rows, 2);
        const char *kept = keep_name(arena, &name);
        if (!kept)
            kbase_note(notes, "a table with an odd name is not read");
        if (kept && strncasecmp(kept, "sqlite_", 7) != 0 && is_table(notes, kept, type.bytes, sql.bytes))
            to[(*count)++] = kept;
    }
    base_end(rows);
    return e;
}

/* ---- damage ---- */

/* Of PRAGMA index_xinfo column 1 is -2 for an expression. */
static bool has_expression(struct base *base, const char *index)
{
    struct base_rows *rows;
    struct fault unused = { 0 };
    bool has = true, is_one = false;
    enum err e = base_ask(base, &rows, &unused, "PRAGMA index_xinfo(\"%w\")", index);

    while (e == ERR_OK && !is_one && (e = base_next(rows, &has, &unused)) == ERR_OK && has)
        is_one = base_get(rows, 1).whole == -2;
    base_end(rows);
    return e != ERR_OK || is_one;
}

/* Of PRAGMA index_list column 1 is the name, and column 4 says whether the index has a condition. */
static bool has_index_that_computes(struct base *base, struct arena *arena, const char *table)
{
    struct base_rows *rows;
    struct fault unused = { 0 };
    bool has = true, is_one = false;
    enum err e = base_ask(base, &rows, &unused, "PRAGMA index_list(\"%w\")", table);

    while (e == ERR_OK && !is_one && (e = base_next(rows, &has, &unused)) == ERR_OK && has) {
        const struct base_value name = base_get(rows, 1);
        const char *kept = keep_name(arena, &name);
        is_one = !kept || base_get(rows, 4).whole != 0 || has_expression(base, kept);
    }
    base_end(rows);
    return e != ERR_OK || is_one;
}

/* The check runs the expressions of a table, and takes a name that begins as a number for a bound of all tables. */
static bool can_be_checked(struct base *base, struct arena *arena, const struct kbase_table *table)
{
    return !table->is_computed && !strchr("+-0123456789", *table->name) &&
           !has_index_that_computes(base, arena, table->name);
}

static void check_table(struct base *base, struct kbase_notes *notes, const char *name)
{
    struct base_rows *rows;
    struct fault why = { 0 };
    bool has = true;
    uint32_t count = 0;
    enum err e = base_ask(base, &rows, &why, "PRAGMA integrity_check(\"%w\")", name);

    while (e == ERR_OK && (e = base_next(rows, &has, &why)) == ERR_OK && has) {
        const struct base_value value = base_get(rows, 0);
        if (!text_is(value.bytes, "ok") && count++ < DAMAGES_MOST)
            kbase_note(notes, "%s is damaged: %.*s", name, TEXT_ARG(value.bytes));
    }
    if (e != ERR_OK)
        kbase_note(notes, "%s could not be checked: %s", name, why.what);
    base_end(rows);
}

enum err kbase_tables_read(struct base *base, struct arena *arena, struct kbase_notes *notes, struct kbase_tables *to,
                           struct fault *fault)
{
    const char **rows = arena_array(arena, KBASE_TABLES + 1, sizeof(*rows));
    uint32_t count = 0;
    enum err e = read_schema(base, arena, notes, rows, &count, fault);

    *to = (struct kbase_tables){ 0 };
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        add_table(base, arena, notes, to, rows[i]);
    for (uint32_t i = 0; e == ERR_OK && i < to->count; i++)
        if (can_be_checked(base, arena, to->at[i]))
            check_table(base, notes, to->at[i]->name);
        else
            kbase_note(notes, "%s is not checked for damage: its name, or what it computes, forbids it",
                       to->at[i]->name);
    return e;
}

/* ---- finding ---- */

const struct kbase_table *kbase_table(const struct kbase_tables *tables, const char *name)
{
    for (uint32_t i = 0; i < tables->count; i++)
        if (strcasecmp(tables->at[i]->name, name) == 0)
            return tables->at[i];
    return NULL;
}

const char *kbase_column(const struct kbase_table *table, const char *words)
{
    for (struct text rest = text_of(words); table && rest.len;) {
        const struct text word = text_cut(&rest, ' ');
        for (uint32_t i = 0; i < table->count; i++)
            if (text_equal_caseless(text_of(table->columns[i]), word))
                return table->columns[i];
    }
    return NULL;
}

const char *kbase_expression(struct arena *arena, const char *alias, const char *column)
{
    struct buffer to = { 0 };

    if (!column)
        return "NULL";
    buffer_printf(&to, "%s.\"", alias);
    for (const char *at = column; *at; at++) {
        if (*at == '"')
            buffer_add(&to, at, 1);
        buffer_add(&to, at, 1);
    }
    buffer_add_text(&to, "\"");
    return arena_take(arena, &to).at;
}
