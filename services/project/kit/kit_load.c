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

/* Copies the list, which is valid until the next ask. */
static void take_pads(struct work *work, const void *answer)
{
    const struct pads *pads = answer;
    struct kit_loading *loading = work->own;
    struct silent_sound_list *silent = &loading->answer.silent;

    *silent = (struct silent_sound_list){ pads->silent.count,
                                          arena_array(&work->kept, pads->silent.count, sizeof(*silent->at)) };
    for (uint32_t i = 0; i < silent->count; i++) {
        silent->at[i] = pads->silent.at[i];
        silent->at[i].name = arena_text(&work->kept, silent->at[i].name);
        silent->at[i].why = arena_text(&work->kept, silent->at[i].why);
    }
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

static struct action note_loaded(struct work *work, struct id kit)
{
    const struct project_load_kit *ask = work->ask;
    const struct kit_workspace workspace = { .has_kit = true, .kit = kit, .first = ask->first };

    return kit_workspace_put(&work->arena, work->id, &workspace);
}

/* Marks the pads of the locked slots of the kit that is loaded; they stay. Loading it again sets all. */
static void find_locked(struct work *work, struct txn *txn, struct id loads, uint64_t first, bool locked[KIT_PADS])
{
    const struct kit_workspace workspace = kit_workspace_read(txn, &work->arena, work->id);
    struct element part;
    struct kit kit;

    if (kit_workspace_kit(work, txn, &part, &kit, NULL) != ERR_OK ||
        (id_equal(part.id, loads) && workspace.first == first))
        return;
    for (uint32_t i = 0; i < kit.slots.count; i++) {
        const struct kit_slot *slot = &kit.slots.at[i];
        if (slot->has_locked && slot->locked && workspace.first + slot->pad < KIT_PADS)
            locked[workspace.first + slot->pad] = true;
    }
}

static enum err set_pads(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    struct audio_set_pads request = { .each = { 0, arena_array(&work->arena, KIT_PADS, sizeof(*request.each.at)) } };
    struct kit_loading *loading = arena_alloc(&work->kept, sizeof(*loading));
    struct element part;
    struct kit kit;
    bool locked[KIT_PADS] = { false };
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);

    *loading = (struct kit_loading){ .answer = { .first = ask->first } };
    work->own = loading;
    if (e == ERR_OK)
        e = kit_pads_check(&kit, ask->first, fault);
    if (e != ERR_OK)
        return e;
    find_locked(work, txn, part.id, ask->first, locked);
    request.has_at = ask->has_at;
    request.at = ask->at;
    for (uint32_t i = 0; i < kit.slots.count; i++) {
        const uint64_t number = ask->first + kit.slots.at[i].pad;
        if (!locked[number])
            request.each.at[request.each.count++] =
                kit_pads_one(txn, &work->arena, kit.project, &kit.slots.at[i], number);
    }
    loading->step = sound_step_begin(work->p, work->id, TEXT("load kit"), note_loaded(work, part.id), &request);
    return work_ask(work, "audio.set_pads", &request, take_pads, fault);
}

/* Notes which kit is loaded, after the pads have it: a load that a death interrupted is repeated with the same
 * locks. The step of undo has noted it already, unless the pads were the same before. */
static enum err plan_load(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    char scope[ID_TEXT_SIZE];
    struct action action;
    struct element part;
    struct kit kit;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);

    if (e != ERR_OK)
        return e;
    action = action_without_step(note_loaded(work, part.id));
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
    kit_find_states(txn, &work->arena, &loaded.kit);
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
