#include "services/project/pattern/slot_handlers.h"

#include <stdio.h>

#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/sound_body.h"
#include "services/project/pattern/slot_handlers.h"
#include "store/pattern/message.h"

enum { FEW_ACTIONS = 16 };

static struct text slot_word(struct work *work, uint32_t slot)
{
    return arena_printf(&work->kept, "%u", slot);
}

enum err slot_job_send(struct work *work, const char *label, struct action *actions, uint32_t count,
                       struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = text_of(label),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };

    return count ? work_apply(work, &apply, fault) : ERR_OK;
}

/* The text of a slot lives until the answer. */
static struct text keep_text(struct work *work, struct text text)
{
    return arena_text(&work->kept, text);
}

uint32_t slot_job_adopt(struct work *work, struct action *to)
{
    struct slot_job *job = slot_job_of(work);
    uint32_t count = 0;

    for (uint32_t i = 0; i < job->count; i++) {
        struct slot_place *place = &job->places[i];

        if (!place->adopts)
            continue;
        log_info("slot %u was changed by another program: its file is loaded", place->row.number);
        count += slot_put(&work->arena, work->id, &place->row, place->content, true, to + count);
    }
    return count;
}

/* ---- save ---- */

void slot_take_playing(struct work *work, const void *answer)
{
    const struct pattern_now *now = answer;
    struct slot_job *job = slot_job_of(work);

    job->playing = arena_alloc(&work->kept, sizeof(*job->playing));
    if (now)
        (void)codec_copy(&pattern_shape, &now->pattern, &work->kept, &job->playing->pattern);
}

static enum err begin_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_save_pattern *ask = work->ask;
    struct slot_job *job = slot_job_of(work);
    uint32_t slot;
    enum err e = message_read_slot(ask->slot, &slot, fault);

    (void)txn;
    if (e != ERR_OK || ask->file.len == 0)
        return e == ERR_OK ? work_ask(work, "audio.pattern", NULL, slot_take_playing, fault) : e;
    job->pattern = arena_alloc(&work->kept, sizeof(*job->pattern));
    return pattern_file_read(ask->file, &work->kept, job->pattern, fault);
}

void slot_name_pattern(struct pattern *pattern, struct text name, struct text otherwise)
{
    if (name.len)
        pattern->metadata.name = name;
    if (pattern->metadata.name.len == 0)
        pattern->metadata.name = otherwise;
    if (pattern->metadata.genre.len == 0)
        pattern->metadata.genre = TEXT("user");
    if (pattern->chronus_version.len == 0)
        pattern->chronus_version = TEXT("1.0.0");
    if (pattern->schema_version.len == 0)
        pattern->schema_version = TEXT("1.0");
    pattern->timestamp = (double)clock_now() / 1e6;
}

struct text slot_job_text(struct work *work, const struct pattern_file *file)
{
    struct buffer bytes = { 0 };
    struct text text;

    pattern_file_write(file, &bytes);
    text = keep_text(work, text_of(buffer_c(&bytes)));
    buffer_free(&bytes);
    return text;
}

/* Makes the text of the slot once: a conflict plans again with the same one. */
static enum err make_content(struct work *work, struct txn *txn, uint32_t slot, struct fault *fault)
{
    const struct project_save_pattern *ask = work->ask;
    struct slot_job *job = slot_job_of(work);

    if (job->count)
        return ERR_OK;
    if (!job->pattern) {
        job->pattern = job->playing;
        sound_body_own_pattern(txn, &work->kept, work->id, &job->pattern->pattern);
    }
    slot_name_pattern(&job->pattern->pattern, ask->name, arena_printf(&work->kept, "Pattern %u", slot));
    job->places = arena_alloc(&work->kept, sizeof(*job->places));
    job->count = 1;
    return pattern_file_text(job->pattern, &work->kept, &job->places->content, fault);
}

static enum err plan_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_save_pattern *ask = work->ask;
    struct slot_job *job = slot_job_of(work);
    struct slot_banks banks;
    struct action actions[FEW_ACTIONS];
    uint32_t slot = 0, count;
    char label[64];
    enum err e = message_read_slot(ask->slot, &slot, fault);

    if (e == ERR_OK && ask->name.len)
        e = kinds_check_pattern_name(ask->name, fault);
    if (e == ERR_OK)
        e = slot_job_begin(work, txn, &banks, fault);
    if (e == ERR_OK)
        e = make_content(work, txn, slot, fault);
    if (e != ERR_OK)
        return e;
    job->places->writes = true;
    slot_read_row(txn, &work->arena, work->id, (job->bank_number - 1) * SLOTS_BANK + slot, &job->places->row);
    job->places->earlier = arena_text(&work->kept, job->places->row.file);
    count = slot_put(&work->arena, work->id, &job->places->row, job->places->content, false, actions);
    slot_set_active(&banks, &work->arena, slot);
    actions[count++] = slot_put_banks(&work->arena, work->id, &banks);
    job->said = message_text(MESSAGE_SAVED, &work->kept, slot_word(work, slot), (struct text){ 0 });
    (void)snprintf(label, sizeof(label), "save pattern to slot %u", slot);
    return slot_job_send(work, label, actions, count, fault);
}

/* If the slot's row does not list the current text, that text was made for a repeated ask. Then the stored text, that
 * of the first ask, is written. */
static enum err write_slots(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_place *place = slot_job_of(work)->places;

    (void)fault;
    slot_read_row(txn, &work->arena, work->id, place->row.number, &place->row);
    if (!slot_is_ours(&place->row, slot_digest(&work->arena, place->content)))
        slot_job_take_stored(work, txn);
    slot_job_write(work, txn, true);
    return ERR_OK;
}

enum err slot_job_say_failed(struct work *work, struct fault *fault)
{
    const struct text slot = slot_word(work, slot_in_bank(slot_job_of(work)->places->row.number));

    message_fault(MESSAGE_SAVE_FAILED, (struct text){ 0 }, text_of(work->filed.what), fault);
    log_warn("%s", fault->what);
    message_fault(MESSAGE_FAILED_TO_SAVE, slot, (struct text){ 0 }, fault);
    /* not_found would denote an empty slot, but here a folder cannot be made */
    fault->code = work->filed.code == ERR_NOT_FOUND ? ERR_IO : work->filed.code;
    fault_hint(fault, "%.165s; the slot is in the store, its file is written with the next change", work->filed.what);
    return fault->code;
}

enum err slot_answer_said(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_said said = slot_job_of(work)->loaded;

    (void)txn;
    if (work->filed.code != ERR_OK)
        return slot_job_say_failed(work, fault);
    slot_job_answer(work, &said);
    return ERR_OK;
}

/* The file was not reached: persist or the core refused. */
static void explain_save(const struct work *work, struct fault *fault)
{
    const struct project_save_pattern *ask = work->ask;
    const struct fault cause = *fault;
    char number[16];
    uint32_t slot = 0;

    if (message_read_slot(ask->slot, &slot, &(struct fault){ 0 }) != ERR_OK)
        return;
    (void)snprintf(number, sizeof(number), "%u", slot);
    if (message_cover(MESSAGE_FAILED_TO_SAVE, text_of(number), fault))
        log_warn("[PATTERN] Save failed: %s", cause.what);
}

const struct handler slot_handler_save = {
    .explain = explain_save,
    .before = begin_save,
    .plan = plan_save,
    .after = write_slots,
    .answer = slot_answer_said,
};
