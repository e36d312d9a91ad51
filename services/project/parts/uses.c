#include "services/project/parts/uses.h"

#include <stdlib.h>
#include <string.h>

#include "store/catalogue.h"

/* ---- finding ---- */

static void add_use(struct arena *arena, struct item_uses *to, struct id id)
{
    to->at = arena_grow(arena, to->at, to->count, &to->room, sizeof(*to->at));
    to->at[to->count++] = (struct item_use){ .id = id };
}

/* What sounds has ids alone, as audio's asks have. */
static bool names_item(struct text name, int32_t kind)
{
    return (kind == ELEMENT_KIND_SOUND && text_is(name, "id")) || text_is(name, "item") || text_is(name, "media_id");
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
        bool may_use = part->kind.value != ELEMENT_KIND_ITEM && part->kind.value != ELEMENT_KIND_PLACE;
        if (!may_use || tree_read(part->body, arena, &body, NULL) != ERR_OK)
            continue;
        find_in(&body, part->kind.value, arena, to);
        if (part->kind.value == ELEMENT_KIND_SLOT)
            find_in_slot(&body, arena, to);
    }
    sort_uses(to);
}

/* ---- resolving ---- */

struct content_match {
    struct id found;
};

static bool take_first(void *state, struct id media)
{
    ((struct content_match *)state)->found = media;
    return false;
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

static struct id join_by_content(struct txn *txn, struct arena *arena, const struct element_list *parts, struct id id)
{
    const struct element *part = parts_in(parts, id);
    struct content_match joining = { 0 };
    struct tree body;
    uint8_t content[16];

    if (part && part->kind.value == ELEMENT_KIND_ITEM && tree_read(part->body, arena, &body, NULL) == ERR_OK &&
        uses_read_content(tree_text(&body, "content"), content))
        (void)catalogue_each_with_content(txn, bytes_of(content, sizeof(content)), take_first, &joining);
    return joining.found;
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

void uses_resolve(struct txn *txn, struct arena *arena, const struct element_list *parts, struct item_uses *uses)
{
    struct item item;

    for (uint32_t i = 0; i < uses->count; i++) {
        struct item_use *use = &uses->at[i];
        use->resolved = use->id;
        use->state = USE_MISSING;
        if (catalogue_item(txn, arena, use->id, &item) != ERR_OK) {
            use->resolved = join_by_content(txn, arena, parts, use->id);
            if (id_is_zero(use->resolved) || catalogue_item(txn, arena, use->resolved, &item) != ERR_OK)
                continue;
        }
        use->known = true;
        use->state = state_of(&item);
    }
}
