#include "services/project/parts/document_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/json_bounds.h"
#include "services/project/parts/aliases.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/sound_body.h"

struct document_reading {
    struct arena *arena;
    struct id project;
    struct id written; /* the project's id in the document */
    struct element_list *to;
    uint32_t room;
    struct fault *fault;
};

static enum err refuse_value_at(struct fault *fault, enum err code, const char *field, const char *why)
{
    fault_set(fault, code, "%s", why);
    return fault ? fault_field(fault, field) : code;
}

static enum err check_version(const struct tree *document, struct fault *fault)
{
    static const char field[] = "schema_version";
    const struct tree *version = tree_get(document, field);
    struct text text = tree_text(document, field);

    if (!version)
        return refuse_value_at(fault, ERR_BAD_REQUEST, field, "it is not a project: it has no schema_version");
    if (version->type != TREE_TEXT || !text.len || !memchr("0123456789", text.at[0], 10))
        return refuse_value_at(fault, ERR_BAD_REQUEST, field, "schema_version is not a text such as \"1.0\"");
    if (text_is(text, "1") || (text.len >= 2 && memcmp(text.at, "1.", 2) == 0))
        return ERR_OK;
    fault_set(fault, ERR_VERSION, "its schema_version is %.*s: this program reads 1.x",
              text.len < 40 ? (int)text.len : 40, text.at);
    return fault ? fault_field(fault, field) : ERR_VERSION;
}

/* Checks the revision, because the next save gets a higher number. */
static enum err check_revision(const struct tree *document, struct fault *fault)
{
    const struct tree *revision = tree_get(document, "revision");

    if (!revision || revision->type == TREE_NULL)
        return ERR_OK;
    if ((revision->type == TREE_WHOLE || revision->type == TREE_REAL) && revision->real >= 0 && revision->real < 1e15 &&
        floor(revision->real) == revision->real)
        return ERR_OK;
    return refuse_value_at(fault, ERR_BAD_REQUEST, "revision",
                           "revision is not a whole number from 0 to 999999999999999");
}

static enum err check_revision_name(const struct tree *document, struct fault *fault)
{
    const struct tree *name = tree_get(document, "revision_name");

    if (!name || name->type == TREE_NULL || (name->type == TREE_TEXT && kinds_check_name(name->text, NULL) == ERR_OK))
        return ERR_OK;
    return refuse_value_at(fault, ERR_BAD_REQUEST, "revision_name",
                           "revision_name is not a name of 1 to 80 characters");
}

/* An absent id is made. */
static bool may_be_id(const struct tree *id)
{
    return !id || id->type == TREE_NULL || id->type == TREE_WHOLE || (id->type == TREE_TEXT && id->text.len <= 255);
}

static enum err add_part(struct document_reading *r, int32_t kind, const struct tree *from, struct id id)
{
    struct tree body = tree_clone(from, r->arena);
    struct text text;
    enum err e;

    if (r->to->count == r->room)
        return fault_set(r->fault, ERR_TOO_LARGE, "the project has more than %d parts and items", PARTS_MOST);
    tree_remove(&body, TEXT("id"));
    e = kinds_check(kind, &body, r->arena, r->fault);
    if (e != ERR_OK)
        return e;
    text = tree_canonical(&body, r->arena);
    e = json_check_bounds(text, JSON_VALUES_PART, r->fault);
    if (e != ERR_OK)
        return e;
    r->to->at[r->to->count++] =
        (struct element){ .id = id, .project = r->project, .kind = parts_kind(kind), .body = text };
    return ERR_OK;
}

/* Makes an id from the content of a part without one, so reading the document again gives the same id. */
static struct id make_id(struct arena *arena, const char *name, uint32_t i, const struct tree *part)
{
    struct text text = tree_canonical(part, arena);

    text = arena_printf(arena, "%s %u %.*s", name, i, TEXT_ARG(text));
    return id_of_bytes(text.at, text.len);
}

/* Completes the path of the key that was refused. */
static enum err refuse_part(struct document_reading *r, const char *list, uint32_t i, enum err e)
{
    char field[2 * sizeof(r->fault->field)];

