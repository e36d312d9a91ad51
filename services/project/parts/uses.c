#include "services/project/parts/uses.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/quoted_json.h"
#include "store/availability.h"
#include "store/catalogue_facts.h"

/* ---- finding ---- */

/* A layer of a kit that names a preset has no item: an id of zeros. */
static void add_use(struct arena *arena, struct item_uses *to, struct id id)
{
    if (id_is_zero(id))
        return;
    to->at = arena_grow(arena, to->at, to->count, &to->room, sizeof(*to->at));
    to->at[to->count++] = (struct item_use){ .id = id };
}

/* True if a key of this name contains the id of an item. A part of kind sound also has it as `id`, like the asks of
 * audio, a kit as `media`, and a loop as `source_video_id`. */
static bool names_item(struct text name, int32_t kind)
{
    return (kind == ELEMENT_KIND_SOUND && text_is(name, "id")) ||
           (kind == ELEMENT_KIND_KIT && text_is(name, "media")) ||
           (kind == ELEMENT_KIND_LOOP && text_is(name, "source_video_id")) || text_is(name, "item") ||
           text_is(name, "media_id");
}

static void find_in(const struct tree *tree, int32_t kind, struct arena *arena, struct item_uses *to)
{
    struct id id;

    for (uint32_t i = 0; i < tree->count; i++) {
        const struct tree_member *member = &tree->members[i];
        if (member->value.type == TREE_TEXT && names_item(member->name, kind) && id_read(member->value.text, &id))
            add_use(arena, to, id);
        else
            find_in(&member->value, kind, arena, to);
    }
}

/* A slot has the text of a pattern's file. One without media items is not read. */
static void find_in_slot(const struct tree *body, struct arena *arena, struct item_uses *to)
{
    const struct text file = tree_text(body, "file");
    struct tree pattern;

    if (memmem(file.at, file.len, "media_id", strlen("media_id")) && tree_read(file, arena, &pattern, NULL) == ERR_OK)
        find_in(&pattern, ELEMENT_KIND_SLOT, arena, to);
}

/* A music context may be a text of an object. */
static void find_in_loop(const struct tree *body, struct arena *arena, struct item_uses *to)
{
    const struct tree *context = tree_get(body, "music_context");
    struct tree object;

    if (context && context->type == TREE_TEXT && quoted_json_object(context, arena, &object))
        find_in(&object, ELEMENT_KIND_LOOP, arena, to);
}

static bool has_word(struct text body, const char *word)
{
    return memmem(body.at, body.len, word, strlen(word)) != NULL;
}

/* Most parts name no item, and a project may have 10,000 of them: these are not parsed. */
static bool may_use_items(const struct element *part)
{
    const int32_t kind = part->kind.value;

    return kind != ELEMENT_KIND_ITEM && kind != ELEMENT_KIND_PLACE &&
           (kind == ELEMENT_KIND_SOUND || kind == ELEMENT_KIND_KIT || kind == ELEMENT_KIND_LOOP ||
            has_word(part->body, "item") || has_word(part->body, "media_id"));
}

static int compare_uses(const void *a, const void *b)
{
    return id_compare(((const struct item_use *)a)->id, ((const struct item_use *)b)->id);
}

static void sort_uses(struct item_uses *uses)
{
    uint32_t kept = 0;

    if (uses->count > 1)
        qsort(uses->at, uses->count, sizeof(*uses->at), compare_uses);
    for (uint32_t i = 0; i < uses->count; i++)
        if (kept == 0 || !id_equal(uses->at[kept - 1].id, uses->at[i].id))
            uses->at[kept++] = uses->at[i];
    uses->count = kept;
}

void uses_find(struct arena *arena, const struct element_list *parts, struct item_uses *to)
{
    struct tree body;

    *to = (struct item_uses){ 0 };
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct element *part = &parts->at[i];
        if (!may_use_items(part) || tree_read(part->body, arena, &body, NULL) != ERR_OK)
            continue;
        find_in(&body, part->kind.value, arena, to);
        if (part->kind.value == ELEMENT_KIND_SLOT)
            find_in_slot(&body, arena, to);
        if (part->kind.value == ELEMENT_KIND_LOOP)
            find_in_loop(&body, arena, to);
    }
    sort_uses(to);
}

void uses_find_listed(struct arena *arena, const struct element_list *parts, struct item_uses *to)
{
    uses_find(arena, parts, to);
    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->at[i].kind.value == ELEMENT_KIND_ITEM)
            add_use(arena, to, parts->at[i].id);
    sort_uses(to);
}

