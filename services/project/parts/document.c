#include "services/project/parts/document.h"

#include <stdlib.h>
#include <string.h>

#include "services/project/parts/kinds.h"
#include "store/catalogue_facts.h"

const int32_t document_lists[] = { ELEMENT_KIND_TRACK, ELEMENT_KIND_SECTION, ELEMENT_KIND_CLIP,    ELEMENT_KIND_MIXER,
                                   ELEMENT_KIND_PADS,  ELEMENT_KIND_SOUND,   ELEMENT_KIND_PATTERN, ELEMENT_KIND_KIT,
                                   ELEMENT_KIND_LOOP,  ELEMENT_KIND_PRESET };

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
    if (list.count || kind < ELEMENT_KIND_KIT) /* saves of before there were kits and loops lack the lists */
        tree_set(to, arena, kinds_list_name(kind), list);
}

/* Moves the unknown keys of the document from the project's body back to `to`. If the body's value under that name is
 * not an object, it is a key of the project itself. */
static void restore_file_keys(struct arena *arena, struct tree *project, struct tree *to)
{
    const struct tree *more = tree_get(project, DOCUMENT_FILE_KEYS), *own;

    *to = (struct tree){ .type = TREE_OBJECT };
    if (!more || more->type != TREE_OBJECT)
        return;
    *to = tree_clone(more, arena); /* nulls too */
    own = tree_get(to, "project");
    if (own)
        tree_set(project, arena, DOCUMENT_FILE_KEYS, *own);
    else
        tree_remove(project, TEXT(DOCUMENT_FILE_KEYS));
}

/* If the body's value is not an object, it is the project's own key, and the new value replaces it. */
void document_set_own_file_keys(struct tree *body, struct arena *arena, const struct tree *own)
{
    const struct tree *was = tree_get(body, DOCUMENT_FILE_KEYS);
    struct tree keys = was && was->type == TREE_OBJECT ? tree_clone(was, arena) : (struct tree){ .type = TREE_OBJECT };

    if (own->type == TREE_NULL)
        tree_remove(&keys, TEXT("project"));
    else
        tree_set(&keys, arena, "project", *own);
    if (keys.count)
        tree_set(body, arena, DOCUMENT_FILE_KEYS, keys);
    else
        tree_remove(body, TEXT(DOCUMENT_FILE_KEYS));
}

void document_make(struct arena *arena, const struct element *project, const struct element_list *parts,
                   struct tree *to)
{
    struct tree body = read_body(project, arena);

    restore_file_keys(arena, &body, to);
    tree_set(to, arena, "schema_version", tree_of_text(TEXT("1.0")));
    tree_set(to, arena, "project", body);
    for (int i = 0; i < DOCUMENT_LISTS; i++)
        add_list(arena, parts, document_lists[i], to);
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

    tree_write(document, true, &buffer);
    return arena_take(arena, &buffer);
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

/* Without the availability: a save while a sound is away has the storage that a save beside it has. */
static struct tree storage_of(const struct item *item, struct arena *arena)
{
    struct tree storage = { .type = TREE_OBJECT };
    char path[PATH_MAX];
    uint32_t len = text_repair(path, sizeof(path), (struct text){ item->path.len, (const char *)item->path.at });

    tree_set(&storage, arena, "backend", tree_of_text(choice_text(&backend_table, item->backend)));
    tree_set(&storage, arena, "volume", tree_of_text(item->volume));
    if (len)
        tree_set(&storage, arena, "path", tree_of_text(arena_text(arena, (struct text){ len, path })));
    return storage;
}

static struct tree format_of(const struct media *media, struct arena *arena)
{
    struct tree format = { .type = TREE_OBJECT };

