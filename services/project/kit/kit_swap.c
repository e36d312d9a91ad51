/* Other sounds for the slots of the loaded kit, while it plays: swap and randomise; and locks, which hold a slot. */
#include <string.h>

#include "common/musical_key.h"
#include "proto/wire/codec_copy.h"
#include "schema_search.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/kit/kit_pads.h"
#include "services/project/kit/kit_workspace.h"
#include "services/project/parts/action.h"
#include "services/project/sound/sound.h"
#include "store/catalogue.h"
#include "store/kit/kit_body.h"

enum { SEED_MOST = 1000000, TURN_MOST = 1000000000 /* as in the schema */ };

struct kit_varying {
    const struct kit_picks *picks;   /* of search; NULL: it was not asked */
    struct silent_sound_list silent; /* of the core */
};

static struct kit_varying *varying_of(struct work *work)
{
    if (!work->own) {
        struct kit_varying *varying = arena_alloc(&work->kept, sizeof(*varying));
        *varying = (struct kit_varying){ 0 };
        work->own = varying;
    }
    return work->own;
}

/* ---- slots ---- */

static bool is_locked(const struct kit_slot *slot)
{
    return slot->has_locked && slot->locked;
}

/* False also if the lock of a kit that was loaded before holds its pad. */
static bool may_change(const struct loaded_kit *loaded, const struct kit_slot *slot)
{
    return !is_locked(slot) && !kit_workspace_holds(loaded, loaded->first + slot->pad);
}

/* A preset has no neighbours. */
static bool has_item(const struct kit_slot *slot)
{
    return slot->layers.count > 0 && !slot->layers.at[0].has_preset;
}

static bool is_named(const struct text_list *names, const struct kit_slot *slot)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (text_equal(names->at[i], slot->slot))
            return true;
    return names->count == 0;
}

static struct kit_slot *find_slot_of(const struct kit *kit, struct text name)
{
    for (uint32_t i = 0; i < kit->slots.count; i++)
        if (text_equal(kit->slots.at[i].slot, name))
            return &kit->slots.at[i];
    return NULL;
}

static enum err refuse_slot(enum err code, const char *what, struct text slot, struct fault *fault)
{
    fault_set(fault, code, "slot %.*s %s", TEXT_ARG(slot), what);
    return fault ? fault_field(fault, "slot") : code;
}

static enum err check_names(const struct kit *kit, const struct text_list *names, struct fault *fault)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (!find_slot_of(kit, names->at[i]))
            return refuse_slot(ERR_NOT_FOUND, "is not in the loaded kit", names->at[i], fault);
    return ERR_OK;
}

/* A slot that may be swapped. Errors (explained): not_found, conflict (it is locked, or its pad is held). */
static enum err check_slot(struct work *work, struct txn *txn, const struct kit *kit, struct text name,
                           struct kit_slot **to, struct fault *fault)
{
    const struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    const struct held_pad *lock;

    *to = find_slot_of(kit, name);
    if (!*to)
        return refuse_slot(ERR_NOT_FOUND, "is not in the loaded kit", name, fault);
    if (may_change(&loaded, *to))
        return ERR_OK;
    lock = kit_workspace_holds(&loaded, loaded.first + (*to)->pad);
    if (!lock)
        refuse_slot(ERR_CONFLICT, "is locked", name, fault);
    else
        fault_set(fault, ERR_CONFLICT, "slot %.*s is locked: pad %llu plays %.*s of %.*s", TEXT_ARG(name),
                  (unsigned long long)lock->pad, TEXT_ARG(lock->slot), TEXT_ARG(lock->name));
    return fault_hint(fault, "`loophole kit lock %.*s --off` unlocks it", TEXT_ARG(name)), ERR_CONFLICT;
}

static uint64_t seed_of_ask(const struct work *work, bool has_seed, uint64_t given)
{
    uint32_t seed;

    memcpy(&seed, work->sender.request.b + sizeof(work->sender.request.b) - sizeof(seed), sizeof(seed));
    return has_seed ? given : 1 + seed % SEED_MOST;
}

/* ---- asking search ---- */

/* Copies the picks, which are valid until the next ask. */
static void take_picks_of(struct work *work, const void *answer)
{
    const struct kit_picks *picks = answer;
    struct kit_picks *kept = arena_alloc(&work->kept, sizeof(*kept));

    (void)codec_copy(&kit_picks_shape, picks, &work->kept, kept);
    varying_of(work)->picks = kept;
}

