#include "services/project/kit/preset_handlers.h"

#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/parts/action.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/named_parts.h"
#include "services/project/parts/preset_body.h"
#include "services/project/parts/presets.h"

/* ---- finding ---- */

static enum err explain_found(enum err e, struct text named, struct fault *fault)
{
    if (e == ERR_OK)
        return e;
    if (e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the presets cannot be read");
    fault_set(fault, e, "no preset \"%.*s\"", TEXT_ARG(named));
    fault_hint(fault, "`loophole preset list` shows all");
    return fault ? fault_field(fault, "preset") : e;
}

static enum err find_under(struct work *work, struct txn *txn, const struct kit_owners *owners, struct text named,
                           struct element *to)
{
    enum err e = ERR_NOT_FOUND;

    for (uint32_t i = 0; e == ERR_NOT_FOUND && i < owners->count; i++)
        e = named_parts_find(txn, &work->arena, ELEMENT_KIND_PRESET, owners->at[i], named, to);
    return e;
}

static enum err find_preset(struct work *work, struct txn *txn, struct text project, struct text named,
                            struct element *to, struct fault *fault)
{
    struct kit_owners owners;
    enum err e = kit_find_owners(txn, &work->arena, project, &owners, fault);

    return e == ERR_OK ? explain_found(find_under(work, txn, &owners, named, to), named, fault) : e;
}

static enum err answer_one_preset(struct work *work, const struct element *part, struct fault *fault)
{
    struct preset preset;
    enum err e = preset_body_read(part, &work->arena, &preset, fault);

    if (e == ERR_OK)
        work_answer(work, &preset);
    return e;
}

/* ---- reading ---- */

static enum err answer_named(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_preset *ask = work->ask;
    struct element part;
    enum err e = find_preset(work, txn, ask->project, ask->preset, &part, fault);

    return e == ERR_OK ? answer_one_preset(work, &part, fault) : e;
}

const struct handler preset_handler_show = { .needs_no_project = true, .answer = answer_named };

static void add_presets(struct work *work, const struct element_list *from, struct presets *to, uint64_t limit)
{
    const struct project_presets *ask = work->ask;

    for (uint32_t i = 0; i < from->count; i++, to->next++) {
        if (to->next < ask->offset)
            continue;
        if (to->each.count == limit) {
            to->more = true;
            return;
        }
        if (preset_body_read(&from->at[i], &work->arena, &to->each.at[to->each.count], NULL) == ERR_OK)
            to->each.count++; /* otherwise it is of another program; `project show` has it */
    }
}

static enum err answer_presets(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_presets *ask = work->ask;
    const uint64_t limit = ask->limit ? ask->limit : 100;
    struct presets answer = { .each = { 0, arena_array(&work->arena, limit, sizeof(*answer.each.at)) } };
    struct element_list presets;
    struct kit_owners owners;
    enum err e = kit_find_owners(txn, &work->arena, ask->project, &owners, fault);

    for (uint32_t i = 0; e == ERR_OK && i < owners.count && !answer.more; i++) {
        e = named_parts_all(txn, &work->arena, ELEMENT_KIND_PRESET, owners.at[i], &presets);
        if (e == ERR_OK)
            add_presets(work, &presets, &answer, limit);
    }
    if (e == ERR_OK)
        work_answer(work, &answer);
    return e;
}

const struct handler preset_handler_list = { .needs_no_project = true, .answer = answer_presets };

/* ---- saving ---- */

/* A preset of this name or id; or zeros, with the scope in which it is made. */
static enum err find_saved(struct work *work, struct txn *txn, struct element *to, struct id *owner,
                           struct fault *fault)
{
    const struct project_save_preset *ask = work->ask;
    const struct choice scope = ask->has_scope ? ask->scope : (struct choice){ .value = KIT_SCOPE_GLOBAL };
    struct kit_owners owners;
    enum err e = kit_find_owner(work, scope, owner, fault);

