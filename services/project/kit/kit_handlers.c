#include "services/project/kit/kit_handlers.h"

#include <string.h>

#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_workspace.h"
#include "services/project/parts/action.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/named_parts.h"
#include "services/project/parts/presets.h"
#include "store/catalogue.h"
#include "store/kit/kit_body.h"

enum { ANSWER_LAYERS = 4096 /* of a list of kits */, LAYER_NAME = 255 /* as in the schema */ };

/* ---- shared ---- */

enum err kit_read_named(struct work *work, struct txn *txn, struct text project, struct text named,
                        struct element *part, struct kit *to, struct fault *fault)
{
    struct kit_owners owners;
    enum err e = kit_find_owners(txn, &work->arena, project, &owners, fault);

    if (e == ERR_OK)
        e = kit_find(txn, &work->arena, &owners, named, part, fault);
    return e == ERR_OK ? kit_body_read(part, &work->arena, to, fault) : e;
}

enum err kit_answer(struct work *work, struct txn *txn, struct fault *fault)
{
    return kit_answer_with(work, txn, &(const struct silent_sound_list){ 0 }, fault);
}

enum err kit_answer_with(struct work *work, struct txn *txn, const struct silent_sound_list *silent,
                         struct fault *fault)
{
    struct kit kit;
    enum err e;

    if (!work->shown)
        return fault_set(fault, ERR_INTERNAL, "persist sent no event of the changed kit");
    e = kit_body_read(work->shown, &work->arena, &kit, fault);
    if (e != ERR_OK)
        return e;
    kit_workspace_states(txn, &work->arena, &kit);
    kit.has_silent = silent->count > 0;
    kit.silent = *silent;
    work_answer(work, &kit);
    return ERR_OK;
}

enum err kit_send(struct work *work, const struct action *actions, uint32_t count, struct id owner, const char *label,
                  struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = text_of(label),
                                         .scope = elements_is_of_no_project(parts_kind(ELEMENT_KIND_KIT), owner)
                                                      ? TEXT("")
                                                      : text_of(id_write(owner, scope)),
                                         .actions = { count, (struct action *)(uintptr_t)actions },
                                         .has_show = true,
                                         .show = true };

    work->id = owner;
    return work_apply(work, &apply, fault);
}

struct id kit_made_id(const struct work *work)
{
    return id_of_bytes(work->sender.request.b, sizeof(work->sender.request.b));
}

enum err kit_ask_for_answer(struct work *work, struct fault *fault)
{
    const struct action action =
        action_put(ELEMENT_KIND_KIT, elements_global_kits, kit_made_id(work), TEXT("{}"), UINT64_MAX);
    const struct id owner = work->id;
    enum err e;

    work->is_strict = true;
    e = kit_send(work, &action, 1, elements_global_kits, "change kit", fault);
    work->id = owner;
    return e;
}

/* Keeps the names and contents of the sounds, which a placeholder shows when they are missing. The reason of a
 * placeholder belongs to a slot without sounds. */
void kit_note_sounds(struct txn *txn, struct arena *arena, struct kit_slot *slot)
{
    struct preset preset;
    struct media media;

    for (uint32_t i = 0; i < slot->layers.count; i++) {
        struct kit_layer *layer = &slot->layers.at[i];
        if (layer->has_preset && presets_by_id(txn, arena, layer->preset, &preset)) {
            layer->name =
                arena_utf8(arena, (struct bytes){ preset.name.len, (const uint8_t *)preset.name.at }, LAYER_NAME);
            slot->has_voice = true;
            slot->voice = preset.voice;
        }
        if (catalogue_media(txn, arena, layer->media, &media) != ERR_OK)
            continue;
        layer->name = media.name;
        layer->has_content = media.content.len > 0;
        layer->content = media.content;
    }
    if (slot->layers.count)
        slot->placeholder = (struct text){ 0 };
}

static void note_all_sounds(struct txn *txn, struct arena *arena, struct kit *kit)
{
    for (uint32_t i = 0; i < kit->slots.count; i++)
        kit_note_sounds(txn, arena, &kit->slots.at[i]);
}

/* ---- new ---- */

enum err kit_find_owner(const struct work *work, struct choice scope, struct id *to, struct fault *fault)
{
    *to = scope.value == KIT_SCOPE_PROJECT  ? work->id
          : scope.value == KIT_SCOPE_GLOBAL ? elements_global_kits
                                            : elements_workspace_kits;
    if (scope.value != KIT_SCOPE_OTHER)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "scope \"%.*s\" is unknown: expected global, project or ephemeral",
              TEXT_ARG(scope.word));
    return fault ? fault_field(fault, "scope") : ERR_BAD_REQUEST;
}

