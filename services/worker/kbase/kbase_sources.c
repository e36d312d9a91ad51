#include "services/worker/kbase/kbase_sources.h"

#include <string.h>

enum { NAMES = 8, PATHS = 4, NAME_MOST = 255, PATH_MOST = 400, WORD_MOST = 50 };

/* ---- names ---- */

struct text kbase_name(struct arena *arena, const struct base_value *value, uint32_t most)
{
    struct text name;
    char *at;

    if (value->type == BASE_WHOLE)
        return arena_printf(arena, "%lld", (long long)value->whole);
    if (value->type != BASE_TEXT)
        return (struct text){ 0 };
    name = arena_utf8(arena, bytes_of((const uint8_t *)value->bytes.at, value->bytes.len), most);
    at = (char *)(uintptr_t)name.at;
    for (uint32_t i = 0; i < name.len;) {
        const struct text rest = { name.len - i, name.at + i };
        const uint32_t len = text_character(rest);
        if (text_steers(rest) || len == 0)
            memset(at + i, ' ', len ? len : 1);
        i += len ? len : 1;
    }
    while (name.len && *name.at == ' ')
        name = (struct text){ name.len - 1, name.at + 1 };
    while (name.len && name.at[name.len - 1] == ' ')
        name.len--;
    return name;
}

static void add_name(struct arena *arena, struct text_list *to, uint32_t most, struct text name)
{
    if (name.len == 0 || to->count == most)
        return;
    for (uint32_t i = 0; i < to->count; i++)
        if (text_equal(to->at[i], name))
            return;
    to->at[to->count++] = arena_text(arena, name);
}

/* ---- the database ---- */

static const struct kbase_table *find_table(const struct kbase_sources *sources)
{
    const struct kbase_table *video = kbase_table(sources->tables, "video");

    return kbase_column(video, "id") ? video : kbase_table(sources->tables, "source");
}

static void read_names(struct kbase_sources *sources, struct kbase_source *to, int64_t id)
{
    static const char *const names[] = { "title name", "ytid youtube_id", "path file filename file_path" };
    const struct kbase_table *table = find_table(sources);
    struct arena *arena = sources->arena;
    struct base_rows *rows = NULL;
    struct fault why = { 0 };
    bool has = false;
    enum err e = ERR_OK;

    if (kbase_column(table, "id"))
        e = base_ask(sources->base, &rows, &why, "SELECT %s,%s,%s FROM \"%w\" AS v NOT INDEXED WHERE %s = ?1",
                     kbase_expression(arena, "v", kbase_column(table, names[0])),
                     kbase_expression(arena, "v", kbase_column(table, names[1])),
                     kbase_expression(arena, "v", kbase_column(table, names[2])), table->name,
                     kbase_expression(arena, "v", kbase_column(table, "id")));
    if (rows)
        base_bind(rows, id);
    if (rows)
        e = base_next(rows, &has, &why);
    for (int i = 0; has && i < 3; i++) {
        const struct base_value value = base_get(rows, i);
        add_name(arena, i < 2 ? &to->names : &to->paths, i < 2 ? NAMES : PATHS,
                 kbase_name(arena, &value, i < 2 ? NAME_MOST : PATH_MOST));
    }
    if (e != ERR_OK)
        kbase_note_row(sources->notes, "%s %lld cannot be read: %s", table->name, (long long)id, why.what);
    else if (!has)
        kbase_note_row(sources->notes, "video %lld is not in the database", (long long)id);
    base_end(rows);
}

/* Of its stream with most frames a second. */
static double read_rate(struct kbase_sources *sources, int64_t id)
{
    const struct kbase_table *stream = kbase_table(sources->tables, "stream");
    const char *fps = kbase_column(stream, "fps"), *video = kbase_column(stream, "video video_id");
    struct base_rows *rows = NULL;
    struct fault unused = { 0 };
    double rate = 0;
    bool has = false;

    if (fps && video &&
        base_ask(sources->base, &rows, &unused, "SELECT max(%s) FROM \"%w\" AS s NOT INDEXED WHERE %s = ?1",
                 kbase_expression(sources->arena, "s", fps), stream->name,
                 kbase_expression(sources->arena, "s", video)) == ERR_OK)
        base_bind(rows, id);
    if (rows && base_next(rows, &has, &unused) == ERR_OK && has) {
        const struct base_value value = base_get(rows, 0);
        rate = (value.type == BASE_WHOLE || value.type == BASE_REAL) && value.real >= 1 && value.real <= 1000
                   ? value.real
                   : 0;
    }
    base_end(rows);
    return rate;
}

/* ---- adding ---- */

static struct text make_alias(struct arena *arena, const struct base_value *id)
{
    if (id->type == BASE_WHOLE)
        return arena_printf(arena, "k:%lld", (long long)id->whole);
    if (id->type == BASE_TEXT && id->bytes.len && id->bytes.len <= WORD_MOST && text_is_plain(id->bytes))
        return arena_printf(arena, "k:%.*s", TEXT_ARG(id->bytes));
    return (struct text){ 0 };
}

uint32_t kbase_source_add(struct kbase_sources *sources, const struct base_value *id)
{
    const struct text alias = make_alias(sources->arena, id);
    struct kbase_source *to;

    for (uint32_t i = 0; i < sources->found.count; i++)
        if (text_equal(sources->found.at[i].alias, alias))
            return i;
    if (alias.len == 0 || sources->found.count == KBASE_SOURCES)
        return KBASE_SOURCES;
    if (!sources->found.at)
        sources->found.at = arena_array(sources->arena, KBASE_SOURCES, sizeof(*sources->found.at));
    to = &sources->found.at[sources->found.count];
    *to = (struct kbase_source){ .alias = alias,
                                 .names.at = arena_array(sources->arena, NAMES, sizeof(struct text)),
                                 .paths.at = arena_array(sources->arena, PATHS, sizeof(struct text)) };
    if (id->type == BASE_WHOLE) {
        read_names(sources, to, id->whole);
        sources->rates[sources->found.count] = read_rate(sources, id->whole);
    }
    return sources->found.count++;
}

struct tree kbase_source_items(const struct kbase_sources *sources)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < sources->found.count; i++) {
        const struct kbase_source *source = &sources->found.at[i];
        struct tree item = { .type = TREE_OBJECT };
        tree_set(&item, sources->arena, "id", tree_of_text(source->alias));
        tree_set(&item, sources->arena, "name",
                 tree_of_text(source->names.count ? source->names.at[0]
                                                  : arena_printf(sources->arena, "video %.*s",
                                                                 (int)source->alias.len - 2, source->alias.at + 2)));
        tree_add(&list, sources->arena, item);
    }
    return list;
}
