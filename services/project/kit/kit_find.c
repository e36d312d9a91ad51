#include "services/project/kit/kit_find.h"

#include <string.h>

#include "services/project/parts/presets.h"
#include "services/project/parts/uses.h"

enum err kit_find_owners(struct txn *txn, struct arena *arena, struct text project, struct kit_owners *to,
                         struct fault *fault)
{
    struct element found;
    enum err e = ERR_OK;

    to->count = 0;
    if (project.len) {
        e = parts_find(txn, arena, project, &found, fault);
        if (e == ERR_OK)
            to->at[to->count++] = found.id;
    } else if (elements_current(txn, arena, &to->at[0]) == ERR_OK)
        to->count = 1;
    to->at[to->count++] = elements_workspace_kits;
    to->at[to->count++] = elements_global_kits;
    return e;
}

struct kit_gathering {
    struct arena *arena;
    struct element_list *to;
    uint32_t room;
};

static bool gather_kit(void *state, const struct element *part)
{
    struct kit_gathering *g = state;

    if (part->kind.value != ELEMENT_KIND_KIT)
        return true;
    g->to->at = arena_grow(g->arena, g->to->at, g->to->count, &g->room, sizeof(*g->to->at));
    g->to->at[g->to->count++] = *part;
    return true;
}

enum err kit_find_all(struct txn *txn, struct arena *arena, struct id owner, struct element_list *to)
{
    struct kit_gathering gathering = { arena, to, 0 };

    *to = (struct element_list){ 0 };
    return elements_each_part(txn, arena, owner, gather_kit, &gathering);
}

static struct text read_name(const struct element *kit, struct arena *arena)
{
    struct tree body;

    return tree_read(kit->body, arena, &body, NULL) == ERR_OK ? tree_text(&body, "name") : (struct text){ 0 };
}

/* NULL: none of them has the name. To parse all kits would take 100 ms of 1,024: only those are that contain it. */
static const struct element *find_name(const struct element_list *kits, struct text name, struct arena *arena)
{
    struct tree keys = { .type = TREE_OBJECT };
    struct text member;

    tree_set(&keys, arena, "name", tree_of_text(name));
    member = tree_canonical(&keys, arena); /* {"name":"Dusty"}: a body has it without the braces */
    for (uint32_t i = 0; i < kits->count; i++)
        if (memmem(kits->at[i].body.at, kits->at[i].body.len, member.at + 1, member.len - 2) &&
            text_equal(read_name(&kits->at[i], arena), name))
            return &kits->at[i];
    return NULL;
}

static enum err find_under(struct txn *txn, struct arena *arena, struct id owner, struct text named, struct element *to)
{
    struct element_list kits;
    const struct element *found;
    struct id id;
    enum err e;

    if (id_read(named, &id) && elements_get(txn, arena, parts_kind(ELEMENT_KIND_KIT), owner, id, to) == ERR_OK &&
        to->kind.value == ELEMENT_KIND_KIT)
        return ERR_OK;
    e = kit_find_all(txn, arena, owner, &kits);
    found = e == ERR_OK ? find_name(&kits, named, arena) : NULL;
    if (found)
        *to = *found;
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

enum err kit_find(struct txn *txn, struct arena *arena, const struct kit_owners *owners, struct text named,
                  struct element *to, struct fault *fault)
{
    enum err e = ERR_NOT_FOUND;

    for (uint32_t i = 0; e == ERR_NOT_FOUND && i < owners->count; i++)
        e = find_under(txn, arena, owners->at[i], named, to);
    if (e == ERR_OK)
        return e;
    if (e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the kits cannot be read");
    fault_set(fault, e, "no kit \"%.*s\"", TEXT_ARG(named));
    fault_hint(fault, "`loophole kit list` shows all");
    return fault ? fault_field(fault, "kit") : e;
}

enum err kit_find_room(struct txn *txn, struct arena *arena, struct id owner, struct text name, struct id as,
                       struct fault *fault)
{
    struct element_list kits;
    const struct element *found;
    enum err e = kit_find_all(txn, arena, owner, &kits);

    if (e != ERR_OK)
        return fault_set(fault, e, "the kits cannot be read");
    found = find_name(&kits, name, arena);
    if (found && !id_equal(found->id, as)) {
        fault_set(fault, ERR_EXISTS, "there is a kit \"%.*s\" already", TEXT_ARG(name));
        fault_hint(fault, "choose another name, or remove it: loophole kit remove NAME");
        return fault ? fault_field(fault, "name") : ERR_EXISTS;
    }
    if (found || kits.count < KITS_MOST)
        return ERR_OK;
    fault_set(fault, ERR_TOO_LARGE, "there are %u kits: at most %d in one scope", kits.count, KITS_MOST);
    return fault_hint(fault, "remove kits that are not needed: loophole kit remove NAME"), ERR_TOO_LARGE;
}

/* ---- states ---- */

static void mark_slot(struct arena *arena, const struct kit_slot *slot, uint32_t away, const struct kit_layer *layer,
                      enum use_state state, struct text *to)
{
    const char *why = state == USE_OFFLINE ? "offline" : "missing";
    const uint32_t len = layer->name.len < 100 ? layer->name.len : 100;

    if (slot->layers.count == 1)
        *to = arena_printf(arena, "%.*s is %s", (int)len, layer->name.at, why);
    else
        *to = arena_printf(arena, "%u of %u sounds are not here: %.*s is %s", away, slot->layers.count, (int)len,
                           layer->name.at, why);
}

static struct text mark_preset(struct txn *txn, struct arena *arena, struct id project, const struct kit_slot *slot)
{
    const struct kit_layer *layer = &slot->layers.at[0];
    const int len = layer->name.len < 100 ? (int)layer->name.len : 100;
    struct preset preset;

    if (presets_near(txn, arena, project, layer->preset, &preset))
        return (struct text){ 0 };
    return arena_printf(arena, "the preset %.*s is missing%s", len, layer->name.at,
                        slot->has_voice ? ": its values sound as they were" : "");
}

static void find_slot_state(struct txn *txn, struct arena *arena, struct id project, struct kit_slot *slot)
{
    struct text mark = { 0 };
    uint32_t away = 0;

    if (slot->layers.count == 1 && slot->layers.at[0].has_preset) {
        slot->placeholder = mark_preset(txn, arena, project, slot);
        return;
    }

    for (uint32_t i = slot->layers.count; i-- > 0;) { /* so that the first one is named */
        const struct kit_layer *layer = &slot->layers.at[i];
        struct item_use use = { .id = layer->media };
        uses_resolve_one(txn, arena, layer->content, &use);
        if (use.state != USE_HERE)
            mark_slot(arena, slot, ++away, layer, use.state, &mark);
    }
    if (slot->layers.count)
        slot->placeholder = mark;
    else if (slot->placeholder.len == 0)
        slot->placeholder = TEXT("it has no sound yet");
}

void kit_find_states(struct txn *txn, struct arena *arena, struct kit *kit)
{
    for (uint32_t i = 0; i < kit->slots.count; i++)
        find_slot_state(txn, arena, kit->project, &kit->slots.at[i]);
}
