#include "services/composer/exchange.h"

#include <string.h>

#include "common/process/log.h"
#include "proto/wire/json.h"
#include "services/composer/outbox.h"
#include "services/composer/reading.h"

enum { RENEWALS_MOST = 3, PERSIST_MS = 30000 };
static const usec_t slice_us = 4000, period_us = 300 * 1000000LL, settle_us = 5000000, first_pause_us = 2000000,
                    longest_pause_us = 300 * 1000000LL;

static const struct persist_composer nothing = { 0 };

/* ---- the end ---- */

/* `answer` NULL: all of them fail with `why`. */
static void answer_all(struct composer *c, struct ticket *tickets, uint32_t *count, const void *answer,
                       const struct fault *why)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (answer)
            ticket_answer(c->service, tickets[i], answer);
        else
            ticket_fail(c->service, tickets[i], why);
    }
    *count = 0;
}

static void end_exchange(struct composer *c, bool of_forget)
{
    usec_t now = clock_steady();
    bool failed = c->fault.code != ERR_OK;

    c->step = STEP_IDLE;
    gather_free(&c->gather);
    c->pause = !failed ? 0 : c->pause ? 2 * c->pause : first_pause_us;
    c->pause = c->pause < longest_pause_us ? c->pause : longest_pause_us;
    c->next = now + (failed ? c->pause : period_us);
    if (of_forget) {
        answer_all(c, c->forgetting, &c->forgetting_count, failed ? NULL : &c->forgot, &c->fault);
        return;
    }
    if (!failed) {
        const struct composer_synced event = { c->sum.offered, c->sum.learned, c->sum.position };
        service_publish(c->service, "synced", &event);
    }
    answer_all(c, c->syncing, &c->syncing_count, failed ? NULL : &c->sum, &c->fault);
}

static void fail_exchange(struct composer *c, const struct fault *why)
{
    if (c->fault.code != why->code || strcmp(c->fault.what, why->what) != 0)
        log_fault("the exchange with the community", why);
    c->fault = *why;
    c->is_due = true;
    end_exchange(c, c->step == STEP_FORGET || c->step == STEP_DROP);
}

static const struct fault level_is_off = { .code = ERR_DENIED, .what = "the level was set to off" };

void exchange_follow(struct composer *c, enum sharing level)
{
    if (c->step == STEP_FORGET || c->step == STEP_DROP)
        return;
    if (level == SHARING_OFF && (c->step != STEP_IDLE || c->waiting_count))
        exchange_stop(c, &level_is_off);
    if (c->step == STEP_IDLE || c->level == level)
        return;
    c->level = level;
    talk_end(&c->talk);
    gather_free(&c->gather);
    c->is_done = false;
    c->step = c->step == STEP_CLEAR ? STEP_CLEAR : STEP_GATHER;
}

void exchange_stop(struct composer *c, const struct fault *why)
{
    talk_end(&c->talk);
    if (c->step != STEP_IDLE)
        fail_exchange(c, why);
    c->pause = 0; /* the server did not fail */
    answer_all(c, c->waiting, &c->waiting_count, NULL, why);
}

/* ---- asks to persist ---- */

static void end_keeping(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct composer *c = state;

    (void)answer;
    c->is_keeping = false;
    if (error != ERR_OK && c->step != STEP_IDLE)
        fail_exchange(c, fault);
    else if (error != ERR_OK) /* the ask that begins `forget` failed */
        answer_all(c, c->forgetting, &c->forgetting_count, NULL, fault);
}

static void keep_changes(struct composer *c, const struct persist_composer *changes)
{
    struct fault fault = { 0 };

    c->is_keeping = true;
    if (service_ask(c->service, "persist.composer", changes, PERSIST_MS, NULL, end_keeping, c, &fault) != ERR_OK)
        end_keeping(c, fault.code, NULL, &fault);
}

static void renew_generation(struct composer *c, const struct exchange_state *state)
{
    struct persist_composer changes = { .renew = true, .has_accepted = true, .accepted = state->newest };
    const struct fault why = { .code = ERR_INTERNAL, .what = "the server refuses every new generation of offers" };

    if (++c->renewals > RENEWALS_MOST) {
        fail_exchange(c, &why);
        return;
    }
    c->step = STEP_GATHER;
    gather_free(&c->gather); /* begun again with the new generation */
    keep_changes(c, &changes);
}

/* ---- gathering ---- */

/* Reads a slice. Returns true if all differences are kept. */
static bool gather_more(struct composer *c, struct txn *txn, struct fault *fault)
{
    struct persist_composer changes = { 0 };

    if (gather_slice(&c->gather, txn, clock_steady() + slice_us) != ERR_OK) {
        fault_set(fault, ERR_INTERNAL, "what may be shared cannot be read");
        return false;
    }
    bool is_over = c->gather.phase == GATHER_OVER && !c->gather.offers.count && !c->gather.drop.count;
    if (is_over || (!c->gather.offers.count && !c->gather.drop.count))
        return is_over;
    changes.offers = c->gather.offers;
    changes.drop = c->gather.drop;
    keep_changes(c, &changes); /* encoded before it returns */
    gather_taken(&c->gather);
    return false;
}

