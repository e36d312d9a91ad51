#include "services/project/loop/region_find.h"

#include <string.h>

#include "common/hash.h"
#include "services/project/parts/action.h"
#include "store/catalogue.h"

enum { REGION_PADS_MOST = 118 /* of 128 pads, as in the schema */ };

/* ---- the armed clip ---- */

static struct id armed_id(struct id project)
{
    uint8_t bytes[48] = "armed clip";

    memcpy(bytes + 32, project.b, sizeof(project.b));
    return id_of_bytes(bytes, sizeof(bytes));
}

struct armed {
    struct id clip;
    struct region_pads pads;
};

static void read_pads(const struct tree *body, struct region_pads *to)
{
    const double first = tree_real(body, "pads", -1);

    to->are_set = first >= 0 && first <= REGION_PADS_MOST;
    to->first = to->are_set ? (uint64_t)first : 0;
}

static bool read_armed(struct txn *txn, struct arena *arena, struct id project, struct armed *to)
{
    struct element row;
    struct tree body;

    *to = (struct armed){ 0 };
    if (elements_get(txn, arena, parts_kind(ELEMENT_KIND_WORKSPACE), project, armed_id(project), &row) != ERR_OK ||
        tree_read(row.body, arena, &body, NULL) != ERR_OK)
        return false;
    read_pads(&body, &to->pads);
    return tree_id(&body, "clip", &to->clip);
}

struct action region_arm(struct arena *arena, struct id project, const struct region_clip *clip)
{
    struct tree body = { .type = TREE_OBJECT };
    struct action action;

    tree_set(&body, arena, "clip", tree_of_id(clip->row.id, arena));
    if (clip->pads.are_set)
        tree_set(&body, arena, "pads", tree_of_whole((int64_t)clip->pads.first));
    action = action_put(ELEMENT_KIND_WORKSPACE, project, armed_id(project), tree_canonical(&body, arena), 0);
    action.element.has_expect = false;
    return action_without_step(action);
}

/* ---- clips ---- */

struct clip_search {
    struct arena *arena;
    struct text name;
    struct id id;
    bool has_id, is_found;
    struct element found;
};

static bool match_clip(void *state, const struct element *part)
{
    struct clip_search *search = state;
    struct tree body;

    if (part->kind.value != ELEMENT_KIND_CLIP)
        return true;
    if (search->has_id ? !id_equal(part->id, search->id)
                       : tree_read(part->body, search->arena, &body, NULL) != ERR_OK ||
                             !text_equal(tree_text(&body, "name"), search->name))
        return true;
    search->found = *part;
    search->is_found = true;
    return false;
}

static enum err find_clip(struct work *work, struct txn *txn, struct text clip, struct element *to, struct fault *fault)
{
    struct clip_search search = { .arena = &work->arena, .name = clip };

    struct armed armed = { 0 };

    search.has_id = clip.len ? id_read(clip, &search.id) : read_armed(txn, &work->arena, work->id, &armed);
    if (!clip.len)
        search.id = armed.clip;
    if (clip.len || search.has_id)
        (void)elements_each_part(txn, &work->arena, work->id, match_clip, &search);
    *to = search.found;
    if (search.is_found)
        return ERR_OK;
    if (clip.len)
        fault_set(fault, ERR_NOT_FOUND, "the project has no clip \"%.*s\"", TEXT_ARG(clip));
    else
        fault_set(fault, ERR_NOT_FOUND, "the keys of no clip are armed");
    fault_hint(fault,
               clip.len ? "`loophole project show` lists the clips" : "name a clip: loophole region play KEY CLIP");
    return fault ? fault_field(fault, "clip") : ERR_NOT_FOUND;
}

/* The regions in frames of the item's sound. */
static void scale_regions(struct txn *txn, struct arena *arena, struct region_clip *clip)
{
    struct media media;

    if (clip->has_item && catalogue_media(txn, arena, clip->use.resolved, &media) == ERR_OK)
        region_body_scale(&clip->body, arena, (double)media.sample_rate);
}

static enum err read_clip(struct work *work, struct txn *txn, struct region_clip *to, struct fault *fault)
{
    struct armed armed;
    enum err e = tree_read(to->row.body, &work->arena, &to->body, fault);
    if (e != ERR_OK)
        return e;
    to->warning = (struct text){ 0 };
    to->has_item = tree_id(&to->body, "item", &to->item);
    to->use = (struct item_use){ .id = to->item };
    if (to->has_item)
        uses_resolve_in(txn, &work->arena, work->id, &to->use);
    to->is_armed = read_armed(txn, &work->arena, work->id, &armed) && id_equal(armed.clip, to->row.id);
    to->pads = armed.pads;
    scale_regions(txn, &work->arena, to);
    region_body_read(&to->body, &work->arena, to->at, &to->warning);
    return ERR_OK;
}

enum err region_find(struct work *work, struct txn *txn, struct text clip, struct region_clip *to, struct fault *fault)
{
    enum err e = find_clip(work, txn, clip, &to->row, fault);

    return e == ERR_OK ? read_clip(work, txn, to, fault) : e;
}

void region_find_armed(struct work *work, struct txn *txn, struct region_clip *to)
{
    struct fault unused = { 0 };
    struct armed armed;

    *to = (struct region_clip){ 0 };
    if (region_find(work, txn, (struct text){ 0 }, to, &unused) == ERR_OK)
        return;
    *to = (struct region_clip){ .is_armed = read_armed(txn, &work->arena, work->id, &armed), .pads = armed.pads };
}