    *to = (struct element){ .body = TEXT("{}") };
    if (e == ERR_OK && !ask->has_scope)
        e = kit_find_owners(txn, &work->arena, ask->project, &owners, fault);
    if (e != ERR_OK)
        return e;
    e = ask->has_scope ? named_parts_find(txn, &work->arena, ELEMENT_KIND_PRESET, *owner, ask->preset, to)
                       : find_under(work, txn, &owners, ask->preset, to);
    if (e == ERR_OK)
        *owner = to->project;
    return e == ERR_NOT_FOUND ? ERR_OK : explain_found(e, ask->preset, fault);
}

static enum err check_new(struct work *work, struct txn *txn, struct id owner, struct fault *fault)
{
    const struct project_save_preset *ask = work->ask;
    struct element_list all;
    enum err e = kinds_check_name(ask->preset, fault);

    if (e == ERR_OK && named_parts_all(txn, &work->arena, ELEMENT_KIND_PRESET, owner, &all) == ERR_OK &&
        all.count >= PRESETS_MOST) {
        e = fault_set(fault, ERR_TOO_LARGE, "there are %u presets: at most %d in one scope", all.count, PRESETS_MOST);
        fault_hint(fault, "remove presets that are not needed: loophole preset remove NAME");
    }
    return e;
}

static enum err check_voice(const struct voice_values *voice, struct fault *fault)
{
    if (!voice->has_wave || voice->wave.value)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "wave \"%.*s\" is unknown: expected sine, saw, square, triangle or noise",
              TEXT_ARG(voice->wave.word));
    return fault ? fault_field(fault, "voice.wave") : ERR_BAD_REQUEST;
}

static enum err plan_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_save_preset *ask = work->ask;
    struct preset preset = { .name = ask->preset };
    struct action action;
    struct element part;
    struct id owner;
    enum err e;

    if (work->was_done)
        return kit_ask_for_answer(work, fault);
    e = find_saved(work, txn, &part, &owner, fault);
    if (e == ERR_OK)
        e = part.revision ? preset_body_read(&part, &work->arena, &preset, fault) : check_new(work, txn, owner, fault);
    if (e == ERR_OK)
        e = check_voice(&ask->voice, fault);
    if (e != ERR_OK)
        return e;
    preset.voice = ask->voice;
    preset.version++;
    action =
        action_put(ELEMENT_KIND_PRESET, owner, part.revision ? part.id : kit_made_id(work),
                   preset_body_write(&preset, part.body, &work->arena), ask->has_expect ? ask->expect : part.revision);
    work->is_strict = ask->has_expect;
    return kit_send(work, &action, 1, owner, part.revision ? "change preset" : "add preset", fault);
}

static enum err answer_saved(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    return work->shown ? answer_one_preset(work, work->shown, fault)
                       : fault_set(fault, ERR_INTERNAL, "persist sent no event of the changed preset");
}

const struct handler preset_handler_save = { .needs_no_project = true, .plan = plan_save, .answer = answer_saved };
const struct handler preset_handler_save_in_project = { .plan = plan_save, .answer = answer_saved };

/* ---- removing ---- */

static enum err check_unused(struct work *work, struct txn *txn, const struct element *part, struct fault *fault)
{
    const struct project_remove_preset *ask = work->ask;
    uint32_t others = 0;
    const struct text user = presets_user(txn, &work->arena, part, &others);

    if (user.len == 0)
        return ERR_OK;
    if (others)
        fault_set(fault, ERR_CONFLICT, "the preset %.*s is in use: by %.*s, and by %u more", TEXT_ARG(ask->preset),
                  TEXT_ARG(user), others);
    else
        fault_set(fault, ERR_CONFLICT, "the preset %.*s is in use: by %.*s", TEXT_ARG(ask->preset), TEXT_ARG(user));
    fault_hint(fault, "`loophole preset remove NAME --yes` removes it all the same: they keep its values");
    return fault ? fault_field(fault, "used") : ERR_CONFLICT;
}

static enum err plan_remove(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_remove_preset *ask = work->ask;
    struct action action;
    struct element part;
    enum err e = find_preset(work, txn, ask->project, ask->preset, &part, fault);

    if (e == ERR_OK && !ask->used)
        e = check_unused(work, txn, &part, fault);
    if (e != ERR_OK)
        return e;
    action = action_remove(&part);
    return kit_send(work, &action, 1, part.project, "remove preset", fault);
}

const struct handler preset_handler_remove = {
    .needs_no_project = true,
    .ends_when_done = true,
    .plan = plan_remove,
    .answer = work_answer_nothing,
};