static void turn_gather(struct composer *c, struct txn *txn, const struct exchange_state *state, struct fault *fault)
{
    if (!c->gather.phase && !c->gather.offers.at)
        gather_begin(&c->gather, state, c->level, c->exclude);
    if (!gather_more(c, txn, fault))
        return;
    if (c->gather.is_full)
        log_warn("this studio has more than %d statements: the rest is not shared", GATHER_MOST);
    c->step = STEP_TALK;
}

/* ---- talking ---- */

static void begin_talk(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                       struct fault *fault)
{
    struct to_server ask;
    struct buffer json = { 0 };

    if (outbox_read(txn, arena, state, &ask) != ERR_OK) {
        fault_set(fault, ERR_INTERNAL, "the outbox cannot be read");
        return;
    }
    json_write(&to_server_shape, &ask, &json);
    (void)talk_begin(&c->talk, c->server, buffer_c(&json), fault);
    buffer_free(&json);
}

static enum err check_answer(const struct from_server *answer, const struct exchange_state *state, struct fault *fault)
{
    uint64_t last = state->position;

    for (uint32_t i = 0; i < answer->lessons.count && !answer->again; i++) {
        if (answer->lessons.at[i].position <= last)
            return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: lesson %u is out of order", i);
        last = answer->lessons.at[i].position;
    }
    if (!answer->again && answer->position != last)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "the server's answer is invalid: its position is not that of its lessons");
    return ERR_OK;
}

static bool is_other_server(const struct from_server *answer, const struct exchange_state *state)
{
    return state->epoch.len && !text_equal(state->epoch, answer->epoch);
}

static void keep_answer(struct composer *c, const struct from_server *answer, const struct exchange_state *state)
{
    const struct persist_composer changes = { .has_accepted = true,
                                              .accepted = answer->accepted,
                                              .has_after = true,
                                              .after = state->position,
                                              .position = answer->position,
                                              .lessons = answer->lessons,
                                              .has_epoch = true,
                                              .epoch = answer->epoch,
                                              .has_history = true,
                                              .history = answer->history,
                                              .has_studios = true,
                                              .studios = answer->studios,
                                              .has_least = true,
                                              .least = answer->least,
                                              .has_synced = true,
                                              .synced = clock_now() };

    c->sum.offered += answer->accepted - state->accepted;
    c->sum.learned += answer->lessons.count;
    c->sum.position = answer->position;
    c->is_done = !answer->more && answer->accepted == state->newest;
    keep_changes(c, &changes);
}

/* The epoch is kept first: an exchange after a death sees the same generation at the same server. */
static void meet_server(struct composer *c, const struct from_server *answer, const struct exchange_state *state)
{
    const struct persist_composer changes = { .has_epoch = true,
                                              .epoch = answer->epoch,
                                              .clear = true,
                                              .renew = true,
                                              .has_accepted = true,
                                              .accepted = state->newest };

    log_warn("the server was restored, or is another one: all is offered and read again");
    c->step = STEP_CLEAR;
    gather_free(&c->gather);
    keep_changes(c, &changes);
}

static void take_answer(struct composer *c, const struct from_server *answer, const struct exchange_state *state,
                        struct fault *fault)
{
    if (check_answer(answer, state, fault) != ERR_OK)
        return;
    c->is_reachable = true;
    if (is_other_server(answer, state))
        meet_server(c, answer, state);
    else if (!answer->known || answer->accepted < state->accepted || answer->accepted > state->newest)
        renew_generation(c, state);
    else if (answer->again)
        c->step = STEP_CLEAR;
    else
        keep_answer(c, answer, state);
}

static void turn_talk(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                      struct fault *fault)
{
    struct from_server answer = { 0 };

    if (!c->talk.pid && c->is_done) {
        c->fault = (struct fault){ 0 };
        end_exchange(c, false);
    } else if (!c->talk.pid && talk_is_ending(&c->talk)) {
        return;
    } else if (!c->talk.pid) {
        begin_talk(c, txn, arena, state, fault);
    } else if (talk_turn(&c->talk)) {
        c->is_reachable = false;
        if (talk_result(&c->talk, &from_server_shape, arena, &answer, fault) == ERR_OK)
            take_answer(c, &answer, state, fault);
    }
}

static void turn_clear(struct composer *c, struct txn *txn)
{
    const struct persist_composer changes = { .clear = true };

    if (txn_count(txn, DB_COMMUNITY))
        keep_changes(c, &changes);
    else
        c->step = STEP_GATHER; /* the generation may be new */
}

/* ---- forgetting ---- */

static void turn_forget(struct composer *c, struct arena *arena, const struct exchange_state *state,
                        struct fault *fault)
{
    const struct persist_composer changes = { .renew = true, .has_accepted = true, .accepted = state->newest };

