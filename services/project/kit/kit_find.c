#include "services/project/kit/kit_find.h"

#include <string.h>

#include "services/project/parts/named_parts.h"
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

enum err kit_find(struct txn *txn, struct arena *arena, const struct kit_owners *owners, struct text named,
                  struct element *to, struct fault *fault)
{
    enum err e = ERR_NOT_FOUND;

    for (uint32_t i = 0; e == ERR_NOT_FOUND && i < owners->count; i++)
        e = named_parts_find(txn, arena, ELEMENT_KIND_KIT, owners->at[i], named, to);
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
    enum err e = named_parts_all(txn, arena, ELEMENT_KIND_KIT, owner, &kits);

    if (e != ERR_OK)
        return fault_set(fault, e, "the kits cannot be read");
    found = named_parts_in(&kits, name, arena);
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