    tree_set(&format, arena, "kind", tree_of_text(choice_text(&kind_table, media->kind)));
    tree_set(&format, arena, "container", tree_of_text(media->container));
    tree_set(&format, arena, "sample_format", tree_of_text(media->sample_format));
    tree_set(&format, arena, "bit_depth", tree_of_whole((int64_t)media->bit_depth));
    tree_set(&format, arena, "sample_rate", tree_of_whole((int64_t)media->sample_rate));
    tree_set(&format, arena, "channels", tree_of_whole((int64_t)media->channels));
    tree_set(&format, arena, "frames", tree_of_whole(media->frames));
    return format;
}

/* Sets what the catalogue knows in an object of an item. Other keys stay: a URL in its storage, and its path while the
 * volume is away. */
static void set_known(struct tree *item, struct arena *arena, const char *name, struct tree known)
{
    const struct tree *was = tree_get(item, name);
    struct tree merged =
        was && was->type == TREE_OBJECT ? tree_clone(was, arena) : (struct tree){ .type = TREE_OBJECT };

    for (uint32_t i = 0; i < known.count; i++)
        tree_set_text(&merged, arena, known.members[i].name, known.members[i].value);
    tree_set(item, arena, name, merged);
}

/* What the file of the sound does not have. */
static void describe_history(const struct media *media, struct arena *arena, struct tree *to)
{
    tree_remove(to, TEXT("favourite"));
    if (media->favourite)
        tree_set(to, arena, "favourite", (struct tree){ .type = TREE_BOOL, .truth = true });
    tree_remove(to, TEXT("origin"));
    if (media->origin.value != ORIGIN_IMPORTED)
        tree_set(to, arena, "origin", tree_of_text(choice_text(&origin_table, media->origin)));
    if (media->has_first)
        tree_set(to, arena, "first", tree_of_whole(media->first));
    if (media->has_latency)
        tree_set(to, arena, "latency", tree_of_whole(media->latency));
}

static void describe_item(const struct item *item, struct arena *arena, struct tree *to)
{
    struct hash content;
    char hex[33];

    if (item->media.content.len == sizeof(content.b)) {
        memcpy(content.b, item->media.content.at, sizeof(content.b));
        tree_set(to, arena, "content", tree_of_text(arena_text(arena, text_of(hash_hex(content, 32, hex)))));
    }
    tree_set(to, arena, "name", tree_of_text(item->media.name));
    set_known(to, arena, "storage", storage_of(item, arena));
    set_known(to, arena, "format", format_of(&item->media, arena));
    tree_set(to, arena, "tags", tags_of(&item->media, arena));
    tree_set(to, arena, "facts", facts_of(item, arena));
    tree_remove(to, TEXT("notes"));
    if (item->media.notes.len)
        tree_set(to, arena, "notes", tree_of_text(item->media.notes));
    describe_history(&item->media, arena, to);
}

/* ---- keys of other programs ---- */

static const char *const item_keys[] = { "id",        "content", "name",  "storage", "format",    "tags", "facts",
                                         "lifecycle", "origin",  "first", "latency", "favourite", NULL };
static const char *const note_keys[] = { "copy", "copy_digest", "copy_size", "copy_time",
                                         NULL }; /* of a collected copy */
static const char *const storage_keys[] = { "backend", "availability", "volume", "path", NULL };
static const char *const format_keys[] = { "kind",        "container", "sample_format", "bit_depth",
                                           "sample_rate", "channels",  "frames",        NULL };

static bool is_one_of(const char *const *keys, struct text name)
{
    while (*keys && !text_is(name, *keys))
        keys++;
    return *keys != NULL;
}

static const char *const *keys_within(struct text name)
{
    return text_is(name, "storage") ? storage_keys : text_is(name, "format") ? format_keys : NULL;
}

static bool has_more_than(const struct tree *object, const char *const *keys)
{
    for (uint32_t i = 0; i < object->count; i++)
        if (!is_one_of(keys, object->members[i].name))
            return true;
    return false;
}

bool document_item_has_more(const struct tree *item)
{
    for (uint32_t i = 0; i < item->count; i++) {
        const struct tree_member *member = &item->members[i];
        const char *const *within = keys_within(member->name);
        if (within ? has_more_than(&member->value, within)
                   : !is_one_of(item_keys, member->name) && !is_one_of(note_keys, member->name))
            return true;
    }
    return false;
}

/* Sets the members of the last save whose names `keys` lists. The part itself has the current values of the others. */
static void set_saved(struct tree *to, struct arena *arena, const struct tree *saved, const char *const *keys)
{
    for (uint32_t i = 0; i < saved->count; i++) {
        const struct tree_member *member = &saved->members[i];
        const struct tree *was = tree_get_text(to, member->name);
        const char *const *within = keys_within(member->name);
        struct tree value = member->value;
        if (!is_one_of(keys, member->name))
            continue;
        if (within && was && was->type == TREE_OBJECT) {
            value = tree_clone(was, arena);
            set_saved(&value, arena, &member->value, within);
        }
        tree_set_text(to, arena, member->name, value);
    }
}

static struct tree kept_item(struct arena *arena, const struct element_list *parts, const struct tree *saved,
                             struct id id)
{
    const struct element *part = parts_in(parts, id);
    struct tree kept = { .type = TREE_OBJECT };

