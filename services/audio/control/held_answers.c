#include "services/audio/control/held_answers.h"

#include <string.h>

#include "schema_audio.h"

enum { PATIENCE_US = 1000000, MARGIN_US = 250000 };

static void mark_unkept(const struct shape *shape, void *answer, bool unkept)
{
    const struct field *field = schema_field(shape, TEXT("unkept"));

    if (!field)
        return;
    *(bool *)((char *)answer + field->has_offset) = unkept; /* absent: false */
    *(bool *)((char *)answer + field->offset) = unkept;
}

/* The end of the wait; 0: the answer does not wait. */
static usec_t end_of_wait(struct held_answers *held, const struct call *call)
{
    usec_t now = clock_steady(), until = call_deadline(call) - MARGIN_US;
    bool may_wait = held->keeper != KEEPER_SETS && !held->is_late && !held->is_of_keeper;

    held->is_of_keeper = false;
    if (!may_wait || until <= now || held->count == HELD_ANSWERS)
        return 0;
    return until < now + PATIENCE_US ? until : now + PATIENCE_US;
}

static void hold_answer(struct held_answers *held, const struct call *call, struct held_answer one)
{
    one.shape = call_ask(call)->answer;
    held->each[held->count++] = one;
}

enum err held_end(struct held_answers *held, struct call *call, uint64_t serial, enum err e, void *answer)
{
    const struct shape *shape = call_ask(call)->answer;
    struct held_answer one = { .serial = serial };

    if (e != ERR_OK)
        return e;
    one.until = end_of_wait(held, call);
    if (one.until == 0) {
        mark_unkept(shape, answer, true);
        return ERR_OK;
    }
    one.answer = arena_alloc(call_arena(call), shape->size);
    memcpy(one.answer, answer, shape->size);
    one.ticket = call_defer(call);
    if (one.ticket.number)
        hold_answer(held, call, one);
    return ERR_OK;
}

void held_send(struct held_answers *held, struct call *call, struct ticket ticket, uint64_t serial, void *answer)
{
    const struct shape *shape = call_ask(call)->answer;
    const bool is_for_project = schema_field(shape, TEXT("unkept")) != NULL;
    const usec_t until = is_for_project ? end_of_wait(held, call) : 0;

    if (until) {
        hold_answer(held, call,
                    (struct held_answer){ .ticket = ticket, .answer = answer, .serial = serial, .until = until });
        return;
    }
    if (is_for_project)
        mark_unkept(shape, answer, true);
    ticket_answer(held->service, ticket, answer);
}

void held_prepare(struct call *call, void *answer, uint64_t effects)
{
    const struct shape *shape = call_ask(call)->answer;

    mark_unkept(shape, answer, true);
    recall_prepare(call, answer, effects);
    mark_unkept(shape, answer, false);
}

void held_mark(bool *has_unkept, bool *unkept, bool is_whole)
{
    if (!is_whole)
        *has_unkept = *unkept = true;
}

/* The client may have gone, and its call with it. */
static void answer_held(const struct held_answers *held, const struct held_answer *one, bool unkept)
{
    if (!ticket_is_open(held->service, one->ticket))
        return;
    if (unkept || held->keeper == KEEPER_NONE)
        mark_unkept(one->shape, one->answer, unkept);
    ticket_answer(held->service, one->ticket, one->answer);
}

/* Answers the held asks. A project service that is about to set the sound overwrites their changes, unless the core is
 * fresh. */
void held_keep(struct held_answers *held, int32_t keeper, bool is_fresh, uint64_t serial)
{
    const bool lets_go = keeper == KEEPER_SETS && !is_fresh;
    uint32_t left = 0;

    held->keeper = keeper;
    held->is_late = false;
    for (uint32_t i = 0; i < held->count; i++)
        if (lets_go || held->each[i].serial <= serial)
            answer_held(held, &held->each[i], keeper == KEEPER_SETS && held->each[i].serial > serial);
        else
            held->each[left++] = held->each[i];
    held->count = left;
}

void held_tick(struct held_answers *held)
{
    usec_t now = clock_steady();
    uint32_t left = 0;

    for (uint32_t i = 0; i < held->count; i++) {
        const struct held_answer one = held->each[i];
        if (one.until > now) {
            held->each[left++] = one;
            continue;
        }
        held->is_late = true;
        answer_held(held, &one, true);
    }
    held->count = left;
}
