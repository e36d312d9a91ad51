#include "services/project/parts/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/project/parts/aliases.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/listed_items.h"
#include "services/project/parts/sound_body.h"
#include "services/project/parts/uses.h"
#include "store/availability.h"
#include "store/catalogue.h"

#define FILE_KEYS "file_keys"

static const int32_t listed[] = { ELEMENT_KIND_TRACK, ELEMENT_KIND_SECTION, ELEMENT_KIND_CLIP,   ELEMENT_KIND_MIXER,
                                  ELEMENT_KIND_PADS,  ELEMENT_KIND_SOUND,   ELEMENT_KIND_PATTERN };
enum { LISTED = sizeof(listed) / sizeof(*listed) };

/* ---- making ---- */

static struct tree read_body(const struct element *element, struct arena *arena)
{
    struct tree body;

    if (tree_read(element->body, arena, &body, NULL) != ERR_OK || body.type != TREE_OBJECT)
        body = (struct tree){ .type = TREE_OBJECT };
    tree_set(&body, arena, "id", tree_of_id(element->id, arena));
    return body;
}

static void add_list(struct arena *arena, const struct element_list *parts, int32_t kind, struct tree *to)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->at[i].kind.value == kind)
            tree_add(&list, arena, read_body(&parts->at[i], arena));
    tree_set(to, arena, kinds_list_name(kind), list);
}

void document_make(struct arena *arena, const struct element *project, const struct element_list *parts,
                   struct tree *to)
{
    struct tree body = read_body(project, arena);
    const struct tree *more = tree_get(&body, FILE_KEYS);

    *to = (struct tree){ .type = TREE_OBJECT };
    if (more && more->type == TREE_OBJECT)
        *to = tree_clone(more, arena); /* nulls too */
    tree_remove(&body, TEXT(FILE_KEYS));
    tree_set(to, arena, "schema_version", tree_of_text(TEXT("1.0")));
    tree_set(to, arena, "project", body);
    for (int i = 0; i < LISTED; i++)
        add_list(arena, parts, listed[i], to);
}

struct text document_hash(const struct tree *document, struct arena *arena)
{
    struct text text = tree_canonical(document, arena);
    char hex[33];

    return arena_text(arena, text_of(hash_hex(hash_of(text.at, text.len), 32, hex)));
}

struct text document_file(const struct tree *document, struct arena *arena)
{
    struct buffer buffer = { 0 };
    struct text text;

    tree_write(document, true, &buffer);
    text = arena_text(arena, (struct text){ (uint32_t)buffer.len, (const char *)buffer.at });
    buffer_free(&buffer);
    return text;
}

/* ---- items ---- */

static struct tree tags_of(const struct media *media, struct arena *arena)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < media->tags.count; i++)
        tree_add(&list, arena, tree_of_text(media->tags.at[i]));
    return list;
}

static struct tree facts_of(const struct item *item, struct arena *arena)
{
    struct tree facts = { .type = TREE_OBJECT };

    for (uint32_t i = 0; i < item->facts.count; i++) {
        const struct fact *fact = &item->facts.at[i];
        struct tree one = { .type = TREE_OBJECT };
        if (!fact->has_number && !fact->has_text)
            continue;
        tree_set(&one, arena, "value", fact->has_number ? tree_of_real(fact->number) : tree_of_text(fact->text));
        tree_set(&one, arena, "source", tree_of_text(text_of(choice_word(&source_table, fact->source.value))));
        tree_set(&one, arena, "confidence", tree_of_real(fact->confidence));
        tree_set_text(&facts, arena, fact->attribute, one);
    }
    return facts;
}

static struct text word_of(const struct choice_table *table, struct choice choice)
{
    return choice.value ? text_of(choice_word(table, choice.value)) : choice.word;
}

static struct tree storage_of(const struct item *item, struct arena *arena)
{
    struct tree storage = { .type = TREE_OBJECT };
    char path[PATH_MAX];
    uint32_t len = text_repair(path, sizeof(path), (struct text){ item->path.len, (const char *)item->path.at });