    if (e == ERR_OK || !r->fault)
        return e;
    snprintf(field, sizeof(field), "%.40s[%u]%s%s", list, i, r->fault->field[0] ? "." : "", r->fault->field);
    return fault_field(r->fault, field);
}

static enum err read_part(struct document_reading *r, int32_t kind, const char *name, uint32_t i,
                          const struct tree *part)
{
    struct id id;

    if (part->type != TREE_OBJECT)
        return fault_set(r->fault, ERR_BAD_REQUEST, "the part is not a JSON object");
    if (!may_be_id(tree_get(part, "id")))
        return refuse_value_at(r->fault, ERR_BAD_REQUEST, "id",
                               "the id is neither a whole number nor a text of at most 255 bytes");
    if (!tree_id(part, "id", &id) || id_is_zero(id))
        id = make_id(r->arena, name, i, part);
    if (id_equal(id, sound_body_id(r->written)))
        id = sound_body_id(r->project); /* also in a copy */
    return add_part(r, kind, part, id);
}

static enum err read_list(struct document_reading *r, const struct tree *document, int32_t kind, const char *name)
{
    const struct tree *list = tree_get(document, name);
    enum err e = ERR_OK;

    if (!list || list->type == TREE_NULL)
        return ERR_OK;
    if (list->type != TREE_LIST) {
        fault_set(r->fault, ERR_BAD_REQUEST, "%s is not a list", name);
        return r->fault ? fault_field(r->fault, name) : ERR_BAD_REQUEST;
    }
    for (uint32_t i = 0; e == ERR_OK && i < list->count; i++)
        e = refuse_part(r, name, i, read_part(r, kind, name, i, &list->members[i].value));
    return e;
}

static bool is_declared_key(struct text name)
{
    static const char *const declared[] = { "schema_version", "project", "revision", "revision_name", "items" };

    for (size_t i = 0; i < sizeof(declared) / sizeof(*declared); i++)
        if (text_is(name, declared[i]))
            return true;
    for (int i = 0; i < DOCUMENT_LISTS; i++)
        if (text_is(name, kinds_list_name(document_lists[i])))
            return true;
    return false;
}

static struct tree unknown_keys(const struct tree *document, struct arena *arena)
{
    struct tree more = { .type = TREE_OBJECT };

    for (uint32_t i = 0; i < document->count; i++)
        if (!is_declared_key(document->members[i].name))
            tree_set_text(&more, arena, document->members[i].name, document->members[i].value);
    return more;
}

static enum err read_project(struct document_reading *r, const struct tree *document)
{
    const struct tree *project = tree_get(document, "project");
    struct tree more = unknown_keys(document, r->arena), body;
    char field[64];
    enum err e;

    if (!project || project->type != TREE_OBJECT)
        return refuse_value_at(r->fault, ERR_BAD_REQUEST, "project", "the key project is missing, or is not an object");
    if (!may_be_id(tree_get(project, "id")))
        return refuse_value_at(r->fault, ERR_BAD_REQUEST, "project.id",
                               "the id is neither a whole number nor a text of at most 255 bytes");
    body = tree_clone(project, r->arena);
    if (tree_get(project, DOCUMENT_FILE_KEYS))
        tree_set(&more, r->arena, "project", *tree_get(project, DOCUMENT_FILE_KEYS));
    if (more.count)
        tree_set(&body, r->arena, DOCUMENT_FILE_KEYS, more);
    e = add_part(r, ELEMENT_KIND_PROJECT, &body, r->project);
    if (e != ERR_OK && r->fault) {
        snprintf(field, sizeof(field), "project%s%.40s", r->fault->field[0] ? "." : "", r->fault->field);
        fault_field(r->fault, field);
    }
    return e;
}

static uint32_t count_parts(const struct tree *document)
{
    const struct tree *items = tree_get(document, "items"), *list;
    uint32_t count = 1 + (items ? items->count : 0);

    for (int i = 0; i < DOCUMENT_LISTS; i++)
        if ((list = tree_get(document, kinds_list_name(document_lists[i]))))
            count += list->count;
    return count < PARTS_MOST ? count : PARTS_MOST;
}

static int compare_ids(const void *a, const void *b)
{
    return id_compare(((const struct element *)a)->id, ((const struct element *)b)->id);
}

