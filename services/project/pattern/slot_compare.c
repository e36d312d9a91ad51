#include "services/project/pattern/slot_compare.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "services/project/pattern/slot_handlers.h"

enum { BUDGET_MS = 30000, COMPARE_ACTIONS = 2 * SLOTS_BANK };

/* ---- a bank ---- */

static enum err begin_compare(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_compare_slots *ask = work->ask;
    struct slot_banks banks;
    uint32_t slots[SLOTS_BANK];
    enum err e = slot_job_begin(work, txn, &banks, fault);

    slot_job_separate(work);
    slot_job_of(work)->bank_number = (uint32_t)ask->bank;
    for (uint32_t i = 0; i < SLOTS_BANK; i++)
        slots[i] = i + 1;
    if (e == ERR_OK)
        slot_job_read(work, slots, SLOTS_BANK);
    return e;
}

/* Leaves a damaged file as it is, and a missing one too, because its drive may be away. */
static void judge_slot(struct work *work, struct slot_place *place)
{
    struct pattern_file *file;
    struct fault fault = { 0 };

    place->heals = place->heals && place->read == ERR_OK;
    if (!place->adopts)
        return;
    file = arena_alloc(&work->arena, sizeof(*file));
    if (slot_job_pattern(work, place, file, &fault) == ERR_OK)
        return;
    place->adopts = false;
    log_warn("%s; %s", fault.what, fault.hint[0] ? fault.hint : "it has no good backup");
}

/* A file that cannot be read is left alone, as a missing one is. If the disk does not answer, no slot is compared. */
static void leave_unreadable(struct slot_place *place)
{
    if (place->read == ERR_OK || place->read == ERR_NOT_FOUND || place->read == ERR_TIMEOUT)
        return;
    log_warn("the file of slot %u cannot be compared: %.*s", slot_in_bank(place->row.number), TEXT_ARG(place->why));
    place->read = ERR_NOT_FOUND;
}

static enum err plan_compare(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    struct action actions[COMPARE_ACTIONS];
    enum err e;

    for (uint32_t i = 0; i < job->count; i++)
        leave_unreadable(&job->places[i]);
    e = slot_job_compare(work, txn, fault);
    for (uint32_t i = 0; e == ERR_OK && i < job->count; i++) {
        judge_slot(work, &job->places[i]);
        job->places[i].content = arena_text(&work->kept, job->places[i].content);
    }
    return e == ERR_OK ? slot_job_send(work, "load changed slots", actions, slot_job_adopt(work, actions), fault) : e;
}

static enum err write_older(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)fault;
    slot_job_write(work, txn, true);
    return ERR_OK;
}

static enum err answer_compared(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    uint32_t used = 0;

    for (uint32_t i = 0; i < job->count; i++)
        used += job->places[i].content.len > 0;
    job->said = message_counted(MESSAGE_LISTED, &work->kept, used, job->bank);
    return slot_answer_said(work, txn, fault);
}

const struct handler slot_handler_compare = {
    .before = begin_compare,
    .plan = plan_compare,
    .after = write_older,
    .answer = answer_compared,
};

/* ---- all banks of the open project ---- */

struct slot_comparing {
    struct project *p;
    struct id compared; /* the project whose banks were compared last, or are compared now */
    uint32_t opened;    /* as in struct project, when that began */
    uint32_t bank;      /* that is compared; SLOTS_BANKS: all are done */
    bool has_slots[SLOTS_BANKS];
    struct arena arena;
};

static void compare_next(struct slot_comparing *c);

static void take_compared(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)answer;
    if (error != ERR_OK)
        log_fault("the files of slots were not compared", fault);
    compare_next(state);
}

static void compare_next(struct slot_comparing *c)
{
    struct project_compare_slots ask = { 0 };
    struct fault fault = { 0 };
    char id[ID_TEXT_SIZE];

    while (c->bank < SLOTS_BANKS && !c->has_slots[c->bank])
        c->bank++;
    if (c->bank == SLOTS_BANKS)
        return;
    ask.project = text_of(id_write(c->compared, id));
    ask.bank = ++c->bank;
    if (service_ask(c->p->service, "project.compare_slots", &ask, BUDGET_MS, NULL, take_compared, c, &fault) == ERR_OK)
        return;
    log_fault("the files of slots were not compared", &fault);
    c->bank = SLOTS_BANKS;
}

static void find_banks(struct slot_comparing *c, struct txn *txn)
{
    struct element_list parts;
    struct slot_row row;
    struct slot_banks banks;

    memset(c->has_slots, 0, sizeof(c->has_slots));
    slot_read_banks(txn, &c->arena, c->compared, &banks);
    c->has_slots[banks.current - 1] = true; /* another program may have added a file to it */
    if (parts_all(txn, &c->arena, c->compared, &parts) != ERR_OK)
        return;
    for (uint32_t i = 0; i < parts.count; i++)
        if (slot_read_part(&parts.at[i], &c->arena, &row))
            c->has_slots[(row.number - 1) / SLOTS_BANK] = true;
}

void slot_compare_look(void *project)
{
    struct project *p = project;
    struct slot_comparing *c = p->comparing;
    struct txn *txn;
    struct id open;

    if (!c) {
        c = p->comparing = alloc_zeroed(1, sizeof(*c));
        *c = (struct slot_comparing){ .p = p, .bank = SLOTS_BANKS };
    }
    if (c->bank < SLOTS_BANKS || project_read(p, &txn, NULL) != ERR_OK)
        return;
    if (elements_current(txn, &c->arena, &open) == ERR_OK && (!id_equal(open, c->compared) || c->opened != p->opened)) {
        c->compared = open;
        c->opened = p->opened;
        c->bank = 0;
        find_banks(c, txn);
    }
    txn_end(txn);
    arena_reset(&c->arena);
    if (c->bank == 0)
        compare_next(c);
}

void slot_compare_close(struct project *p)
{
    if (p->comparing)
        arena_free(&p->comparing->arena);
    free(p->comparing);
    p->comparing = NULL;
}