static void add_vary(const struct kit_slot *slot, struct kit_vary_list *to)
{
    const struct kit_layer none = { .media = slot->anchor, .gain = 1 };
    const struct kit_layer *now = has_item(slot) ? &slot->layers.at[0] : &none;

    to->at[to->count++] = (struct kit_vary){
        .slot = slot->slot, .media = slot->has_anchor ? slot->anchor : now->media, .now = now->media, .gain = now->gain
    };
}

/* The first sound of each slot that keeps its sounds. */
static void add_taken(const struct kit *kit, const struct kit_vary_list *varied, struct id_list *to)
{
    for (uint32_t i = 0; i < kit->slots.count; i++) {
        const struct kit_slot *slot = &kit->slots.at[i];
        bool varies = !has_item(slot);
        for (uint32_t k = 0; k < varied->count; k++)
            varies |= text_equal(varied->at[k].slot, slot->slot);
        if (!varies)
            to->at[to->count++] = slot->layers.at[0].media;
    }
}

static struct search_vary_kit begin_vary(struct work *work, const struct kit *kit)
{
    struct search_vary_kit request = {
        .family = kit->family, .key = kit->key, .has_tags = kit->tags.count > 0, .tags = kit->tags
    };
    int key;

    request.has_key = musical_key_read(kit->key, &key); /* a kit of a foreign file may have any word */
    request.each.at = arena_array(&work->arena, kit->slots.count + 1, sizeof(*request.each.at));
    request.taken.at = arena_array(&work->arena, kit->slots.count + 1, sizeof(*request.taken.at));
    return request;
}

/* ---- changing the kit ---- */

static void set_sound(struct txn *txn, struct arena *arena, struct kit_slot *slot, struct id media, double gain,
                      double pitch, struct text why)
{
    struct kit_layer *layer = arena_alloc(arena, sizeof(*layer));

    *layer = (struct kit_layer){
        .media = media, .has_velocity_until = true, .velocity_until = 1, .has_gain = true, .gain = gain, .pitch = pitch
    };
    slot->has_before = slot->has_before_why = slot->layers.count > 0;
    slot->before = slot->layers;
    slot->before_why = slot->why;
    slot->layers = (struct kit_layer_list){ 1, layer };
    slot->why = why;
    kit_note_sounds(txn, arena, slot);
}

static double pitch_of(const struct kit_slot *slot)
{
    return slot->layers.count ? slot->layers.at[0].pitch : 0;
}

/* In a kit that is tuned to a key, each sound has the pitch that tunes it; in another one the slot keeps its pitch. */
static void set_pick(struct txn *txn, struct arena *arena, const struct kit *kit, struct kit_slot *slot,
                     const struct kit_pick *pick)
{
    const double tuned = pick->has_pitch ? pick->pitch : 0;

    set_sound(txn, arena, slot, pick->media, pick->gain, kit->has_key ? tuned : pitch_of(slot), pick->why);
}

/* `also`: an action beside it; NULL: none. */
static enum err put_kit(struct work *work, const struct element *part, const struct kit *kit, const struct action *also,
                        const char *label, struct fault *fault)
{
    enum err e = kit_body_check_kit(kit, fault);
    struct action actions[2] = { action_put(ELEMENT_KIND_KIT, part->project, part->id,
                                            kit_body_write(kit, part->body, &work->arena), part->revision) };
    const struct id project = work->id;

    if (also)
        actions[1] = *also;
    if (e == ERR_OK)
        e = kit_send(work, actions, also ? 2 : 1, part->project, label, fault);
    work->id = project; /* whose workspace it is */
    return e;
}

/* Changes the loaded kit, which `change` gets. */
typedef enum err change_fn(struct work *work, struct txn *txn, struct kit *kit, struct fault *fault);

static enum err plan_change(struct work *work, struct txn *txn, change_fn *change, const char *label,
                            struct fault *fault)
{
    struct element part;
    struct kit kit;
    enum err e;

    if (work->was_done)
        return kit_ask_for_answer(work, fault);
    e = kit_workspace_kit(work, txn, &part, &kit, fault);
    if (e == ERR_OK)
        e = change(work, txn, &kit, fault);
    return e == ERR_OK ? put_kit(work, &part, &kit, NULL, label, fault) : e;
}

static void take_set(struct work *work, const void *answer)
{
    varying_of(work)->silent = sound_copy_silent(&((const struct pads *)answer)->silent, &work->kept);
}

static enum err answer_varied(struct work *work, struct txn *txn, struct fault *fault)
{
    return kit_answer_with(work, txn, &varying_of(work)->silent, fault);
}