bool uses_have(const struct item_uses *uses, struct id id)
{
    const struct item_use wanted = { .id = id };

    return uses->count && bsearch(&wanted, uses->at, uses->count, sizeof(wanted), compare_uses);
}

/* ---- resolving ---- */

enum { ALIKE_MOST = 16, CONTENT_BYTES = 16 };

struct content_match {
    struct id found[ALIKE_MOST];
    uint32_t count;
};

static bool take_alike(void *state, struct id media)
{
    struct content_match *match = state;

    match->found[match->count++] = media;
    return match->count < ALIKE_MOST;
}

bool uses_is_unseen(const struct item *item)
{
    return item->media.lifecycle.value == LIFECYCLE_FINAL && item->media.size == 0 &&
           item->media.analysis.value == ANALYSIS_STATE_NONE &&
           availability_kept((enum item_state)item->media.availability.value) == ITEM_STATE_MISSING;
}

bool uses_read_content(struct text hex, uint8_t to[16])
{
    char pair[3] = "";

    if (hex.len != 32 || strspn(hex.at, "0123456789abcdef") < 32)
        return false;
    for (int i = 0; i < 16; i++) {
        memcpy(pair, hex.at + 2 * i, 2);
        to[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

static bool read_kept_content(const struct element_list *parts, struct arena *arena, struct id id, uint8_t to[16])
{
    const struct element *part = parts_in(parts, id);
    struct tree body;

    return part && part->kind.value == ELEMENT_KIND_ITEM && tree_read(part->body, arena, &body, NULL) == ERR_OK &&
           uses_read_content(tree_text(&body, "content"), to);
}

static enum use_state state_of(const struct item *item)
{
    switch (item->media.availability.value) {
    case ITEM_STATE_MISSING:
        return USE_MISSING;
    case ITEM_STATE_LOCAL:
    case ITEM_STATE_EXTERNAL_ONLINE:
        return item->path.len ? USE_HERE : USE_OFFLINE;
    default:
        return USE_OFFLINE;
    }
}

/* Finds another item with this content for the use: the first one whose file is here, else the first of all. */
static void join_by_content(struct txn *txn, struct arena *arena, struct bytes content, struct item_use *use)
{
    struct content_match match = { .count = 0 };
    struct item item;

    (void)catalogue_each_with_content(txn, content, take_alike, &match);
    for (uint32_t i = 0; i < match.count && use->state != USE_HERE; i++) {
        if (catalogue_item(txn, arena, match.found[i], &item) != ERR_OK || (use->known && state_of(&item) != USE_HERE))
            continue;
        *use = (struct item_use){ .id = use->id, .resolved = match.found[i], .known = true, .state = state_of(&item) };
    }
}

void uses_resolve_one(struct txn *txn, struct arena *arena, struct bytes content, struct item_use *use)
{
    struct item item;

    use->resolved = use->id;
    use->state = USE_MISSING;
    use->known = catalogue_item(txn, arena, use->id, &item) == ERR_OK;
    if (use->known)
        use->state = state_of(&item);
    if (use->known && uses_is_unseen(&item) && item.media.content.len == CONTENT_BYTES)
        join_by_content(txn, arena, item.media.content, use);
    else if (!use->known && content.len == CONTENT_BYTES)
        join_by_content(txn, arena, content, use);
}

void uses_resolve(struct txn *txn, struct arena *arena, const struct element_list *parts, struct item_uses *uses)
{
    uint8_t content[CONTENT_BYTES];

    for (uint32_t i = 0; i < uses->count; i++) {
        struct item_use *use = &uses->at[i];
        uses_resolve_one(txn, arena, (struct bytes){ 0 }, use);
        if (!use->known && read_kept_content(parts, arena, use->id, content))
            join_by_content(txn, arena, bytes_of(content, sizeof(content)), use);
    }
}

void uses_resolve_in(struct txn *txn, struct arena *arena, struct id project, struct item_use *use)
{
    struct bytes bytes = { 0 };
    uint8_t content[CONTENT_BYTES];
    struct element part;
    struct tree body;

    if (parts_one(txn, arena, project, use->id, &part, NULL) == ERR_OK && part.kind.value == ELEMENT_KIND_ITEM &&
        tree_read(part.body, arena, &body, NULL) == ERR_OK && uses_read_content(tree_text(&body, "content"), content))
        bytes = bytes_of(content, sizeof(content));
    uses_resolve_one(txn, arena, bytes, use);
}

struct id uses_own_id(const struct item_uses *uses, struct id given)
{
    if (id_is_zero(given) || uses_have(uses, given))
        return given;
    for (uint32_t i = 0; i < uses->count; i++)
        if (id_equal(uses->at[i].resolved, given))
            return uses->at[i].id;
    return given;
}
