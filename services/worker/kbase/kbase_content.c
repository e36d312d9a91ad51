#include "services/worker/kbase/kbase_content.h"

#include <stdio.h>
#include <string.h>

#include "services/worker/kbase/kbase_sources.h"

enum { NAME_MOST = 60 /* bytes: with a number it stays a name of ours */ };

/* A name of ours has no slash, and does not begin with a dot. */
static struct text make_name(struct kbase_content *content, int64_t key, const struct base_value *value)
{
    struct text name = kbase_name(content->arena, value, NAME_MOST);
    char *at = (char *)(uintptr_t)name.at;

    for (uint32_t i = 0; i < name.len; i++)
        if (at[i] == '/' || (i == 0 && at[i] == '.'))
            at[i] = '-';
    if (name.len == 0 || text_is(name, "draft"))
        name = arena_printf(content->arena, "K project %lld", (long long)key);
    for (uint32_t i = 0; i < content->projects.count; i++)
        if (text_equal(content->projects.at[i].name, name))
            return arena_printf(content->arena, "%.*s (%lld)", TEXT_ARG(name), (long long)key);
    return name;
}

static void add_project(struct kbase_content *content, const struct base_value *key, const struct base_value *name)
{
    struct kbase_project_list *list = &content->projects;

    if (key->type != BASE_WHOLE) {
        kbase_note_row(&content->notes, "project: a row has no whole number as id");
        return;
    }
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i].key == key->whole)
            return;
    if (list->count == KBASE_PROJECTS) {
        kbase_note_row(&content->notes, "project %lld is not read: there are more than %d", (long long)key->whole,
                       KBASE_PROJECTS);
        return;
    }
    list->at[list->count] = (struct kbase_project){ key->whole, make_name(content, key->whole, name) };
    list->count++;
}

static void read_projects(struct kbase_content *content, const struct kbase_table *table, const char *key,
                          const char *name)
{
    struct base_rows *rows = NULL;
    struct fault why = { 0 };
    bool has = true;
    enum err e;

    if (!key)
        return;
    e = base_ask(content->base, &rows, &why, "SELECT DISTINCT %s,%s FROM \"%w\" AS p NOT INDEXED LIMIT %d",
                 kbase_expression(content->arena, "p", key), kbase_expression(content->arena, "p", name), table->name,
                 2 * KBASE_PROJECTS);
    while (e == ERR_OK && (e = base_next(rows, &has, &why)) == ERR_OK && has) {
        const struct base_value id = base_get(rows, 0), named = base_get(rows, 1);
        add_project(content, &id, &named);
    }
    if (e != ERR_OK)
        kbase_note(&content->notes, "%s could be read in part only: %s", table->name, why.what);
    base_end(rows);
}

/* Loops of a project that the table of projects lacks. */
static void note_orphans(struct kbase_content *content)
{
    const struct kbase_table *loops = kbase_table(&content->tables, "f_track"),
                             *table = kbase_table(&content->tables, "project");
    struct base_rows *rows = NULL;
    struct fault why = { 0 };
    bool has = true;

    if (!kbase_column(loops, "project") || !kbase_column(loops, "fkey") || !kbase_column(table, "id"))
        return;
    if (base_ask(content->base, &rows, &why,
                 "SELECT project, fkey FROM f_track NOT INDEXED WHERE project IS NULL OR project NOT IN "
                 "(SELECT id FROM project WHERE id IS NOT NULL) LIMIT 32") != ERR_OK)
        return;
    while (base_next(rows, &has, &why) == ERR_OK && has) {
        const struct base_value project = base_get(rows, 0), fkey = base_get(rows, 1);
        kbase_note_row(&content->notes, "f_track, project %.*s, fkey %.*s: its project is not in the database",
                       TEXT_ARG(kbase_name(content->arena, &project, 40)),
                       TEXT_ARG(kbase_name(content->arena, &fkey, 40)));
    }
    base_end(rows);
}

enum err kbase_content_read(struct base *base, struct arena *arena, struct kbase_content *to, struct fault *fault)
{
    const struct kbase_table *table, *loops;
    enum err e;

    *to = (struct kbase_content){ .base = base, .arena = arena, .notes.arena = arena };
    to->projects.at = arena_array(arena, KBASE_PROJECTS, sizeof(*to->projects.at));
    e = kbase_tables_read(base, arena, &to->notes, &to->tables, fault);
    if (e != ERR_OK)
        return e;
    table = kbase_table(&to->tables, "project");
    loops = kbase_table(&to->tables, "f_track");
    if (!table && !loops)
        return fault_set(fault, ERR_BAD_REQUEST, "it is no database of K: it has no table project and no f_track%s%.*s",
                         to->notes.count ? "; " : "", to->notes.count ? (int)to->notes.at[0].len : 0,
                         to->notes.count ? to->notes.at[0].at : "");
    read_projects(to, table, kbase_column(table, "id"), kbase_column(table, "name title"));
    if (!table)
        read_projects(to, loops, kbase_column(loops, "project"), NULL);
    note_orphans(to);
    return ERR_OK;
}