/* After the change: the pads of the slots that it may have changed. */
static enum err set_pads_of(struct work *work, struct txn *txn, const struct text_list *names, struct fault *fault)
{
    const struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    struct audio_set_pads request = { .each = { 0, arena_array(&work->arena, KIT_PADS, sizeof(*request.each.at)) } };
    struct kit kit = { 0 };
    enum err e = ERR_OK;

    /* a repeated ask changed a kit that may not be the loaded one any more */
    if (work->shown && loaded.has_kit && id_equal(loaded.kit, work->shown->id))
        e = kit_body_read(work->shown, &work->arena, &kit, fault);
    for (uint32_t i = 0; e == ERR_OK && i < kit.slots.count; i++) {
        const struct kit_slot *slot = &kit.slots.at[i];
        const uint64_t number = loaded.first + slot->pad;
        if (number < KIT_PADS && is_named(names, slot) && may_change(&loaded, slot))
            request.each.at[request.each.count++] = kit_pads_one(txn, &work->arena, kit.project, slot, number);
    }
    return e == ERR_OK && request.each.count ? work_ask(work, "audio.set_pads", &request, take_set, fault) : e;
}

/* ---- swap ---- */

/* The item whose nearest neighbour is wanted. False: none. */
static bool is_like_item(const struct project_swap_kit *ask, struct id *item)
{
    return ask->has_like && ask->like && id_read(ask->to, item);
}

/* The neighbour of the anchor that is wanted. 0: `to` is no step. */
static int64_t step_of(const struct project_swap_kit *ask)
{
    struct id item;

    return text_is(ask->to, "previous") ? -1 : text_is(ask->to, "next") || is_like_item(ask, &item);
}

/* The sound from which a slot counts its neighbours: that before the first swap, or the item of the ask. */
static void set_anchor(struct kit_slot *slot, const struct project_swap_kit *ask)
{
    if (is_like_item(ask, &slot->anchor))
        slot->turn = 0;
    else if (!slot->has_anchor)
        slot->anchor = slot->layers.at[0].media;
    slot->has_anchor = true;
}

/* The turn after the step; after TURN_MOST steps in one direction the anchor itself. */
static int64_t next_turn(const struct kit_slot *slot, int64_t step)
{
    const int64_t turn = (slot->has_turn ? slot->turn : 0) + step;

    return turn >= -TURN_MOST && turn <= TURN_MOST ? turn : 0;
}

static enum err ask_for_neighbour(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_swap_kit *ask = work->ask;
    const int64_t step = step_of(ask);
    struct search_vary_kit request;
    struct kit_slot *slot = NULL;
    struct element part;
    struct id liked;
    struct kit kit;
    enum err e;

    if (work->was_done || (!step && !text_is(ask->to, "random")))
        return ERR_OK;
    e = kit_workspace_kit(work, txn, &part, &kit, fault);
    if (e == ERR_OK)
        e = check_slot(work, txn, &kit, ask->slot, &slot, fault);
    if (e != ERR_OK)
        return e;
    if (!has_item(slot) && !is_like_item(ask, &liked)) {
        refuse_slot(ERR_NOT_FOUND, "has no sound whose neighbours could be found", ask->slot, fault);
        return fault_hint(fault, "give it one: loophole kit swap %.*s ID", TEXT_ARG(ask->slot)), ERR_NOT_FOUND;
    }
    set_anchor(slot, ask);
    request = begin_vary(work, &kit);
    add_vary(slot, &request.each);
    add_taken(&kit, &request.each, &request.taken);
    request.any = ask->any;
    request.has_like = ask->has_like;
    request.like = ask->like;
    request.has_place = step != 0;
    request.place = next_turn(slot, step);
    request.seed = step ? 0 : seed_of_ask(work, ask->has_seed, ask->seed);
    request.spread = 1;
    return work_ask(work, "search.vary_kit", &request, take_picks_of, fault);
}

static enum err swap_back(struct kit_slot *slot, struct fault *fault)
{
    const struct kit_slot was = *slot;

    if (!slot->has_before || slot->before.count == 0)
        return refuse_slot(ERR_NOT_FOUND, "has had no other sound", slot->slot, fault);
    slot->layers = was.before;
    slot->why = was.before_why;
    slot->before = was.layers;
    slot->before_why = was.why;
    slot->has_before = slot->has_before_why = was.layers.count > 0;
    return ERR_OK;
}

static enum err swap_to_item(struct work *work, struct txn *txn, struct kit_slot *slot, struct fault *fault)
{
    const struct project_swap_kit *ask = work->ask;
    struct media media;
    struct id id;