    tree_set(&storage, arena, "backend", tree_of_text(word_of(&backend_table, item->backend)));
    tree_set(&storage, arena, "availability", tree_of_text(word_of(&item_state_table, item->media.availability)));
    tree_set(&storage, arena, "volume", tree_of_text(item->volume));
    if (len)
        tree_set(&storage, arena, "path", tree_of_text(arena_text(arena, (struct text){ len, path })));
    return storage;
}

static struct tree format_of(const struct media *media, struct arena *arena)
{
    struct tree format = { .type = TREE_OBJECT };

    tree_set(&format, arena, "kind", tree_of_text(word_of(&kind_table, media->kind)));
    tree_set(&format, arena, "container", tree_of_text(media->container));
    tree_set(&format, arena, "sample_format", tree_of_text(media->sample_format));
    tree_set(&format, arena, "bit_depth", tree_of_whole((int64_t)media->bit_depth));
    tree_set(&format, arena, "sample_rate", tree_of_whole((int64_t)media->sample_rate));
    tree_set(&format, arena, "channels", tree_of_whole((int64_t)media->channels));
    tree_set(&format, arena, "frames", tree_of_whole(media->frames));
    return format;
}

/* Puts what the catalogue knows over what was kept; the path stays if the volume is away. */
static void describe_item(const struct item *item, struct arena *arena, struct tree *to)
{
    const struct tree *was = tree_get(to, "storage");
    struct tree storage = storage_of(item, arena);
    struct text path = tree_text(was, "path");
    struct hash content;
    char hex[33];

    if (item->media.content.len == sizeof(content.b)) {
        memcpy(content.b, item->media.content.at, sizeof(content.b));
        tree_set(to, arena, "content", tree_of_text(arena_text(arena, text_of(hash_hex(content, 32, hex)))));
    }
    if (!tree_get(&storage, "path") && path.len)
        tree_set(&storage, arena, "path", tree_of_text(path));
    tree_set(to, arena, "name", tree_of_text(item->media.name));
    tree_set(to, arena, "storage", storage);
    tree_set(to, arena, "format", format_of(&item->media, arena));
    tree_set(to, arena, "tags", tags_of(&item->media, arena));
    tree_set(to, arena, "facts", facts_of(item, arena));
}

static struct tree kept_item(struct arena *arena, const struct element_list *parts, const struct tree *saved,
                             struct id id)
{
    struct tree kept = { .type = TREE_OBJECT };

    const struct element *part = parts_in(parts, id);
    if (part && part->kind.value == ELEMENT_KIND_ITEM)
        kept = read_body(part, arena);
    for (uint32_t i = 0; saved && i < saved->count; i++)
        tree_set_text(&kept, arena, saved->members[i].name, saved->members[i].value);
    tree_set(&kept, arena, "id", tree_of_id(id, arena));
    return kept;
}

/* The catalogue has it from a project's file, which says more. */
static bool is_unseen(const struct item *item)
{
    return item->media.origin.value == ORIGIN_EXTERNAL && item->media.analysis.value == ANALYSIS_STATE_NONE &&
           availability_kept((enum item_state)item->media.availability.value) == ITEM_STATE_MISSING;
}

static bool is_final(const struct item *item)
{
    return item->media.lifecycle.value == LIFECYCLE_FINAL;
}

bool document_lacks_item(struct txn *txn, struct arena *arena, const struct element_list *parts,
                         const struct tree *document)
{
    const struct listed_items items = listed_items_of(arena, document);
    struct item_uses uses;
    struct item item;

    uses_find(arena, parts, &uses);
    if (items.count == uses.count)
        return false;
    for (uint32_t i = 0; i < uses.count; i++)
        if (!listed_item(&items, uses.at[i].id) && catalogue_item(txn, arena, uses.at[i].id, &item) == ERR_OK &&
            is_final(&item))
            return true;
    return false;
}

