#include "services/project/parts/aliases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/quoted_json.h"
#include "services/project/parts/kinds.h"

enum { ALIAS_MOST = 255, DEPTH_MOST = 64 };

/* The lists whose parts others name. */
static const char *const named[] = { "tracks", "sections", "items" };
enum { TRACKS, SECTIONS, ITEMS, NAMED };

struct alias {
    int32_t kind;          /* of the part */
    struct text canonical; /* of the foreign id */
    struct id id;
};

struct alias_list {
    struct alias *at;
    uint32_t count;
};

struct aliases {
    struct arena *arena;
    struct id project;
    struct fault *fault;
    struct alias_list present; /* of the parts that the project has now */
    struct alias_list of[NAMED];
};

static bool is_alias(const struct tree *value)
{
    return value->type == TREE_WHOLE || (value->type == TREE_TEXT && value->text.len && value->text.len <= ALIAS_MOST);
}

/* True for a number or a word in the place of an id. */
static bool is_foreign(const struct tree *value)
{
    struct id id;

    return value && is_alias(value) && !(value->type == TREE_TEXT && id_read(value->text, &id));
}

static int compare_aliases(const void *x, const void *y)
{
    const struct alias *a = x, *b = y;

    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : text_compare(a->canonical, b->canonical);
}

static const struct alias *find_alias(const struct alias_list *list, int32_t kind, struct text canonical)
{
    const struct alias wanted = { .kind = kind, .canonical = canonical };

    return list->count ? bsearch(&wanted, list->at, list->count, sizeof(wanted), compare_aliases) : NULL;
}

static int32_t kind_of(struct text list)
{
    for (int32_t kind = 0; kind < ELEMENT_KIND_SAVED; kind++)
        if (kinds_list_name(kind) && text_is(list, kinds_list_name(kind)))
            return kind;
    return ELEMENT_KIND_ITEM;
}

static struct id make_id(const struct aliases *a, struct text list, const struct tree *foreign)
{
    struct text canonical = tree_canonical(foreign, a->arena), text;
    const struct alias *present = find_alias(&a->present, kind_of(list), canonical);
    char project[ID_TEXT_SIZE];

    if (present)
        return present->id;
    text = arena_printf(a->arena, "%s %.*s %.*s", id_write(a->project, project), TEXT_ARG(list), TEXT_ARG(canonical));
    return id_of_bytes(text.at, text.len);
}

static enum err refuse_twice(const struct aliases *a, struct text list, struct text alias)
{
    char field[32];

    snprintf(field, sizeof(field), "%.*s", TEXT_ARG(list));
    fault_set(a->fault, ERR_BAD_REQUEST, "two parts in %.*s have the alias %.*s", TEXT_ARG(list),
              alias.len < 80 ? (int)alias.len : 80, alias.at);
    return a->fault ? fault_field(a->fault, field) : ERR_BAD_REQUEST;
}

/* Gives the part an id of loophole, and the foreign id as alias. A part that has both keeps them. */
static void replace_id(const struct aliases *a, struct text list, struct tree *part)
{
    const struct tree *id = tree_get(part, "id");
    struct tree foreign;

    if (part->type != TREE_OBJECT || !is_foreign(id))
        return;
    foreign = *id;
    tree_set(part, a->arena, "id", tree_of_id(make_id(a, list, &foreign), a->arena));
    if (!tree_get(part, "alias"))
        tree_set(part, a->arena, "alias", foreign);
}

static int alias_kind(struct text list)
{
    for (int i = 0; i < NAMED; i++)
        if (text_is(list, named[i]))
            return i;
    return -1;
}

static enum err resolve_list(struct aliases *a, struct text list, struct tree *parts)
{
    const int number = alias_kind(list);
    struct alias *found = arena_array(a->arena, parts->count + 1, sizeof(*found));
    const int32_t kind = kind_of(list);
    uint32_t n = 0;

    for (uint32_t i = 0; i < parts->count; i++) {
        struct tree *part = &parts->members[i].value;
        const struct tree *alias;
        *part = tree_clone(part, a->arena);
        replace_id(a, list, part);
        alias = tree_get(part, "alias");
        if (!alias || !is_alias(alias) || !tree_id(part, "id", &found[n].id))
            continue;
        found[n].kind = kind;
        found[n++].canonical = tree_canonical(alias, a->arena);
    }
    qsort(found, n, sizeof(*found), compare_aliases);
    for (uint32_t i = 1; i < n; i++)
        if (text_equal(found[i - 1].canonical, found[i].canonical))
            return refuse_twice(a, list, found[i].canonical);
    if (number >= 0)
        a->of[number] = (struct alias_list){ found, n };
    return ERR_OK;
}

/* ---- what names them ---- */

static void replace_name(const struct aliases *a, int list, struct tree *value)
{
    const struct alias *found;

    if (!is_foreign(value) || a->of[list].count == 0)
        return;
    found = find_alias(&a->of[list], kind_of(text_of(named[list])), tree_canonical(value, a->arena));
    if (found)
        *value = tree_of_id(found->id, a->arena);
}

