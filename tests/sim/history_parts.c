/* Steps in parts: an apply that has several commits, and undo and redo of a step with many rows. */
#include "tests/sim/history.h"
#include "tests/sim/journal.h"

/* ---- an apply in parts ---- */

bool history_is_long(const struct deed *deed)
{
    return deed->kind == DEED_APPLY && deed->in_parts;
}

/* Its progress is kept as long as its changes. */
static void begin_one(struct history *h, const struct deed *deed, uint32_t first)
{
    struct model_long *at = &h->longs[deed_number(deed)];
    const uint64_t last = h->last[deed_number(deed)];

    if (!history_is_long(deed) || at->done == 0)
        return;
    sim.counts.goings += first > 0;
    if (first == 0 && last > 0 && last <= h->trimmed)
        *at = (struct model_long){ 0 };
    else if (first < at->changed || first > at->done)
        sim_fail("request %u has done %u actions, but continues after %u", deed_number(deed), at->done, first);
    at->done = first;
}

void history_begin_long(struct history *h, const struct deed *deed, uint32_t first)
{
    begin_one(h, deed, first);
    if (deed->rival)
        begin_one(h, deed->rival, first);
}

enum err history_refusal(struct history *h, const struct deed *deed)
{
    if (history_is_long(deed))
        return model_long_refusal(&h->model, deed, &h->longs[deed_number(deed)]);
    return model_refusal(&h->model, deed);
}

void history_apply_again(struct history *h, uint64_t number)
{
    const struct note *note = journal_at(number);
    struct deed *deed = journal_deed_of_operation(number);
    const uint64_t head = h->model.head;

    const bool is_long = deed && history_is_long(deed);

    if (!is_long && h->model.head == h->row_count) /* it changed nothing, and died; perhaps its rival was done */
        return;
    if (!is_long)
        sim_fail("a part of an apply belongs to no request");
    if (!model_undo_is_at(&h->model, note->undo_at, note->undo_top))
        sim_fail("request %u: undo is at another place", deed_number(deed));
    if (note->first != h->longs[deed_number(deed)].done)
        sim_fail("request %u has done %u actions, but does action %u next", deed_number(deed),
                 h->longs[deed_number(deed)].done, note->first);
    model_long_part(&h->model, deed, &h->longs[deed_number(deed)], note->actions);
    if (h->model.head != h->row_count)
        sim_fail("request %u changed too much", deed_number(deed));
    if (h->model.head != head)
        h->last[deed_number(deed)] = h->model.head;
}

struct verdict history_end_of_long(struct history *h, const struct deed *deed, uint64_t revision)
{
    struct model_long *at = &h->longs[deed_number(deed)];
    const struct verdict verdict = {
        .revision = revision ? revision : h->model.head, .step = at->step, .items = at->items, .steps = at->steps
    };

    if (at->done != deed->op_count)
        sim_fail("request %u is answered after %u of %u actions", deed_number(deed), at->done, deed->op_count);
    *at = (struct model_long){ 0 };
    return verdict;
}

/* ---- undo and redo ---- */

/* The note by which the rows of undo in this commit are known; NULL: they are of another deed. */
static const struct note *taken_with(uint64_t number, enum note_kind kind)
{
    const struct note *row = journal_at(number);
    const struct id request = row->kind == NOTE_CHANGE ? row->change.request : row->request;

    for (uint64_t i = number + 1; i < journal_count() && journal_at(i)->turn == row->turn; i++) {
        const struct note *note = journal_at(i);
        if ((note->kind == NOTE_TAKEN || note->kind == NOTE_ANSWER) && id_equal(note->request, request))
            return note->kind == kind ? note : NULL;
    }
    return NULL;
}

bool history_is_taken(uint64_t number)
{
    return taken_with(number, NOTE_TAKEN) != NULL;
}

static bool goes_that_way(const struct deed *deed, const struct note *note)
{
    return deed->kind == (note->undo_to < note->undo_at ? DEED_UNDO : DEED_REDO) && !deed->has_step;
}

/* Of two deeds under one id, the direction shows whose part it is, or the answer. */
static struct deed *taker_of(const struct note *note, const struct note *answer)
{
    struct deed *deed = answer ? deed_with(note->request, answer->digest) : deed_of(note->request);

    if (answer || !deed || goes_that_way(deed, note))
        return deed;
    return deed->rival && goes_that_way(deed->rival, note) ? deed->rival : NULL;
}

static void take_to_step(struct history *h, const struct deed *deed)
{
    const enum err e = model_undo_refusal(&h->model, deed);

    if (e != ERR_OK)
        sim_fail("request %u goes back to a step, but must be refused: %s", deed_number(deed), err_name(e));
    h->verdicts[deed_number(deed)][0] = model_undo_to(&h->model, deed);
}

static void take_part(struct history *h, const struct deed *deed, const struct note *note, bool ended)
{
    struct model_taking *taking = &h->taking[deed_number(deed)];
    bool is_whole = model_undo_part(&h->model, deed, note->undo_to, h->verdicts[deed_number(deed)], &taking->has_taken);

    if (ended && (!is_whole || !taking->has_taken))
        sim_fail("request %u is answered, but rows of its step are left", deed_number(deed));
    if (!ended && is_whole && taking->has_taken)
        sim_fail("request %u has taken its step, and is not answered", deed_number(deed));
    sim.counts.pieces += !is_whole;
    taking->at = h->model.at;
    taking->top = h->model.top;
    if (ended)
        *taking = (struct model_taking){ 0 };
}

/* A change of an earlier life is not known to a later one, whose own part may change nothing. */
static void note_last(struct history *h, const struct deed *deed, uint64_t head, const struct note *answer)
{
    uint64_t *last = &h->last[deed_number(deed)];

    if (h->model.head != head)
        *last = h->model.head;
    else if (answer && answer->revision == 0)
        *last = 0;
}

void history_take_again(struct history *h, uint64_t number)
{
    const struct note *note = journal_at(number), *answer = taken_with(number, NOTE_ANSWER);
    struct deed *deed = taker_of(note, answer);
    const uint64_t head = h->model.head;

    if (!deed || (deed->kind != DEED_UNDO && deed->kind != DEED_REDO))
        return;
    if (!model_undo_is_at(&h->model, note->undo_at, note->undo_top))
        sim_fail("request %u: undo is at another place", deed_number(deed));
    if (deed->kind == DEED_UNDO && deed->has_step)
        take_to_step(h, deed);
    else
        take_part(h, deed, note, answer != NULL);
    if (h->model.at != note->undo_to || h->model.head != h->row_count)
        sim_fail("request %u changed too much", deed_number(deed));
    h->taken[deed_number(deed)] = answer != NULL;
    note_last(h, deed, head, answer);
}

void history_hold_taken(struct history *h, const struct deed *deed)
{
    if (!h->taken[deed_number(deed)])
        sim_fail("request %u is answered, but took nothing back", deed_number(deed));
    h->taken[deed_number(deed)] = false;
}

bool history_is_between(const struct history *h, const struct deed *deed)
{
    const struct model_taking *taking = &h->taking[deed_number(deed)];

    return taking->has_taken && (taking->at != h->model.at || taking->top != h->model.top);
}