enum err kit_plan_new(struct work *work, struct txn *txn, struct kit *kit, struct fault *fault)
{
    struct action action;
    struct id owner;
    enum err e;

    if (work->was_done)
        return kit_ask_for_answer(work, fault);
    e = kit_find_owner(work, kit->scope, &owner, fault);
    if (e == ERR_OK)
        e = kinds_check_name(kit->name, fault);
    if (e == ERR_OK)
        e = kit_body_check_kit(kit, fault);
    if (e == ERR_OK)
        e = kit_find_room(txn, &work->arena, owner, kit->name, kit_made_id(work), fault);
    if (e != ERR_OK)
        return e;
    note_all_sounds(txn, &work->arena, kit);
    action = action_put(ELEMENT_KIND_KIT, owner, kit_made_id(work), kit_body_write(kit, TEXT("{}"), &work->arena), 0);
    return kit_send(work, &action, 1, owner, "add kit", fault);
}

static enum err plan_new(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_new_kit *ask = work->ask;
    struct kit kit = { .name = ask->name,
                       .scope = ask->scope,
                       .family = ask->family,
                       .tags = ask->tags,
                       .slots = ask->slots,
                       .has_author = ask->has_author,
                       .author = ask->author,
                       .has_licence = ask->has_licence,
                       .licence = ask->licence };

    return kit_plan_new(work, txn, &kit, fault);
}

const struct handler kit_handler_new = { .needs_no_project = true, .plan = plan_new, .answer = kit_answer };
const struct handler kit_handler_new_in_project = { .plan = plan_new, .answer = kit_answer };

/* ---- set ---- */

static void set_values(const struct project_set_kit *ask, struct kit *kit)
{
    if (ask->has_name)
        kit->name = ask->name;
    if (ask->has_family)
        kit->family = ask->family;
    if (ask->has_tags)
        kit->tags = ask->tags;
    if (ask->has_author) {
        kit->has_author = true;
        kit->author = ask->author;
    }
    if (ask->has_licence) {
        kit->has_licence = true;
        kit->licence = ask->licence;
    }
}

/* Returns the number of slots if none has the name. */
static uint32_t find_slot(const struct kit *kit, struct text name)
{
    uint32_t i = 0;

    while (i < kit->slots.count && !text_equal(kit->slots.at[i].slot, name))
        i++;
    return i;
}

static enum err remove_slots(const struct project_set_kit *ask, struct kit *kit, struct fault *fault)
{
    for (uint32_t i = 0; i < ask->remove.count; i++) {
        const uint32_t at = find_slot(kit, ask->remove.at[i]);
        if (at == kit->slots.count) {
            fault_set(fault, ERR_NOT_FOUND, "kit %.*s has no slot %.*s", TEXT_ARG(kit->name),
                      TEXT_ARG(ask->remove.at[i]));
            return fault ? fault_field(fault, "remove") : ERR_NOT_FOUND;
        }
        kit->slots.count--;
        memmove(&kit->slots.at[at], &kit->slots.at[at + 1], (kit->slots.count - at) * sizeof(*kit->slots.at));
    }
    return ERR_OK;
}

static enum err put_slots(const struct project_set_kit *ask, struct txn *txn, struct arena *arena, struct kit *kit,
                          struct fault *fault)
{
    struct kit_slot *all = arena_array(arena, kit->slots.count + ask->slots.count + 1, sizeof(*all));

    if (kit->slots.count)
        memcpy(all, kit->slots.at, kit->slots.count * sizeof(*all));
    kit->slots.at = all;
    for (uint32_t i = 0; i < ask->slots.count; i++) {
        const uint32_t at = find_slot(kit, ask->slots.at[i].slot);
        all[at] = ask->slots.at[i];
        kit_note_sounds(txn, arena, &all[at]);
        kit->slots.count += at == kit->slots.count;
    }
    if (kit->slots.count <= KIT_SLOTS)
        return ERR_OK;
    return fault_set(fault, ERR_TOO_LARGE, "the kit would have %u slots: at most %d", kit->slots.count, KIT_SLOTS);
}

static enum err plan_set(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_set_kit *ask = work->ask;
    struct action action;
    struct element part;
    struct kit kit;
    enum err e;

    if (work->was_done)
        return kit_ask_for_answer(work, fault);
    e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);
    if (e == ERR_OK)
        e = remove_slots(ask, &kit, fault);
    if (e == ERR_OK)
        e = put_slots(ask, txn, &work->arena, &kit, fault);
    if (e == ERR_OK && ask->has_name)
        e = kinds_check_name(ask->name, fault);
    if (e == ERR_OK && ask->has_name)
        e = kit_find_room(txn, &work->arena, part.project, ask->name, part.id, fault);
    if (e != ERR_OK)
        return e;
    set_values(ask, &kit);
    e = kit_body_check_kit(&kit, fault);
    if (e != ERR_OK)
        return e;
    action = action_put(ELEMENT_KIND_KIT, part.project, part.id, kit_body_write(&kit, part.body, &work->arena),
                        ask->has_expect ? ask->expect : part.revision);
    work->is_strict = ask->has_expect;
    return kit_send(work, &action, 1, part.project, "change kit", fault);
}

