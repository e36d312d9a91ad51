/* Changes of slots: each is one step of undo. And the banks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/project/parts/kinds.h"
#include "services/project/pattern/slot_handlers.h"
#include "store/pattern/message.h"

enum { CHANGE_ACTIONS = 16 };

static bool needs_other(int32_t verb)
{
    return verb == SLOT_VERB_COPY || verb == SLOT_VERB_MOVE || verb == SLOT_VERB_SWAP;
}

static enum err begin_change(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_change_slot *ask = work->ask;
    struct slot_banks banks;
    uint32_t slots[2] = { 0 };
    enum err e = message_read_slot(ask->slot, &slots[0], fault);

    if (e == ERR_OK && needs_other(ask->verb.value))
        e = message_read_slot(ask->to, &slots[1], fault);
    if (e == ERR_OK && ask->verb.value == SLOT_VERB_RENAME)
        e = kinds_check_pattern_name(ask->to, fault);
    if (e == ERR_OK && slots[0] == slots[1])
        e = message_fault(MESSAGE_INVALID_SLOT, ask->to, (struct text){ 0 }, fault);
    if (e == ERR_OK)
        e = slot_job_begin(work, txn, &banks, fault);
    if (e == ERR_OK)
        slot_job_read(work, slots, needs_other(ask->verb.value) ? 2 : 1);
    return e;
}

/* The texts of both slots after the change. */
static enum err change_texts(struct work *work, const struct project_change_slot *ask, struct pattern_file *file,
                             struct text to[2], struct fault *fault)
{
    const struct slot_job *job = slot_job_of(work);
    const struct text one = job->places[0].content, none = { 0 };
    const struct text two = job->count > 1 ? job->places[1].content : none;

    to[0] = ask->verb.value == SLOT_VERB_COPY ? one : ask->verb.value == SLOT_VERB_SWAP ? two : none;
    to[1] = one;
    if (ask->verb.value != SLOT_VERB_RENAME)
        return ERR_OK;
    file->pattern.metadata.name = ask->to;
    return pattern_file_text(file, &work->kept, &to[0], fault);
}

/* The slot is empty. Asks persist whether an earlier copy of this ask has emptied it. */
static enum err ask_whether_done(struct work *work, enum err refused, struct fault *fault)
{
    const struct slot_job *job = slot_job_of(work);
    char scope[ID_TEXT_SIZE];
    struct action action = slot_remove(work->id, job->places[0].row.number);
    const struct persist_apply apply = { .label = TEXT("change slot"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };

    work->unless_done = *fault;
    work->unless_done.code = refused;
    return work_apply(work, &apply, fault);
}

static enum err plan_change(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_change_slot *ask = work->ask;
    struct slot_job *job = slot_job_of(work);
    struct pattern_file *file = arena_alloc(&work->kept, sizeof(*file));
    struct action actions[CHANGE_ACTIONS];
    uint32_t count = 0;
    struct text texts[2];
    char scope[ID_TEXT_SIZE];
    enum err e = slot_job_compare(work, txn, fault);

    if (e == ERR_OK)
        e = slot_job_pattern(work, &job->places[0], file, fault);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ask_whether_done(work, e, fault) : e;
    e = change_texts(work, ask, file, texts, fault);
    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < job->count; i++) {
        struct slot_place *place = &job->places[i];

        place->content = arena_text(&work->kept, texts[i]);
        place->writes = place->heals || place->is_out || !text_equal(place->content, place->file);
        count += slot_put(&work->arena, work->id, &place->row, place->content, false, actions + count);
    }
    const struct persist_apply apply = {
        .label = arena_printf(&work->arena, "%s slot %.*s", choice_word(&slot_verb_table, ask->verb.value),
                              TEXT_ARG(ask->slot)),
        .scope = text_of(id_write(work->id, scope)),
        .actions = { count, actions },
    };
    return count ? work_apply(work, &apply, fault) : ERR_OK;
}

