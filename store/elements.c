#include "store/elements.h"

#include <string.h>

#include "store/environment.h"

const struct id elements_current_id = { "current project" };
const struct id elements_draft_id = { "draft project\0\0\1" };
const struct id elements_global_kits = { "global kits" };
const struct id elements_workspace_kits = { "workspace kits" };

static const struct id no_project;

static bool is_first(struct choice kind)
{
    return kind.value == ELEMENT_KIND_PROJECT || kind.value == ELEMENT_KIND_CURRENT;
}

bool elements_is_of_no_project(struct choice kind, struct id project)
{
    return (kind.value == ELEMENT_KIND_KIT || kind.value == ELEMENT_KIND_PRESET) &&
           (id_equal(project, elements_global_kits) || id_equal(project, elements_workspace_kits));
}

struct key elements_key(struct choice kind, struct id project, struct id id)
{
    struct key key = key_id(is_first(kind) ? no_project : project);

    if (kind.value == ELEMENT_KIND_SAVED)
        key = key_id(id_of_bytes(project.b, sizeof(project.b)));
    key_add(&key, id.b, sizeof(id.b));
    return key;
}

enum err elements_get(struct txn *txn, struct arena *arena, struct choice kind, struct id project, struct id id,
                      struct element *to)
{
    struct key key = elements_key(kind, project, id);

    return row_get(txn, arena, DB_ELEMENT, &key, &element_shape, to);
}

enum err elements_put(struct writing *w, const struct element *element)
{
    struct key key = elements_key(element->kind, element->project, element->id);

    return row_put(w, DB_ELEMENT, &key, &element_shape, element);
}

enum err elements_remove(struct writing *w, const struct element *element)
{
    struct key key = elements_key(element->kind, element->project, element->id);

    return row_delete(w, DB_ELEMENT, &key);
}

static enum err walk_rows(struct txn *txn, struct arena *arena, struct id project,
                          bool (*seen)(void *state, const struct element *element), void *state)
{
    struct key prefix = key_id(project);
    struct element element;
    struct walk walk;
    enum err e = walk_begin(txn, DB_ELEMENT, key_bytes(&prefix), key_bytes(&prefix), &walk);

    while (e == ERR_OK && walk_next(&walk)) {
        e = row_decode(txn, arena, walk.value, &element_shape, &element);
        if (e == ERR_OK && !seen(state, &element))
            break;
    }
    walk_end(&walk);
    return e;
}

bool elements_is_complete(struct txn *txn, struct arena *arena, struct id project)
{
    const struct choice kind = { .value = ELEMENT_KIND_PROJECT }, place = { .value = ELEMENT_KIND_PLACE };
    struct element row;

    return elements_get(txn, arena, kind, project, project, &row) == ERR_OK &&
           elements_get(txn, arena, place, project, elements_place_id(project), &row) == ERR_OK;
}

struct project_walk {
    struct txn *txn;
    struct arena *arena;
    bool (*seen)(void *state, const struct element *element);
    void *state;
};

static bool see_first(void *state, const struct element *element)
{
    struct project_walk *walk = state;

    return element->kind.value != ELEMENT_KIND_PROJECT || !elements_is_complete(walk->txn, walk->arena, element->id) ||
           walk->seen(walk->state, element);
}

enum err elements_each_project(struct txn *txn, struct arena *arena,
                               bool (*seen)(void *state, const struct element *element), void *state)
{
    struct project_walk walk = { txn, arena, seen, state };

    return walk_rows(txn, arena, no_project, see_first, &walk);
}

enum err elements_each_part(struct txn *txn, struct arena *arena, struct id project,
                            bool (*seen)(void *state, const struct element *element), void *state)
{
    return walk_rows(txn, arena, project, seen, state);
}

/* ---- one project ---- */

static enum err find_project(struct txn *txn, struct arena *arena, struct id id)
{
    struct element found;

    return elements_get(txn, arena, (struct choice){ .value = ELEMENT_KIND_PROJECT }, id, id, &found);
}

