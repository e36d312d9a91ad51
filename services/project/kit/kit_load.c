/* Loading: from a kit to the pads, in one ask to the audio core. */
#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/kit/kit_pads.h"
#include "services/project/kit/kit_workspace.h"
#include "services/project/parts/action.h"
#include "services/project/sound/sound.h"

struct kit_loading {
    uint64_t step; /* of undo: its number; 0: none */
    struct kit_loaded answer;
};

/* ---- the ask ---- */

static void take_pads(struct work *work, const void *answer)
{
    const struct pads *pads = answer;
    struct kit_loading *loading = work->own;

    loading->answer.silent = sound_copy_silent(&pads->silent, &work->kept);
    loading->answer.has_unkept = pads->has_unkept;
    loading->answer.unkept = pads->unkept;
    sound_step_end(work->p, loading->step, pads->has_unkept && pads->unkept);
}

static void end_step(const struct work *work, struct fault *fault)
{
    const struct kit_loading *loading = work->own;

    (void)fault;
    if (loading)
        sound_step_end(work->p, loading->step, false);
}

/* True if the lock is that of a slot of the kit which the load brings to the same pad. */
static bool is_own_lock(const struct held_pad *lock, const struct kit *kit, uint64_t first)
{
    bool own = false;

    for (uint32_t i = 0; id_equal(lock->kit, kit->id) && i < kit->slots.count; i++)
        own |= text_equal(kit->slots.at[i].slot, lock->slot) && first + kit->slots.at[i].pad == lock->pad;
    return own;
}

static void add_lock(struct loaded_kit *to, const struct held_pad *lock, const struct kit *loads)
{
    if (!is_own_lock(lock, loads, to->first) && !kit_workspace_holds(to, lock->pad))
        to->locks.at[to->locks.count++] = *lock;
}

/* What the workspace has after the load: the pads of locked slots stay, those of the kit that is loaded, and those that
 * stayed before. It is the same again if the load was noted already. */
static struct loaded_kit find_loaded(struct work *work, struct txn *txn, const struct kit *loads)
{
    const struct project_load_kit *ask = work->ask;
    const struct loaded_kit now = kit_workspace_read(txn, &work->arena, work->id);
    struct loaded_kit to = { .has_kit = true, .kit = loads->id, .first = ask->first };
    struct element part;
    struct kit kit;

    to.locks.at = arena_array(&work->arena, KIT_PADS, sizeof(*to.locks.at));
    for (uint32_t i = 0; i < now.locks.count; i++)
        add_lock(&to, &now.locks.at[i], loads);
    if (kit_workspace_kit(work, txn, &part, &kit, NULL) != ERR_OK)
        return to;
    for (uint32_t i = 0; i < kit.slots.count; i++) {
        const struct kit_slot *slot = &kit.slots.at[i];
        const struct held_pad lock = { now.first + slot->pad, slot->slot, kit.id, kit.name };
        if (slot->has_locked && slot->locked && lock.pad < KIT_PADS)
            add_lock(&to, &lock, loads);
    }
    return to;
}

static enum err set_pads(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    struct audio_set_pads request = { .each = { 0, arena_array(&work->arena, KIT_PADS, sizeof(*request.each.at)) } };
    struct kit_loading *loading = arena_alloc(&work->kept, sizeof(*loading));
    struct element part;
    struct kit kit;
    struct loaded_kit loaded;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);

    *loading = (struct kit_loading){ .answer = { .first = ask->first } };
    work->own = loading;
    if (e == ERR_OK)
        e = kit_pads_check(&kit, ask->first, fault);
    if (e != ERR_OK)
        return e;
    loaded = find_loaded(work, txn, &kit);
    request.has_at = ask->has_at;
    request.at = ask->at;
    for (uint32_t i = 0; i < kit.slots.count; i++) {
        const uint64_t number = ask->first + kit.slots.at[i].pad;
        if (!kit_workspace_holds(&loaded, number))
            request.each.at[request.each.count++] =
                kit_pads_one(txn, &work->arena, kit.project, &kit.slots.at[i], number);
    }
    loading->step = sound_step_begin(work->p, work->id, TEXT("load kit"),
                                     kit_workspace_put(&work->arena, work->id, &loaded), &request);
    return work_ask(work, "audio.set_pads", &request, take_pads, fault);
}

/* Notes which kit is loaded, after the pads have it: a load that a death interrupted is repeated with the same
 * locks. The step of undo has noted it already, unless the pads were the same before. */
static enum err plan_load(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    char scope[ID_TEXT_SIZE];
    struct loaded_kit loaded;
    struct action action;
    struct element part;
    struct kit kit;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);

    if (e != ERR_OK)
        return e;
    loaded = find_loaded(work, txn, &kit);
    action = action_without_step(kit_workspace_put(&work->arena, work->id, &loaded));
    const struct persist_apply apply = { .label = TEXT("load kit"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };
    return work_apply(work, &apply, fault);
}

static enum err answer_loaded(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    const struct kit_loading *loading = work->own;
    struct kit_loaded loaded = loading ? loading->answer : (struct kit_loaded){ .first = ask->first };
    struct element part;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &loaded.kit, fault);

    if (e != ERR_OK)
        return e;
    kit_workspace_states(txn, &work->arena, &loaded.kit);
    work_answer(work, &loaded);
    return ERR_OK;
}

const struct handler kit_handler_load = {
    .ends_when_done = true,
    .before = set_pads,
    .plan = plan_load,
    .answer = answer_loaded,
    .explain = end_step,
};