    if (!id_read(ask->to, &id)) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is unknown: expected next, previous, random, back, or an id",
                  TEXT_ARG(ask->to));
        return fault ? fault_field(fault, "to") : ERR_BAD_REQUEST;
    }
    if (catalogue_media(txn, &work->arena, id, &media) != ERR_OK) {
        fault_set(fault, ERR_NOT_FOUND, "no media item %.*s", TEXT_ARG(ask->to));
        return fault ? fault_field(fault, "to") : ERR_NOT_FOUND;
    }
    set_sound(txn, &work->arena, slot, id, slot->layers.count ? slot->layers.at[0].gain : 1, pitch_of(slot),
              (struct text){ 0 });
    return ERR_OK;
}

static enum err swap_to_pick(struct work *work, struct txn *txn, const struct kit *kit, struct kit_slot *slot,
                             struct fault *fault)
{
    const struct project_swap_kit *ask = work->ask;
    const struct kit_pick *pick = &varying_of(work)->picks->each.at[0];

    if (!pick->has_media) {
        fault_set(fault, ERR_NOT_FOUND, "%.*s", TEXT_ARG(pick->why));
        return fault_hint(fault, "--any takes sounds of any class"), ERR_NOT_FOUND;
    }
    set_anchor(slot, ask);
    set_pick(txn, &work->arena, kit, slot, pick);
    slot->has_anchor = slot->has_turn = step_of(ask) != 0;
    slot->turn = next_turn(slot, step_of(ask));
    return ERR_OK;
}

static enum err swap_sound(struct work *work, struct txn *txn, struct kit *kit, struct fault *fault)
{
    const struct project_swap_kit *ask = work->ask;
    struct kit_slot *slot = NULL;
    enum err e = check_slot(work, txn, kit, ask->slot, &slot, fault);

    if (e != ERR_OK)
        return e;
    if (varying_of(work)->picks)
        return swap_to_pick(work, txn, kit, slot, fault);
    slot->has_anchor = slot->has_turn = false;
    return text_is(ask->to, "back") ? swap_back(slot, fault) : swap_to_item(work, txn, slot, fault);
}

static enum err plan_swap(struct work *work, struct txn *txn, struct fault *fault)
{
    return plan_change(work, txn, swap_sound, "swap sound", fault);
}

static enum err set_swapped(struct work *work, struct txn *txn, struct fault *fault)
{
    struct text name = ((const struct project_swap_kit *)work->ask)->slot;
    const struct text_list names = { 1, &name };

    return set_pads_of(work, txn, &names, fault);
}

const struct handler kit_handler_swap = {
    .before = ask_for_neighbour,
    .plan = plan_swap,
    .after = set_swapped,
    .answer = answer_varied,
};

/* ---- randomise ---- */

static enum err ask_for_others(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_randomise_kit *ask = work->ask;
    const struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    struct search_vary_kit request;
    struct element part;
    struct kit kit;
    enum err e;

    if (work->was_done)
        return ERR_OK;
    e = kit_workspace_kit(work, txn, &part, &kit, fault);
    if (e == ERR_OK)
        e = check_names(&kit, &ask->slots, fault);
    if (e != ERR_OK)
        return e;
    request = begin_vary(work, &kit);
    for (uint32_t i = 0; i < kit.slots.count; i++) {
        const struct kit_slot *slot = &kit.slots.at[i];
        if (has_item(slot) && may_change(&loaded, slot) && is_named(&ask->slots, slot))
            add_vary(slot, &request.each);
    }
    if (request.each.count == 0)
        return fault_set(fault, ERR_CONFLICT, "all of these slots are locked, or have no sound");
    add_taken(&kit, &request.each, &request.taken);
    request.seed = seed_of_ask(work, ask->has_seed, ask->seed);
    request.spread = ask->spread;
    return work_ask(work, "search.vary_kit", &request, take_picks_of, fault);
}

static enum err set_picks(struct work *work, struct txn *txn, struct kit *kit, struct fault *fault)
{
    const struct project_randomise_kit *ask = work->ask;
    const struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    const struct kit_picks *picks = varying_of(work)->picks;

    (void)fault;
    kit->has_seed = true;
    kit->seed = seed_of_ask(work, ask->has_seed, ask->seed);
    for (uint32_t i = 0; picks && i < picks->each.count; i++) {
        const struct kit_pick *pick = &picks->each.at[i];
        struct kit_slot *slot = find_slot_of(kit, pick->slot);
        if (!slot || !pick->has_media || !may_change(&loaded, slot))
            continue;
        set_pick(txn, &work->arena, kit, slot, pick);
        slot->has_anchor = slot->has_turn = false;
    }
    return ERR_OK;
}