/* The import that opened the project may be undone: then the one before is open again. */
static enum err find_before(struct txn *txn, struct arena *arena, const struct element *row, struct id *project)
{
    const struct tree *before;
    struct tree body;
    enum err e = ERR_NOT_FOUND;

    if (tree_read(row->body, arena, &body, NULL) != ERR_OK)
        return e;
    before = tree_get(&body, ELEMENTS_BEFORE);
    for (uint32_t i = 0; e == ERR_NOT_FOUND && before && before->type == TREE_LIST && i < before->count; i++)
        if (before->members[i].value.type == TREE_TEXT && id_read(before->members[i].value.text, project))
            e = find_project(txn, arena, *project);
    return e;
}

enum err elements_current(struct txn *txn, struct arena *arena, struct id *project)
{
    struct choice kind = { .value = ELEMENT_KIND_CURRENT };
    struct element row;
    enum err e = elements_get(txn, arena, kind, elements_current_id, elements_current_id, &row);

    if (e != ERR_OK)
        return e;
    *project = row.project;
    e = find_project(txn, arena, row.project);
    return e == ERR_NOT_FOUND ? find_before(txn, arena, &row, project) : e;
}

struct name_search {
    struct arena *arena;
    struct text named;
    struct id project;
    bool found;
};

static bool look_at_project(void *state, const struct element *element)
{
    struct name_search *s = state;
    struct tree body;

    s->found =
        tree_read(element->body, s->arena, &body, NULL) == ERR_OK && text_equal(tree_text(&body, "name"), s->named);
    s->project = element->id;
    return !s->found;
}

enum err elements_named(struct txn *txn, struct arena *arena, struct text named, struct id *project)
{
    const struct choice kind = { .value = ELEMENT_KIND_PROJECT };
    struct name_search search = { .arena = arena, .named = named };
    struct element draft;
    enum err e = ERR_OK;

    if (elements_is_complete(txn, arena, elements_draft_id) &&
        elements_get(txn, arena, kind, elements_draft_id, elements_draft_id, &draft) == ERR_OK)
        (void)look_at_project(&search, &draft);
    if (!search.found)
        e = elements_each_project(txn, arena, look_at_project, &search);
    *project = search.project;
    if (e != ERR_OK || search.found)
        return e;
    return id_read(named, project) && elements_is_complete(txn, arena, *project) ? ERR_OK : ERR_NOT_FOUND;
}

struct id elements_place_id(struct id project)
{
    return id_of_bytes(project.b, sizeof(project.b));
}

/* The store lies in DATA/store. */
static struct text data_of(const struct txn *txn)
{
    struct text data = text_of(txn->store->directory);

    while (data.len > 0 && data.at[data.len - 1] != '/')
        data.len--;
    return data;
}

struct text elements_kept_folder(struct txn *txn, struct text folder)
{
    const struct text data = data_of(txn);

    if (data.len == 0 || folder.len <= data.len || memcmp(folder.at, data.at, data.len) != 0)
        return folder;
    return (struct text){ folder.len - data.len, folder.at + data.len };
}

enum err elements_place(struct txn *txn, struct arena *arena, struct id project, struct tree *to)
{
    struct choice kind = { .value = ELEMENT_KIND_PLACE };
    const struct text data = data_of(txn);
    struct element row;
    struct text folder;
    enum err e = elements_get(txn, arena, kind, project, elements_place_id(project), &row);

    if (e == ERR_OK)
        e = tree_read(row.body, arena, to, NULL);
    if (e != ERR_OK)
        return e;
    folder = tree_text(to, "folder");
    if (folder.len && folder.at[0] != '/')
        tree_set(to, arena, "folder", tree_of_text(arena_printf(arena, "%.*s%.*s", TEXT_ARG(data), TEXT_ARG(folder))));
    return ERR_OK;
}

struct text elements_folder(struct txn *txn, struct arena *arena, struct id project)
{
    struct tree place;

    return elements_place(txn, arena, project, &place) == ERR_OK ? tree_text(&place, "folder") : (struct text){ 0 };
}