/* Writes the path of the second part with this id; of the first one if the project has the id too. */
static void find_second(const struct tree *document, struct id twice, bool is_seen, char path[64])
{
    for (int i = 0; i <= DOCUMENT_LISTS; i++) {
        const char *name = i < DOCUMENT_LISTS ? kinds_list_name(document_lists[i]) : "items";
        const struct tree *list = tree_get(document, name);
        for (uint32_t j = 0; list && j < list->count; j++) {
            struct id id;
            if (!tree_id(&list->members[j].value, "id", &id) || !id_equal(id, twice))
                continue;
            snprintf(path, 64, "%s[%u].id", name, j);
            if (is_seen)
                return;
            is_seen = true;
        }
    }
}

static enum err refuse_twice(const struct document_reading *r, const struct tree *document, struct id twice)
{
    const bool is_taken = id_equal(twice, r->project) || id_equal(twice, elements_place_id(r->project));
    char id[ID_TEXT_SIZE], path[64] = "";

    find_second(document, twice, is_taken, path);
    fault_set(r->fault, ERR_BAD_REQUEST, "two parts of the project have the id %s", id_write(twice, id));
    return r->fault ? fault_field(r->fault, path) : ERR_BAD_REQUEST;
}

/* Sorts the parts after the project by id, as the store does. Refuses two parts with one id. */
static enum err order_parts(const struct document_reading *r, const struct tree *document)
{
    struct element *at = r->to->at + 1;
    const struct id taken[] = { r->project, elements_place_id(r->project) };

    qsort(at, r->to->count - 1, sizeof(*at), compare_ids);
    for (uint32_t i = 0; i + 1 < r->to->count; i++)
        if (id_equal(at[i].id, taken[0]) || id_equal(at[i].id, taken[1]) || (i > 0 && id_equal(at[i].id, at[i - 1].id)))
            return refuse_twice(r, document, at[i].id);
    return ERR_OK;
}

const struct element *document_part(const struct element_list *list, struct id id)
{
    const struct element wanted = { .id = id };

    if (list->count == 0 || id_equal(list->at[0].id, id))
        return list->count ? list->at : NULL;
    return bsearch(&wanted, list->at + 1, list->count - 1, sizeof(wanted), compare_ids);
}

/* The id that the project has in the document; zero: it has none. */
static struct id find_written(const struct tree *document)
{
    struct id id;

    return tree_id(tree_get(document, "project"), "id", &id) ? id : (struct id){ { 0 } };
}

bool document_is_draft(const struct tree *document)
{
    return id_equal(find_written(document), elements_draft_id);
}

bool document_has_id(const struct tree *document)
{
    return !id_is_zero(find_written(document)) && !document_is_draft(document);
}

/* Sets two ids of the project in `r`: its id in the document, and its id in this catalogue. */
static void read_ids(struct document_reading *r, const struct tree *document, const struct id *as)
{
    struct text text = tree_canonical(document, r->arena);

    r->written = find_written(document);
    if (id_is_zero(r->written))
        r->written = id_of_bytes(text.at, text.len);
    r->project = as ? *as : r->written;
}

enum err document_read(const struct tree *document, const struct id *as, const struct element_list *present,
                       struct arena *arena, struct id *project, struct element_list *to, struct fault *fault)
{
    struct document_reading r = { .arena = arena, .to = to, .fault = fault, .room = count_parts(document) };
    struct tree resolved = *document;
    enum err e = check_version(document, fault);

    to->count = 0;
    to->at = arena_array(arena, r.room, sizeof(*to->at));
    read_ids(&r, document, as);
    *project = r.project;
    if (e == ERR_OK)
        e = check_revision(document, fault);
    if (e == ERR_OK)
        e = check_revision_name(document, fault);
    if (e == ERR_OK)
        e = aliases_resolve(&resolved, r.project, present, arena, fault);
    document = &resolved;
    if (e == ERR_OK)
        e = read_project(&r, document);
    for (int i = 0; e == ERR_OK && i < DOCUMENT_LISTS; i++)
        e = read_list(&r, document, document_lists[i], kinds_list_name(document_lists[i]));
    if (e == ERR_OK)
        e = read_list(&r, document, ELEMENT_KIND_ITEM, "items");
    return e == ERR_OK ? order_parts(&r, document) : e;
}