    if (!c->talk.pid) {
        (void)talk_begin(&c->talk, c->server, NULL, fault);
        return;
    }
    if (!talk_turn(&c->talk))
        return;
    c->is_reachable = false;
    if (talk_result(&c->talk, &forgot_there_shape, arena, &c->forgot, fault) != ERR_OK)
        return;
    c->is_reachable = true;
    if (c->forgot.left) {
        fault_set(fault, ERR_INTERNAL, "the server still has %llu rows of this studio",
                  (unsigned long long)c->forgot.left);
        return;
    }
    c->step = STEP_DROP;
    keep_changes(c, &changes);
}

/* All shared rows are of an earlier generation now, so the sweep drops them. */
static void turn_drop(struct composer *c, struct txn *txn, const struct exchange_state *state, struct fault *fault)
{
    struct persist_composer changes = { .has_forgetting = true, .has_accepted = true, .accepted = state->newest };

    if (txn_count(txn, DB_SHARED)) {
        if (!c->gather.offers.at || c->gather.phase == GATHER_OVER)
            gather_begin(&c->gather, state, SHARING_OFF, c->exclude);
        (void)gather_more(c, txn, fault);
    } else if (txn_count(txn, DB_OUTBOX) || state->forgetting) {
        changes.forgetting = txn_count(txn, DB_OUTBOX) > 0;
        keep_changes(c, &changes);
    } else {
        c->fault = (struct fault){ 0 };
        end_exchange(c, true);
    }
}

/* ---- turns ---- */

static bool is_time(const struct composer *c)
{
    return c->waiting_count || c->forgetting_count || clock_steady() >= c->next;
}

static void begin_exchange(struct composer *c, const struct exchange_state *state)
{
    bool is_forgetting = state->forgetting, may = state->level.value > SHARING_OFF && c->server[0];

    if (!is_time(c) || (!is_forgetting && !may))
        return;
    c->renewals = 0;
    c->is_due = c->is_done = false;
    c->sum = (struct exchanged){ .position = state->position };
    c->forgot = (struct forgot_there){ 0 };
    c->step = is_forgetting ? STEP_FORGET : STEP_GATHER;
    c->level = (enum sharing)state->level.value;
    if (!is_forgetting) {
        memcpy(c->syncing, c->waiting, sizeof(c->waiting));
        c->syncing_count = c->waiting_count;
        c->waiting_count = 0;
    }
    if (state->salt.len == 0)
        keep_changes(c, &nothing); /* persist draws a salt and a generation */
}

static void take_turn(struct composer *c, struct txn *txn, struct arena *arena, struct fault *fault)
{
    struct exchange_state state;

    if (community_state(txn, arena, &state) != ERR_OK) {
        fault_set(fault, ERR_INTERNAL, "the state of the exchange cannot be read");
        return;
    }
    exchange_follow(c, (enum sharing)state.level.value);
    switch (c->step) {
    case STEP_IDLE:
        begin_exchange(c, &state);
        break;
    case STEP_GATHER:
        turn_gather(c, txn, &state, fault);
        break;
    case STEP_TALK:
        turn_talk(c, txn, arena, &state, fault);
        break;
    case STEP_CLEAR:
        turn_clear(c, txn);
        break;
    case STEP_FORGET:
        turn_forget(c, arena, &state, fault);
        break;
    case STEP_DROP:
        turn_drop(c, txn, &state, fault);
        break;
    }
}

void exchange_turn(void *composer)
{
    struct composer *c = composer;
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct txn *txn = NULL;

    if (c->is_keeping || (c->step == STEP_IDLE && !is_time(c)))
        return;
    if (reading_begin(c, &txn, &fault) != ERR_OK)
        return; /* persist is away: the timer tries again */
    take_turn(c, txn, &arena, &fault);
    txn_end(txn);
    arena_free(&arena);
    if (fault.code != ERR_OK)
        fail_exchange(c, &fault);
    else if (c->is_due && !c->pause && c->step == STEP_IDLE && c->next > clock_steady() + settle_us)
        c->next = clock_steady() + settle_us; /* changes that come together are one exchange */
}

/* ---- asks ---- */

static enum err defer_call(struct call *call, struct ticket *tickets, uint32_t *count)
{
    struct ticket ticket;

    if (*count == WAITING_MOST)
        return refuse(call, ERR_BUSY, "%d asks wait for an exchange already: try again later", WAITING_MOST);
    ticket = call_defer(call);
    if (ticket.number)
        tickets[(*count)++] = ticket;
    return ERR_OK;
}

enum err exchange_wait(struct composer *c, struct call *call)
{
    return defer_call(call, c->waiting, &c->waiting_count);
}

enum err exchange_forget(struct composer *c, struct call *call)
{
    const struct persist_composer changes = {
        .has_level = true, .level = { .value = SHARING_OFF }, .has_forgetting = true, .forgetting = true
    };
    enum err e;

    if (c->step == STEP_FORGET || c->step == STEP_DROP) /* it answers this call too */
        return defer_call(call, c->forgetting, &c->forgetting_count);
    if (c->is_keeping)
        return refuse(call, ERR_BUSY, "persist is writing the result of an exchange: try again");
    exchange_stop(c, &level_is_off);
    e = defer_call(call, c->forgetting, &c->forgetting_count);
    if (e == ERR_OK)
        keep_changes(c, &changes);
    return e;
}