void document_add_items(struct txn *txn, struct arena *arena, const struct element_list *parts, const struct tree *last,
                        bool is_draft, struct tree *document)
{
    const struct listed_items saved = listed_items_of(arena, last);
    struct tree list = { .type = TREE_LIST };
    struct item_uses uses;
    struct item item;

    uses_find(arena, parts, &uses);
    for (uint32_t i = 0; i < uses.count; i++) {
        struct tree one = kept_item(arena, parts, listed_item(&saved, uses.at[i].id), uses.at[i].id);
        bool is_known = catalogue_item(txn, arena, uses.at[i].id, &item) == ERR_OK;
        if (is_known && !is_final(&item) && !is_draft)
            continue;
        if (is_known && !is_unseen(&item))
            describe_item(&item, arena, &one);
        tree_remove(&one, TEXT("lifecycle"));
        if (is_known && !is_final(&item))
            tree_set(&one, arena, "lifecycle", tree_of_text(word_of(&lifecycle_table, item.media.lifecycle)));
        tree_add(&list, arena, one);
    }
    tree_set(document, arena, "items", list);
}

/* ---- reading ---- */

struct document_reading {
    struct arena *arena;
    struct id project;
    struct id written; /* the project's id in the document */
    struct element_list *to;
    uint32_t room;
    struct fault *fault;
};

static enum err check_version(const struct tree *document, struct fault *fault)
{
    struct text version = tree_text(document, "schema_version");

    if (document->type != TREE_OBJECT || version.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "it is no project: it has no schema_version");
    if (version.len >= 2 && memcmp(version.at, "1.", 2) == 0)
        return ERR_OK;
    return fault_set(fault, ERR_VERSION, "its schema_version is %.40s: this program reads 1.x", version.at);
}

static enum err add_part(struct document_reading *r, int32_t kind, const struct tree *from, struct id id)
{
    struct tree body = tree_clone(from, r->arena);
    enum err e;

    if (r->to->count == r->room)
        return fault_set(r->fault, ERR_TOO_LARGE, "the project has more than %d parts and items", PARTS_MOST);
    tree_remove(&body, TEXT("id"));
    e = kinds_check(kind, &body, r->arena, r->fault);
    if (e != ERR_OK)
        return e;
    r->to->at[r->to->count++] = (struct element){
        .id = id, .project = r->project, .kind = parts_kind(kind), .body = tree_canonical(&body, r->arena)
    };
    return ERR_OK;
}

static enum err refuse_part(struct document_reading *r, int32_t kind, uint32_t i, enum err e)
{
    const char *name = kind == ELEMENT_KIND_ITEM ? "items" : kinds_list_name(kind);
    char field[64];

    if (e == ERR_OK || !r->fault)
        return e;
    snprintf(field, sizeof(field), "%s[%u].%.30s", name, i, r->fault->field);
    return fault_field(r->fault, field);
}

/* The same for the same document. */
static struct id make_id(struct arena *arena, const char *name, uint32_t i, const struct tree *part)
{
    struct text text = tree_canonical(part, arena);

    text = arena_printf(arena, "%s %u %.*s", name, i, TEXT_ARG(text));
    return id_of_bytes(text.at, text.len);
}

static enum err read_list(struct document_reading *r, const struct tree *document, int32_t kind, const char *name)
{
    const struct tree *list = tree_get(document, name);
    enum err e = ERR_OK;

    if (list && list->type != TREE_LIST)
        return fault_set(r->fault, ERR_BAD_REQUEST, "%s is not a list", name);
    for (uint32_t i = 0; e == ERR_OK && list && i < list->count; i++) {
        const struct tree *part = &list->members[i].value;
        struct id id;
        if (part->type != TREE_OBJECT)
            e = fault_set(r->fault, ERR_BAD_REQUEST, "%s[%u] is not an object", name, i);
        else if (!tree_id(part, "id", &id) || id_is_zero(id))
            id = make_id(r->arena, name, i, part);
        if (e == ERR_OK && id_equal(id, sound_body_id(r->written)))
            id = sound_body_id(r->project); /* also in a copy */
        if (e == ERR_OK)
            e = refuse_part(r, kind, i, add_part(r, kind, part, id));
    }
    return e;
}

