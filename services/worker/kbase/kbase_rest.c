#include "services/worker/kbase/kbase_rest.h"

#include <math.h>
#include <strings.h>

/* ---- a row ---- */

static struct tree hex_of(struct arena *arena, const char *key, struct text bytes)
{
    static const char digits[] = "0123456789abcdef";
    struct tree to = { .type = TREE_OBJECT };
    char *hex = arena_alloc(arena, 2 * (size_t)bytes.len + 1);

    for (uint32_t i = 0; i < bytes.len; i++) {
        hex[2 * i] = digits[(uint8_t)bytes.at[i] >> 4];
        hex[2 * i + 1] = digits[(uint8_t)bytes.at[i] & 15];
    }
    tree_set(&to, arena, key, tree_of_text((struct text){ 2 * bytes.len, hex }));
    return to;
}

static struct tree tree_of_value(struct arena *arena, const struct base_value *value)
{
    switch (value->type) {
    case BASE_WHOLE:
        return tree_of_whole(value->whole);
    case BASE_REAL:
        return isfinite(value->real) ? tree_of_real(value->real)
                                     : tree_of_text(value->real > 0 ? TEXT("Infinity") : TEXT("-Infinity"));
    case BASE_TEXT:
        return text_is_utf8(value->bytes) ? tree_of_text(value->bytes) : hex_of(arena, "text", value->bytes);
    case BASE_BLOB:
        return hex_of(arena, "blob", value->bytes);
    case BASE_NULL:
    default:
        return (struct tree){ .type = TREE_NULL };
    }
}

static uint32_t number_of(const struct kbase_rest *rest, const struct kbase_table *table)
{
    uint32_t i = 0;

    while (i + 1 < rest->tables->count && rest->tables->at[i] != table)
        i++;
    return i;
}

static void note_full(struct kbase_rest *rest, uint32_t number, struct text line)
{
    if (!rest->is_full[number])
        kbase_note(rest->notes, "%s: more rows than can be kept as text; left out from %.*s on",
                   rest->tables->at[number]->name, line.len < 80 ? (int)line.len : 80, line.at);
    rest->is_full[number] = true;
}

void kbase_rest_add(struct kbase_rest *rest, const struct kbase_table *table, const struct base_rows *row, int from,
                    const char *const *names, uint32_t count)
{
    const uint32_t number = number_of(rest, table);
    struct buffer *to = &rest->of[number];
    struct tree object = { .type = TREE_OBJECT };
    struct arena arena = { 0 };
    struct text line;

    if (rest->is_full[number])
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct base_value value = base_get(row, from + (int)i);
        tree_set(&object, &arena, names[i], tree_of_value(&arena, &value));
    }
    line = tree_canonical(&object, &arena);
    if (to->len + line.len + 1 > KBASE_REST_OF_TABLE || rest->len + line.len + 1 > KBASE_REST_MOST)
        note_full(rest, number, line);
    else {
        buffer_add(to, line.at, line.len);
        buffer_add_text(to, "\n");
        rest->len += line.len + 1;
    }
    arena_free(&arena);
}

/* ---- tables ---- */

/* The columns that the parts of the project have, by table. The keys of rows are kept beside other columns. */
static const struct {
    const char *table, *keys, *taken;
} named[] = {
    { "f_track", "project fkey", "actions duration volume locked music_context_json" },
    { "project", "id", "name" },
    { "clip", "id fragment frag frag_id fragment_id clip_id project project_id", "selection_regions" },
};

static bool is_word_among(const char *name, const char *words)
{
    for (struct text rest = text_of(words); rest.len;) {
        const struct text word = text_cut(&rest, ' ');
        if (text_equal_caseless(text_of(name), word))
            return true;
    }
    return false;
}

static bool is_kept_whole(const struct kbase_rest *rest, const struct kbase_table *table)
{
    return (rest->has_no_loops && strcasecmp(table->name, "f_track") == 0) ||
           (rest->has_no_clips && strcasecmp(table->name, "clip") == 0);
}

/* The columns to keep; 0: the parts have all of the table. */
static uint32_t choose_columns(const struct kbase_rest *rest, const struct kbase_table *table, const char **to)
{
    uint32_t count = 0, others = 0;

    for (uint32_t i = 0; i < table->count; i++) {
        const char *keys = "", *taken = "";
        for (size_t k = 0; k < sizeof(named) / sizeof(*named); k++)
            if (strcasecmp(table->name, named[k].table) == 0 && !is_kept_whole(rest, table)) {
                keys = named[k].keys;
                taken = named[k].taken;
            }
        if (is_word_among(table->columns[i], taken))
            continue;
        others += !is_word_among(table->columns[i], keys);
        to[count++] = table->columns[i];
    }
    return others ? count : 0;
}

static const char *list_columns(struct arena *arena, const char *const *columns, uint32_t count)
{
    struct buffer to = { 0 };

    for (uint32_t i = 0; i < count; i++)
        buffer_printf(&to, "%s%s", i ? "," : "", kbase_expression(arena, "t", columns[i]));
    return arena_take(arena, &to).at;
}

/* The column that names the project of a row; NULL: the rows are of all projects. */
static const char *project_column(const struct kbase_table *table)
{
    return kbase_column(table, strcasecmp(table->name, "project") == 0 ? "id" : "project project_id");
}

static void read_table(struct kbase_rest *rest, const struct kbase_table *table, int64_t project)
{
    struct arena arena = { 0 };
    const char *columns[KBASE_COLUMNS], *of = project_column(table);
    const uint32_t count = choose_columns(rest, table, columns), number = number_of(rest, table);
    struct base_rows *rows = NULL;
    struct fault why = { 0 };
    bool has = true;
    enum err e = ERR_OK;

    if (count)
        e = base_ask(rest->base, &rows, &why, "SELECT %s FROM \"%w\" AS t NOT INDEXED%s%s%s",
                     list_columns(&arena, columns, count), table->name, of ? " WHERE " : "",
                     of ? kbase_expression(&arena, "t", of) : "", of ? " = ?1" : "");
    if (rows && of)
        base_bind(rows, project);
    while (rows && !rest->is_full[number] && (e = base_next(rows, &has, &why)) == ERR_OK && has)
        kbase_rest_add(rest, table, rows, 0, columns, count);
    if (e != ERR_OK)
        kbase_note(rest->notes, "%s could be read in part only: %s", table->name, why.what);
    base_end(rows);
    arena_free(&arena);
}

void kbase_rest_read(struct kbase_rest *rest, int64_t project)
{
    for (uint32_t i = 0; i < rest->tables->count; i++)
        read_table(rest, rest->tables->at[i], project);
}

struct tree kbase_rest_take(struct kbase_rest *rest, struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };

    for (uint32_t i = 0; i < rest->tables->count; i++)
        if (rest->of[i].len)
            tree_set(&to, arena, rest->tables->at[i]->name, tree_of_text(arena_take(arena, &rest->of[i])));
    return to;
}