    if (part && part->kind.value == ELEMENT_KIND_ITEM) {
        kept = read_body(part, arena);
        if (saved)
            set_saved(&kept, arena, saved, item_keys);
    } else if (saved)
        kept = tree_clone(saved, arena);
    tree_set(&kept, arena, "id", tree_of_id(id, arena));
    return kept;
}

static bool is_final(const struct item *item)
{
    return item->media.lifecycle.value == LIFECYCLE_FINAL;
}

/* Adds the items of the project's file that no known part uses: a part of an unknown kind may use them. */
static void add_unused(struct arena *arena, const struct element_list *parts, const struct item_uses *uses,
                       struct tree *list)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct element *part = &parts->at[i];
        struct tree body;
        if (part->kind.value != ELEMENT_KIND_ITEM || uses_have(uses, part->id))
            continue;
        body = read_body(part, arena);
        if (tree_get(&body, "name") || tree_get(&body, "content") || document_item_has_more(&body))
            tree_add(list, arena, body);
    }
}

static int compare_items(const void *a, const void *b)
{
    struct id x = { 0 }, y = { 0 };

    (void)tree_id(&((const struct tree_member *)a)->value, "id", &x);
    (void)tree_id(&((const struct tree_member *)b)->value, "id", &y);
    return id_compare(x, y);
}

bool document_item(struct txn *txn, struct arena *arena, const struct element_list *parts,
                   const struct listed_items *saved, struct id id, bool is_draft, struct tree *one)
{
    struct item item;
    const bool is_known = catalogue_item(txn, arena, id, &item) == ERR_OK;

    if (is_known && !is_final(&item) && !is_draft)
        return false;
    *one = kept_item(arena, parts, listed_item(saved, id), id);
    if (is_known && !uses_is_unseen(&item))
        describe_item(&item, arena, one);
    tree_remove(one, TEXT("lifecycle"));
    if (is_known && !is_final(&item))
        tree_set(one, arena, "lifecycle", tree_of_text(choice_text(&lifecycle_table, item.media.lifecycle)));
    return true;
}

void document_put_items(struct arena *arena, const struct element_list *parts, const struct item_uses *uses,
                        struct tree list, struct tree *document)
{
    add_unused(arena, parts, uses, &list);
    if (list.count > 1)
        qsort(list.members, list.count, sizeof(*list.members), compare_items);
    tree_set(document, arena, "items", list);
}

void document_add_items(struct txn *txn, struct arena *arena, const struct element_list *parts, const struct tree *last,
                        bool is_draft, struct tree *document)
{
    const struct listed_items saved = listed_items_of(arena, last);
    struct tree list = { .type = TREE_LIST }, one;
    struct item_uses uses;

    uses_find(arena, parts, &uses);
    for (uint32_t i = 0; i < uses.count; i++)
        if (document_item(txn, arena, parts, &saved, uses.at[i].id, is_draft, &one))
            tree_add(&list, arena, one);
    document_put_items(arena, parts, &uses, list, document);
}