const struct handler kit_handler_set = { .needs_no_project = true, .plan = plan_set, .answer = kit_answer };

/* ---- remove ---- */

static enum err plan_remove(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_remove_kit *ask = work->ask;
    struct element part;
    struct kit_owners owners;
    struct action action;
    enum err e = kit_find_owners(txn, &work->arena, ask->project, &owners, fault);

    if (e == ERR_OK)
        e = kit_find(txn, &work->arena, &owners, ask->kit, &part, fault);
    if (e != ERR_OK)
        return e;
    action = action_remove(&part);
    return kit_send(work, &action, 1, part.project, "remove kit", fault);
}

const struct handler kit_handler_remove = {
    .needs_no_project = true,
    .ends_when_done = true,
    .plan = plan_remove,
    .answer = work_answer_nothing,
};

/* ---- reading ---- */

static enum err answer_show(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_kit *ask = work->ask;
    struct element part;
    struct kit kit;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);

    if (e != ERR_OK)
        return e;
    kit_workspace_states(txn, &work->arena, &kit);
    work_answer(work, &kit);
    return ERR_OK;
}

const struct handler kit_handler_show = { .needs_no_project = true, .answer = answer_show };

static enum err gather_kits(struct work *work, struct txn *txn, struct element_list *to, struct fault *fault)
{
    const struct project_kits *ask = work->ask;
    struct element_list kits[KIT_OWNERS];
    struct kit_owners owners;
    uint32_t count = 0;
    enum err e = kit_find_owners(txn, &work->arena, ask->project, &owners, fault);

    for (uint32_t i = 0; e == ERR_OK && i < owners.count; i++) {
        e = named_parts_all(txn, &work->arena, ELEMENT_KIND_KIT, owners.at[i], &kits[i]);
        count += e == ERR_OK ? kits[i].count : 0;
    }
    if (e != ERR_OK)
        return e;
    *to = (struct element_list){ 0, arena_array(&work->arena, count, sizeof(*to->at)) };
    for (uint32_t i = 0; i < owners.count; i++)
        for (uint32_t k = 0; k < kits[i].count; k++)
            to->at[to->count++] = kits[i].at[k];
    return ERR_OK;
}

static uint32_t count_layers(const struct kit *kit)
{
    uint32_t count = 1;

    for (uint32_t i = 0; i < kit->slots.count; i++)
        count += 1 + kit->slots.at[i].layers.count;
    return count;
}

static enum err note_loaded(struct work *work, struct txn *txn, struct kits *to, struct fault *fault)
{
    const struct project_kits *ask = work->ask;
    struct loaded_kit loaded = { 0 };
    struct kit_owners owners;
    enum err e = kit_find_owners(txn, &work->arena, ask->project, &owners, fault);

    if (e == ERR_OK && owners.count == KIT_OWNERS) {
        loaded = kit_workspace_read(txn, &work->arena, owners.at[0]);
        to->has_layout = true;
        to->layout = kit_workspace_layout(txn, &work->arena, owners.at[0]);
    }
    to->has_loaded = to->has_first = loaded.has_kit;
    to->loaded = loaded.kit;
    to->first = loaded.first;
    return e;
}

static enum err answer_list(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_kits *ask = work->ask;
    const uint64_t limit = ask->limit ? ask->limit : 100;
    struct kits answer = { .each = { 0, arena_array(&work->arena, limit, sizeof(*answer.each.at)) } };
    struct element_list all;
    uint32_t layers = 0;
    uint64_t at = ask->offset;
    enum err e = gather_kits(work, txn, &all, fault);

    for (; e == ERR_OK && at < all.count && answer.each.count < limit && layers < ANSWER_LAYERS; at++) {
        struct kit *kit = &answer.each.at[answer.each.count];
        if (kit_body_read(&all.at[at], &work->arena, kit, NULL) != ERR_OK)
            continue; /* of another program; `project show` has it */
        kit_workspace_states(txn, &work->arena, kit);
        layers += count_layers(kit);
        answer.each.count++;
    }
    answer.next = at;
    answer.more = e == ERR_OK && at < all.count;
    if (e == ERR_OK)
        e = note_loaded(work, txn, &answer, fault);
    if (e == ERR_OK)
        work_answer(work, &answer);
    return e;
}

const struct handler kit_handler_list = { .needs_no_project = true, .answer = answer_list };
