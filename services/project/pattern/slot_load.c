/* Loading: from a slot into the sequencer. */
#include "services/project/parts/presets.h"
#include "services/project/parts/sound_body.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/sound/sound.h"
#include "store/pattern/message.h"

enum { FEW_ACTIONS = 16 };

static enum err begin_load_slot(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_pattern *ask = work->ask;

    return slot_job_begin_one(work, txn, ask->slot, fault);
}

/* The bank of the slot that was read, as another client may have chosen another one since. */
static void take_bank_of_slot(struct work *work, struct slot_banks *banks)
{
    struct slot_job *job = slot_job_of(work);

    banks->current = job->bank_number = (job->places->row.number - 1) / SLOTS_BANK + 1;
    job->bank = arena_text(&work->kept, slot_bank_name(banks, &work->arena));
    job->active = slot_active(banks);
}

static enum err plan_load(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    const uint32_t slot = slot_in_bank(job->places->row.number);
    struct slot_banks banks;
    struct action actions[FEW_ACTIONS];
    uint32_t count = 0, current;
    enum err e = slot_job_begin(work, txn, &banks, fault);

    if (e == ERR_OK)
        e = slot_job_keep(work, txn, fault);
    if (e != ERR_OK)
        return e;
    current = banks.current;
    take_bank_of_slot(work, &banks);
    count = slot_job_adopt(work, actions);
    if (job->active != slot) {
        slot_set_active(&banks, &work->arena, slot);
        banks.current = current;
        actions[count++] = slot_put_banks(&work->arena, work->id, &banks);
    }
    return slot_job_send(work, "load pattern", actions, count, fault);
}

static void take_queued(struct work *work, const void *answer)
{
    const struct queued *queued = answer;
    struct slot_job *job = slot_job_of(work);
    const struct text bar = arena_printf(&work->kept, "%lld", (long long)queued->bar);

    job->said = message_text(queued->now        ? MESSAGE_LOADED_AT
                             : queued->replaced ? MESSAGE_REPLACES
                                                : MESSAGE_QUEUED,
                             &work->kept, bar, (struct text){ 0 });
    job->loaded = (struct slot_said){ .has_pattern = true,
                                      .pattern = queued->number,
                                      .has_bar = true,
                                      .bar = queued->bar,
                                      .has_now = true,
                                      .now = queued->now,
                                      .has_replaced = true,
                                      .replaced = queued->replaced,
                                      .has_unkept = queued->unkept,
                                      .unkept = queued->unkept,
                                      .has_silent = queued->silent.count > 0,
                                      .silent = sound_copy_silent(&queued->silent, &work->kept) };
}

enum err slot_job_set_pattern(struct work *work, struct txn *txn, struct audio_set_pattern *request,
                              struct fault *fault)
{
    struct element project;
    struct tree body;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = tree_read(project.body, &work->arena, &body, fault);
    if (e != ERR_OK)
        return e;
    sound_body_resolve_pattern(txn, &work->arena, work->id, &request->pattern);
    presets_set_rows(txn, &work->arena, work->id, &request->pattern);
    if (tree_bool(&body, "tempo_lock", false))
        request->pattern.sequencer.has_bpm = request->pattern.sequencer.has_swing = false;
    return work_ask(work, "audio.set_pattern", request, take_queued, fault);
}

enum err slot_job_sound(struct work *work, struct txn *txn, const struct pattern *pattern, bool immediate,
                        struct fault *fault)
{
    struct audio_set_pattern request = { .pattern = *pattern, .immediate = immediate };

    return slot_job_set_pattern(work, txn, &request, fault);
}

static enum err sound_slot(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_pattern *ask = work->ask;

    slot_job_write(work, txn, false);
    return slot_job_sound(work, txn, &slot_job_of(work)->pattern->pattern, ask->immediate, fault);
}

const struct handler slot_handler_load = {
    .explain = slot_job_explain,
    .before = begin_load_slot,
    .plan = plan_load,
    .after = sound_slot,
    .answer = slot_answer_said,
};