static enum err write_change(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)fault;
    slot_job_take_stored(work, txn);
    slot_job_write(work, txn, true);
    return ERR_OK;
}

static enum err answer_change(struct work *work, struct txn *txn, struct fault *fault)
{
    static const enum message messages[] = { [SLOT_VERB_DELETE] = MESSAGE_DELETED,
                                             [SLOT_VERB_COPY] = MESSAGE_COPIED,
                                             [SLOT_VERB_MOVE] = MESSAGE_MOVED,
                                             [SLOT_VERB_SWAP] = MESSAGE_SWAPPED,
                                             [SLOT_VERB_RENAME] = MESSAGE_RENAMED };
    const struct project_change_slot *ask = work->ask;
    struct slot_job *job = slot_job_of(work);
    struct slot_said said = { 0 };

    (void)txn;
    if (work->filed.code != ERR_OK)
        return slot_job_say_failed(work, fault);
    job->said = message_text(messages[ask->verb.value], &work->kept,
                             arena_printf(&work->kept, "%u", slot_in_bank(job->places[0].row.number)),
                             job->count > 1 ? arena_printf(&work->kept, "%u", slot_in_bank(job->places[1].row.number))
                             : ask->verb.value == SLOT_VERB_RENAME ? ask->to
                                                                   : (struct text){ 0 });
    slot_job_answer(work, &said);
    return ERR_OK;
}

const struct handler slot_handler_change = {
    .explain = slot_job_explain,
    .before = begin_change,
    .plan = plan_change,
    .after = write_change,
    .answer = answer_change,
};

/* ---- banks ---- */

/* The number of a bank with that name or number; 0: there is none. */
static uint32_t find_bank(const struct slot_banks *banks, struct text named)
{
    char digits[16];
    double number;

    for (uint32_t i = 0; i < banks->names.count; i++)
        if (text_equal(banks->names.members[i].value.text, named) &&
            text_copy(digits, sizeof(digits), banks->names.members[i].name))
            return (uint32_t)strtoul(digits, NULL, 10);
    return message_read_whole(named, &number) && number >= 1 && number <= SLOTS_BANKS ? (uint32_t)number : 0;
}

static bool begins_as_number(struct text named)
{
    return named.len && strchr("-+.0123456789", named.at[0]) != NULL;
}

/* A number or a known name chooses a bank; another name becomes that of the current bank. */
static enum err plan_bank(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_bank *ask = work->ask;
    struct slot_banks banks;
    struct action action;
    char scope[ID_TEXT_SIZE];
    uint32_t found;
    enum err e = slot_job_begin(work, txn, &banks, fault);

    if (e != ERR_OK || ask->bank.len == 0)
        return e;
    found = find_bank(&banks, ask->bank);
    if (found == 0 && (begins_as_number(ask->bank) || kinds_check_name(ask->bank, fault) != ERR_OK))
        return message_fault(MESSAGE_BAD_BANK, ask->bank, (struct text){ 0 }, fault);
    if (found)
        banks.current = found;
    else
        tree_set_text(&banks.names, &work->arena, arena_printf(&work->arena, "%u", banks.current),
                      tree_of_text(ask->bank));
    action = slot_put_banks(&work->arena, work->id, &banks);
    const struct persist_apply apply = { .label = TEXT("choose bank"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };
    slot_job_of(work)->bank_number = banks.current;
    slot_job_of(work)->bank = arena_text(&work->kept, slot_bank_name(&banks, &work->arena));
    return work_apply(work, &apply, fault);
}

/* Answers with the bank of the plan, because another client may choose another bank before the answer. */
static enum err answer_bank(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    struct slot_said said = { 0 };

    (void)txn, (void)fault;
    job->said = message_text(MESSAGE_BANK, &work->kept, job->bank, (struct text){ 0 });
    slot_job_answer(work, &said);
    return ERR_OK;
}

const struct handler slot_handler_bank = { .explain = slot_job_explain, .plan = plan_bank, .answer = answer_bank };