static bool is_known_key(struct text name)
{
    static const char *const known[] = { "schema_version", "project", "revision", "items" };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (text_is(name, known[i]))
            return true;
    for (int i = 0; i < LISTED; i++)
        if (text_is(name, kinds_list_name(listed[i])))
            return true;
    return false;
}

static struct tree unknown_keys(const struct tree *document, struct arena *arena)
{
    struct tree more = { .type = TREE_OBJECT };

    for (uint32_t i = 0; i < document->count; i++)
        if (!is_known_key(document->members[i].name))
            tree_set_text(&more, arena, document->members[i].name, document->members[i].value);
    return more;
}

static enum err read_project(struct document_reading *r, const struct tree *document)
{
    const struct tree *project = tree_get(document, "project");
    struct tree more = unknown_keys(document, r->arena), body;

    if (!project || project->type != TREE_OBJECT)
        return fault_set(r->fault, ERR_BAD_REQUEST, "it has no project");
    body = tree_clone(project, r->arena);
    if (more.count)
        tree_set(&body, r->arena, FILE_KEYS, more);
    return add_part(r, ELEMENT_KIND_PROJECT, &body, r->project);
}

static uint32_t count_parts(const struct tree *document)
{
    const struct tree *items = tree_get(document, "items"), *list;
    uint32_t count = 1 + (items ? items->count : 0);

    for (int i = 0; i < LISTED; i++)
        if ((list = tree_get(document, kinds_list_name(listed[i]))))
            count += list->count;
    return count < PARTS_MOST ? count : PARTS_MOST;
}

static int compare_ids(const void *a, const void *b)
{
    return id_compare(((const struct element *)a)->id, ((const struct element *)b)->id);
}

/* Brings the parts after the project into the order of the store. Each has an id of its own. */
static enum err order_parts(const struct document_reading *r)
{
    struct element *at = r->to->at + 1;
    const struct id taken[] = { r->project, elements_place_id(r->project) };
    char id[ID_TEXT_SIZE];

    qsort(at, r->to->count - 1, sizeof(*at), compare_ids);
    for (uint32_t i = 0; i + 1 < r->to->count; i++)
        if (id_equal(at[i].id, taken[0]) || id_equal(at[i].id, taken[1]) || (i > 0 && id_equal(at[i].id, at[i - 1].id)))
            return fault_set(r->fault, ERR_BAD_REQUEST, "two parts of the project have the id %s",
                             id_write(at[i].id, id));
    return ERR_OK;
}

const struct element *document_part(const struct element_list *list, struct id id)
{
    const struct element wanted = { .id = id };

    if (list->count == 0 || id_equal(list->at[0].id, id))
        return list->count ? list->at : NULL;
    return bsearch(&wanted, list->at + 1, list->count - 1, sizeof(wanted), compare_ids);
}

enum err document_read(const struct tree *document, const struct id *as, struct arena *arena, struct id *project,
                       struct element_list *to, struct fault *fault)
{
    struct document_reading r = { .arena = arena, .to = to, .fault = fault };
    struct text text = tree_canonical(document, arena);
    struct tree resolved = *document;
    enum err e = check_version(document, fault);

    to->count = 0;
    r.room = count_parts(document);
    to->at = arena_array(arena, r.room, sizeof(*to->at));
    if (!tree_id(tree_get(document, "project"), "id", project) || id_is_zero(*project))
        *project = id_of_bytes(text.at, text.len);
    r.written = *project;
    if (as)
        *project = *as;
    r.project = *project;
    if (e == ERR_OK)
        e = aliases_resolve(&resolved, *project, arena, fault);
    document = &resolved;
    if (e == ERR_OK)
        e = read_project(&r, document);
    for (int i = 0; e == ERR_OK && i < LISTED; i++)
        e = read_list(&r, document, listed[i], kinds_list_name(listed[i]));
    if (e == ERR_OK)
        e = read_list(&r, document, ELEMENT_KIND_ITEM, "items");
    return e == ERR_OK ? order_parts(&r) : e;
}