static enum err plan_randomise(struct work *work, struct txn *txn, struct fault *fault)
{
    return plan_change(work, txn, set_picks, "randomise kit", fault);
}

static enum err set_randomised(struct work *work, struct txn *txn, struct fault *fault)
{
    return set_pads_of(work, txn, &((const struct project_randomise_kit *)work->ask)->slots, fault);
}

const struct handler kit_handler_randomise = {
    .before = ask_for_others,
    .plan = plan_randomise,
    .after = set_randomised,
    .answer = answer_varied,
};

/* ---- lock ---- */

/* True if the names mean the pad that a lock holds: they name its slot, or the slot of the loaded kit that is there. */
static bool is_pad_named(const struct text_list *names, const struct kit *kit, const struct loaded_kit *loaded,
                         const struct held_pad *lock)
{
    bool named = is_named(names, &(const struct kit_slot){ .slot = lock->slot });

    for (uint32_t i = 0; i < kit->slots.count; i++)
        named |= loaded->first + kit->slots.at[i].pad == lock->pad && is_named(names, &kit->slots.at[i]);
    return named;
}

/* Ends the locks of kits that were loaded before. Returns their number. */
static uint32_t end_locks(const struct text_list *names, const struct kit *kit, struct loaded_kit *loaded)
{
    const struct held_pad_list was = loaded->locks;
    uint32_t left = 0;

    for (uint32_t i = 0; i < was.count; i++)
        if (!is_pad_named(names, kit, loaded, &was.at[i]))
            was.at[left++] = was.at[i];
    loaded->locks.count = left;
    return was.count - left;
}

/* Checks the names, but not those of slots in `locks`. */
static enum err check_names_to_unlock(const struct kit *kit, const struct held_pad_list *locks,
                                      const struct text_list *names, struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < names->count; i++) {
        struct text_list name = { 1, &names->at[i] };
        bool held = false;
        for (uint32_t k = 0; k < locks->count; k++)
            held |= text_equal(locks->at[k].slot, names->at[i]);
        if (!held)
            e = check_names(kit, &name, fault);
    }
    return e;
}

/* The loaded kit was removed, and locks of kits that were loaded before it still hold pads. */
static enum err unlock_pads(struct work *work, struct loaded_kit *loaded, struct fault *fault)
{
    const struct project_lock_kit *ask = work->ask;
    const struct kit none = { 0 };
    enum err e = check_names_to_unlock(&none, &loaded->locks, &ask->slots, fault);
    char scope[ID_TEXT_SIZE];
    struct action action;

    if (e != ERR_OK)
        return e;
    (void)end_locks(&ask->slots, &none, loaded);
    action = action_without_step(kit_workspace_put(&work->arena, work->id, loaded));
    const struct persist_apply apply = { .label = TEXT("unlock slots"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };
    return work_apply(work, &apply, fault);
}

static enum err plan_lock(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_lock_kit *ask = work->ask;
    const struct held_pad_list none = { 0 };
    struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    struct action unheld;
    struct element part;
    struct kit kit;
    uint32_t ended;
    enum err e;

    if (work->was_done)
        return kit_ask_for_answer(work, fault);
    e = kit_workspace_kit(work, txn, &part, &kit, fault);
    if (e == ERR_NOT_FOUND && !ask->on && loaded.locks.count)
        return unlock_pads(work, &loaded, fault);
    if (e == ERR_OK)
        e = check_names_to_unlock(&kit, ask->on ? &none : &loaded.locks, &ask->slots, fault);
    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < kit.slots.count; i++)
        if (is_named(&ask->slots, &kit.slots.at[i]))
            kit.slots.at[i].has_locked = kit.slots.at[i].locked = ask->on;
    ended = ask->on ? 0 : end_locks(&ask->slots, &kit, &loaded);
    unheld = action_without_step(kit_workspace_put(&work->arena, work->id, &loaded));
    return put_kit(work, &part, &kit, ended ? &unheld : NULL, ask->on ? "lock slots" : "unlock slots", fault);
}

static enum err answer_lock(struct work *work, struct txn *txn, struct fault *fault)
{
    struct kit none = { .scope.value = KIT_SCOPE_GLOBAL, .family.value = KIT_FAMILY_FREE };
    struct loaded_kit loaded;

    if (work->shown)
        return kit_answer(work, txn, fault);
    loaded = kit_workspace_read(txn, &work->arena, work->id);
    none.has_held = loaded.locks.count > 0;
    none.held = loaded.locks;
    work_answer(work, &none);
    return ERR_OK;
}

const struct handler kit_handler_lock = { .plan = plan_lock, .answer = answer_lock };