/* ---- clips of an item ---- */

enum { ITEMS_MOST = 8 };

struct item_search {
    struct work *work;
    struct txn *txn;
    struct id items[ITEMS_MOST]; /* the item, and those that the project has of its content */
    uint32_t count;
    char content[33]; /* in hex */
    bool is_found;
    struct region_clip *found;
};

static bool gather_item(void *state, const struct element *part)
{
    struct item_search *search = state;

    if (part->kind.value == ELEMENT_KIND_ITEM && memmem(part->body.at, part->body.len, search->content, 32))
        search->items[search->count++] = part->id;
    return search->count < ITEMS_MOST;
}

static void gather_items(struct item_search *search)
{
    struct media media;
    struct hash hash;

    if (catalogue_media(search->txn, &search->work->arena, search->items[0], &media) != ERR_OK ||
        media.content.len != sizeof(hash.b))
        return;
    memcpy(hash.b, media.content.at, sizeof(hash.b));
    (void)hash_hex(hash, 2 * sizeof(hash.b), search->content);
    (void)elements_each_part(search->txn, &search->work->arena, search->work->id, gather_item, search);
}

static bool has_regions(const struct region_clip *clip)
{
    for (uint32_t i = 0; i < REGION_KEYS; i++)
        if (clip->at[i].key)
            return true;
    return false;
}

/* Called for each voice that begins: a body without one of the ids is not read. */
static bool names_item(const struct item_search *search, const struct element *part)
{
    char item[ID_TEXT_SIZE];

    for (uint32_t i = 0; i < search->count; i++)
        if (memmem(part->body.at, part->body.len, id_write(search->items[i], item), ID_TEXT_SIZE - 1))
            return true;
    return false;
}

static bool match_item(void *state, const struct element *part)
{
    struct item_search *search = state;
    struct region_clip clip = { .row = *part };

    if (part->kind.value != ELEMENT_KIND_CLIP || !names_item(search, part) ||
        read_clip(search->work, search->txn, &clip, NULL) != ERR_OK || !clip.has_item ||
        (!id_equal(clip.item, search->items[0]) && !id_equal(clip.use.resolved, search->items[0])))
        return true;
    if (!search->is_found || clip.is_armed || (has_regions(&clip) && !has_regions(search->found)))
        *search->found = clip;
    search->is_found = true;
    return !search->found->is_armed;
}

enum err region_find_of(struct work *work, struct txn *txn, struct id item, struct region_clip *to, struct fault *fault)
{
    struct item_search search = { .work = work, .txn = txn, .items = { item }, .count = 1, .found = to };

    gather_items(&search);
    (void)elements_each_part(txn, &work->arena, work->id, match_item, &search);
    return search.is_found ? ERR_OK : fault_set(fault, ERR_NOT_FOUND, "the project has no clip of this item");
}

/* ---- keys ---- */

enum err region_check_key(uint64_t key, struct fault *fault)
{
    if (region_digit(key) >= 0)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST,
              "key %llu is no number key: expected 48 to 57 (the digit row) or 1073741913 to 1073741922 (the keypad)",
              (unsigned long long)key);
    return fault ? fault_field(fault, "key") : ERR_BAD_REQUEST;
}

enum err region_find_key(const struct region_clip *clip, uint64_t key, uint32_t *place, struct fault *fault)
{
    enum err e = region_check_key(key, fault);

    if (e != ERR_OK)
        return e;
    *place = region_place(region_digit(key));
    if (clip->at[*place].key)
        return ERR_OK;
    fault_set(fault, ERR_NOT_FOUND, "key %d of the clip has no region", region_digit(key));
    fault_hint(fault, "`loophole region save CLIP %d START END` gives it one", region_digit(key));
    return fault ? fault_field(fault, "key") : ERR_NOT_FOUND;
}

enum err region_check_unlocked(const struct region *region, struct fault *fault)
{
    if (!region->key || !region->locked)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "the region of key %llu is locked", (unsigned long long)region->digit);
    fault_hint(fault, "`loophole region lock %llu --off` unlocks it", (unsigned long long)region->digit);
    return fault ? fault_field(fault, "key") : ERR_CONFLICT;
}

/* ---- the answer ---- */

void region_answer(struct work *work, const struct region_clip *clip)
{
    struct regions answer = { .clip = clip->row.id,
                              .name = tree_text(&clip->body, "name"),
                              .has_item = clip->has_item,
                              .item = clip->item,
                              .armed = clip->is_armed,
                              .warning = clip->warning,
                              .has_pads = clip->is_armed && clip->pads.are_set,
                              .pads = clip->pads.first,
                              .each.at = arena_array(&work->arena, REGION_KEYS, sizeof(*answer.each.at)) };

    if (answer.name.len > 320)
        answer.name.len = 0;
    for (uint32_t i = 0; i < REGION_KEYS; i++)
        if (clip->at[i].key)
            answer.each.at[answer.each.count++] = clip->at[i];
    if (!clip->has_item)
        answer.placeholder = TEXT("the clip names no item");
    else if (clip->use.state != USE_HERE)
        answer.placeholder = clip->use.state == USE_OFFLINE ? TEXT("its item is offline") : TEXT("its item is missing");
    work_answer(work, &answer);
}