static void replace_items(const struct aliases *a, struct tree *body, int depth)
{
    for (uint32_t i = 0; i < body->count && depth < DEPTH_MOST; i++) {
        struct tree_member *member = &body->members[i];
        struct tree context;
        if (text_is(member->name, "music_context") && quoted_json_object(&member->value, a->arena, &context))
            member->value = context;
        if (text_is(member->name, "item") || text_is(member->name, "media_id") ||
            text_is(member->name, "source_video_id"))
            replace_name(a, ITEMS, &member->value);
        if (member->value.type != TREE_OBJECT && member->value.type != TREE_LIST)
            continue;
        member->value = tree_clone(&member->value, a->arena);
        replace_items(a, &member->value, depth + 1);
    }
}

static void replace_names(const struct aliases *a, struct tree *parts)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        struct tree *part = &parts->members[i].value;
        struct tree *track = (struct tree *)(uintptr_t)tree_get(part, "track"),
                    *section = (struct tree *)(uintptr_t)tree_get(part, "section");
        if (track)
            replace_name(a, TRACKS, track);
        if (section)
            replace_name(a, SECTIONS, section);
        if (a->of[ITEMS].count)
            replace_items(a, part, 0);
    }
}

/* ---- the document ---- */

static bool is_list(const struct tree_member *member)
{
    return member->value.type == TREE_LIST &&
           (text_is(member->name, "items") || kind_of(member->name) != ELEMENT_KIND_ITEM);
}

static void keep_alias_of_project(const struct aliases *a, struct tree *document)
{
    struct tree *project = (struct tree *)(uintptr_t)tree_get(document, "project");

    if (!project || project->type != TREE_OBJECT || !is_foreign(tree_get(project, "id")))
        return;
    *project = tree_clone(project, a->arena);
    if (!tree_get(project, "alias"))
        tree_set(project, a->arena, "alias", *tree_get(project, "id"));
}

static struct alias_list find_present(const struct element_list *parts, struct arena *arena)
{
    struct alias_list to = { arena_array(arena, parts ? parts->count + 1 : 1, sizeof(struct alias)), 0 };

    for (uint32_t i = 0; parts && i < parts->count; i++) {
        const struct tree *alias;
        struct tree body;
        if (!memmem(parts->at[i].body.at, parts->at[i].body.len, "\"alias\"", 7) ||
            tree_read(parts->at[i].body, arena, &body, NULL) != ERR_OK)
            continue;
        alias = tree_get(&body, "alias");
        if (alias && is_alias(alias))
            to.at[to.count++] =
                (struct alias){ parts->at[i].kind.value, tree_canonical(alias, arena), parts->at[i].id };
    }
    if (to.count > 1)
        qsort(to.at, to.count, sizeof(*to.at), compare_aliases);
    return to;
}

enum err aliases_resolve(struct tree *document, struct id project, const struct element_list *present,
                         struct arena *arena, struct fault *fault)
{
    struct aliases a = { .arena = arena, .project = project, .fault = fault };
    enum err e = ERR_OK;

    a.present = find_present(present, arena);
    *document = tree_clone(document, arena);
    keep_alias_of_project(&a, document);
    for (uint32_t i = 0; e == ERR_OK && i < document->count; i++) {
        struct tree_member *member = &document->members[i];
        if (!is_list(member))
            continue;
        member->value = tree_clone(&member->value, arena);
        e = resolve_list(&a, member->name, &member->value);
    }
    for (uint32_t i = 0; e == ERR_OK && i < document->count; i++)
        if (is_list(&document->members[i]))
            replace_names(&a, &document->members[i].value);
    return e;
}

/* ---- one part ---- */

enum err aliases_check(const struct element_list *parts, struct id id, int32_t kind, const struct tree *body,
                       struct arena *arena, struct fault *fault)
{
    const struct tree *alias = tree_get(body, "alias"), *other;
    const struct text wanted = alias ? tree_canonical(alias, arena) : (struct text){ 0 };
    struct tree read;

    if (alias && !is_alias(alias)) {
        fault_set(fault, ERR_BAD_REQUEST, "alias %.*s: expected a whole number, or a text of 1 to %d bytes",
                  wanted.len < 60 ? (int)wanted.len : 60, wanted.at, ALIAS_MOST);
        return fault_field(fault, "alias");
    }
    for (uint32_t i = 0; alias && i < parts->count; i++) {
        const struct element *part = &parts->at[i];
        if (part->kind.value != kind || id_equal(part->id, id) || tree_read(part->body, arena, &read, NULL) != ERR_OK)
            continue;
        other = tree_get(&read, "alias");
        if (other && text_equal(tree_canonical(other, arena), wanted)) {
            fault_set(fault, ERR_EXISTS, "another part of this kind has the alias %.*s", (int)wanted.len, wanted.at);
            return fault_field(fault, "alias");
        }
    }
    return ERR_OK;
}
