#include "services/composer/exchange.h"

#include <string.h>

#include "common/process/log.h"
#include "services/composer/answer.h"
#include "services/composer/damage.h"
#include "services/composer/exclude.h"
#include "services/composer/outbox.h"
#include "services/composer/packs.h"
#include "services/composer/polling.h"
#include "services/composer/reading.h"
#include "services/composer/waiting.h"

enum { RESTARTS_MOST = 4, PERSIST_MS = 30000, REST_FACTOR = 20 };
static const usec_t period_us = 300000000, settle_us = 5000000;

/* ---- the end ---- */

static void end_exchange(struct composer *c, bool of_forget)
{
    usec_t now = clock_steady();
    bool failed = c->fault.code != ERR_OK;

    c->step = STEP_IDLE;
    gather_free(&c->gather);
    if (!failed)
        c->pause = 0;
    c->next = now + (failed ? polling_pause_of_failure(&c->pause) : polling_pause(c->poll ? c->poll : period_us));
    c->rest = REST_FACTOR * (now - c->began);
    c->rest = c->rest < settle_us ? settle_us : c->rest > period_us ? period_us : c->rest;
    if (of_forget) {
        waiting_answer(c, c->forgetting, &c->forgetting_count, failed ? NULL : &c->forgot, &c->fault);
        return;
    }
    if (!failed) {
        c->is_rebuilding = false;
        const struct composer_synced event = { c->sum.offered, c->sum.learned, c->sum.position };
        service_publish(c->service, "synced", &event);
    }
    waiting_answer(c, c->syncing, &c->syncing_count, failed ? NULL : &c->sum, &c->fault);
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

/* What may be shared has changed. */
static void begin_gathering(struct composer *c)
{
    talk_end(&c->talk);
    gather_free(&c->gather);
    c->is_done = false;
    c->step = c->step == STEP_CLEAR ? STEP_CLEAR : STEP_GATHER;
}

static void end_news_look(struct composer *c, usec_t next)
{
    talk_end(&c->talk);
    c->step = STEP_IDLE;
    c->next = next;
}

void exchange_follow(struct composer *c, enum sharing level)
{
    if (c->step == STEP_NEWS && c->level != level)
        end_news_look(c, 0);
    if (c->step == STEP_FORGET || c->step == STEP_DROP)
        return;
    if (level == SHARING_OFF && (c->step != STEP_IDLE || c->waiting_count))
        exchange_stop(c, &level_is_off);
    if (c->step == STEP_IDLE || c->level == level)
        return;
    c->level = level;
    begin_gathering(c);
}

void exchange_again(struct composer *c)
{
    c->next = c->pause = 0;
    if (c->step == STEP_NEWS)
        end_news_look(c, 0);
    c->is_due = true;
    if (c->step != STEP_IDLE && c->step != STEP_FORGET && c->step != STEP_DROP)
        begin_gathering(c);
}

void exchange_stop(struct composer *c, const struct fault *why)
{
    talk_end(&c->talk);
    if (c->step == STEP_NEWS)
        end_news_look(c, 0);
    if (c->step != STEP_IDLE)
        fail_exchange(c, why);
    c->pause = 0; /* the server did not fail */
    c->is_due = false;
    c->next = clock_steady() + polling_pause(period_us);
    waiting_answer(c, c->waiting, &c->waiting_count, NULL, why);
}

/* ---- asks to persist ---- */

/* The level is off now, because another engine of this studio made `forget`. */
static void end_forgotten(struct composer *c)
{
    struct fault why = { 0 };

    c->is_forgotten = false;
    fault_set(&why, ERR_DENIED, "`loophole composer forget` ran on another machine of this studio: the level is off");
    fault_hint(&why, "nothing is shared here either, until `loophole composer level` sets the level again");
    fail_exchange(c, &why);
}

static void end_keeping(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct composer *c = state;

    (void)answer;
    c->is_keeping = false;
    if (error == ERR_DENIED && c->step == STEP_GATHER && ++c->restarts <= RESTARTS_MOST)
        gather_free(&c->gather); /* the level went down meanwhile: the next turn gathers what it shares */
    else if (error != ERR_OK && c->step != STEP_IDLE)
        fail_exchange(c, fault);
    else if (c->is_forgotten && c->step != STEP_IDLE)
        end_forgotten(c);
    else if (error != ERR_OK) /* the ask that begins `forget` failed */
        waiting_answer(c, c->forgetting, &c->forgetting_count, NULL, fault);
}

static void keep_changes(struct composer *c, const struct persist_composer *changes)
{
    struct fault fault = { 0 };

    c->is_keeping = true;
    if (service_ask(c->service, "persist.composer", changes, PERSIST_MS, NULL, end_keeping, c, &fault) != ERR_OK)
        end_keeping(c, fault.code, NULL, &fault);
}

/* True if a part of the exchange may begin again. The number of restarts is bounded, whatever the server answers. */
static bool may_restart(struct composer *c, struct fault *fault)
{
    if (++c->restarts <= RESTARTS_MOST)
        return true;
    fault_set(fault, ERR_BAD_REQUEST,
              "the server's answers contradict each other: it began the exchange again %d times", RESTARTS_MOST);
    return false;
}

static void renew_generation(struct composer *c, const struct exchange_state *state)
{
    const struct persist_composer changes = { .renew = true, .has_accepted = true, .accepted = state->newest };

    c->step = STEP_GATHER;
    gather_free(&c->gather); /* begun again with the new generation */
    keep_changes(c, &changes);
}

/* A row of the outbox, or a shared statement's record, is damaged; this studio still has the facts that it states. */
static void offer_again(struct composer *c, const struct exchange_state *state, struct fault *fault)
{
    log_warn("a shared statement is damaged in the store: the studio offers all statements again");
    if (++c->restarts <= RESTARTS_MOST)
        renew_generation(c, state);
    else
        fault_set(fault, ERR_INTERNAL, "a shared statement is still damaged after the studio offered all again");
}

/* ---- gathering ---- */

/* Reads a slice. Returns true if all differences are kept. */
static bool gather_more(struct composer *c, struct txn *txn, const struct exchange_state *state, struct fault *fault)
{
    struct persist_composer changes = { 0 };
    enum err e = gather_slice(&c->gather, txn, &c->slice);

    if (e == ERR_INTERNAL && !c->gather.is_fresh)
        offer_again(c, state, fault);
    else if (e != ERR_OK)
        fault_set(fault, ERR_INTERNAL, "the statements that may be shared cannot be read");
    if (e != ERR_OK)
        return false;
    if (!c->gather.offers.count && !c->gather.drop.count)
        return c->gather.phase == GATHER_OVER;
    changes.offers = c->gather.offers;
    changes.drop = c->gather.drop;
    keep_changes(c, &changes); /* encoded before it returns */
    gather_taken(&c->gather);
    return false;
}

static void turn_gather(struct composer *c, struct txn *txn, const struct exchange_state *state, struct fault *fault)
{
    if (!c->gather.phase && !c->gather.offers.at)
        gather_begin(&c->gather, state, c->level);
    if (!gather_more(c, txn, state, fault))
        return;
    if (c->gather.is_full)
        log_warn("this studio has more than %d statements: the rest is not shared", GATHER_MOST);
    c->step = STEP_TALK;
}

/* ---- talking ---- */

static void begin_talk(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                       struct fault *fault)
{
    struct talk_words words = { .server = c->server };
    enum err e = outbox_write(txn, arena, state, c->talks > 0, c->has_more, &words, &c->sent);

    c->talks++;
    c->progress.offers = c->sum.offered + state->newest - state->accepted;
    if (e == ERR_OK)
        (void)talk_begin(&c->talk, &words, fault);
    else if (e == ERR_INTERNAL)
        offer_again(c, state, fault);
    else
        fault_set(fault, e, "the outbox cannot be read");
}

static void keep_answer(struct composer *c, const struct from_server *answer, const struct exchange_state *state)
{
    const struct persist_composer changes = answer_changes(answer, state, &c->sent);

    c->sum.offered += changes.accepted - state->accepted - answer->refused.count;
    c->sum.learned += answer->lessons.count;
    c->sum.position = answer->position;
    c->progress.newest = answer->newest;
    c->poll = answer->has_poll ? (usec_t)answer->poll * 1000000 : period_us;
    c->skew = answer->clock ? answer->clock - clock_now() : 0;
    c->has_more = answer->more;
    c->is_done = !answer->more && changes.accepted == state->newest;
    if (answer->lessons.count)
        packs_outdate(&c->packs);
    if (answer->refused.count)
        log_warn("offers that the server refuses: %u; the first: %.*s", answer->refused.count,
                 TEXT_ARG(answer->refused.at[0].why));
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

    log_warn("the server was restored, or is another one: everything is offered and read again");
    c->step = STEP_CLEAR;
    gather_free(&c->gather);
    keep_changes(c, &changes);
}

/* Nothing is removed here: when a person sets the level again, all is offered again. */
static void follow_forget(struct composer *c, const struct exchange_state *state)
{
    const struct persist_composer changes = { .has_level = true,
                                              .level = { .value = SHARING_OFF },
                                              .renew = true,
                                              .has_accepted = true,
                                              .accepted = state->newest };

    c->is_forgotten = true;
    keep_changes(c, &changes);
}

static void take_answer(struct composer *c, struct txn *txn, const struct from_server *answer,
                        const struct exchange_state *state, struct fault *fault)
{
    enum verdict verdict = answer_judge(answer, state, &c->sent, fault);

    if (verdict == ANSWER_INVALID)
        return;
    c->is_reachable = true;
    if (answer->lessons.count && txn_count(txn, DB_COMMUNITY) >= COMMUNITY_MOST)
        log_warn("the copy of the community has %d lessons: new ones are passed over", COMMUNITY_MOST);
    if (verdict == ANSWER_FORGOTTEN)
        follow_forget(c, state);
    else if (verdict == ANSWER_KEEP)
        keep_answer(c, answer, state);
    else if (!may_restart(c, fault))
        return;
    else if (verdict == ANSWER_OTHER_SERVER)
        meet_server(c, answer, state);
    else if (verdict == ANSWER_RENEW)
        renew_generation(c, state);
    else
        c->step = STEP_CLEAR;
}

static void turn_talk(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                      struct fault *fault)
{
    struct from_server answer = { 0 };

    if (!c->talk.child.pid && c->is_done) {
        c->fault = (struct fault){ 0 };
        end_exchange(c, false);
    } else if (!c->talk.child.pid) {
        if (!talk_is_ending(&c->talk))
            begin_talk(c, txn, arena, state, fault);
    } else if (talk_turn(&c->talk)) {
        c->is_reachable = false;
        if (talk_result(&c->talk, &from_server_shape, arena, &answer, fault) == ERR_OK)
            take_answer(c, txn, &answer, state, fault);
    }
}

/* ---- news ---- */

static void begin_talk_of(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                          enum talk_kind kind, struct fault *fault)
{
    struct talk_words words = { .server = c->server };

    if (outbox_ask(txn, arena, state, kind, &words) == ERR_OK)
        (void)talk_begin(&c->talk, &words, fault);
    else
        fault_set(fault, ERR_INTERNAL, "the state of the exchange cannot be read");
}

/* The server is asked whether an exchange would give or take anything. */
static void turn_news(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                      struct fault *fault)
{
    struct from_server answer = { 0 };

    if (!c->talk.child.pid) {
        if (!talk_is_ending(&c->talk))
            begin_talk_of(c, txn, arena, state, TALK_NEWS, fault);
        return;
    }
    if (!talk_turn(&c->talk))
        return;
    c->is_reachable = false;
    if (talk_result(&c->talk, &from_server_shape, arena, &answer, fault) != ERR_OK)
        return;
    c->is_reachable = true;
    c->is_due = c->is_due || answer.more;
    c->poll = answer.has_poll ? (usec_t)answer.poll * 1000000 : c->poll;
    end_news_look(c, answer.more ? 0 : clock_steady() + polling_pause(c->poll));
}

static void turn_clear(struct composer *c, struct txn *txn)
{
    const struct persist_composer changes = { .clear = true };

    c->progress.from = 0;
    if (txn_count(txn, DB_COMMUNITY))
        keep_changes(c, &changes);
    else
        c->step = STEP_GATHER; /* the generation may be new */
}

/* ---- forgetting ---- */

static void turn_forget(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                        struct fault *fault)
{
    const struct persist_composer changes = { .renew = true, .has_accepted = true, .accepted = state->newest };

    if (!c->talk.child.pid) {
        begin_talk_of(c, txn, arena, state, TALK_FORGET, fault);
        return;
    }
    if (!talk_turn(&c->talk))
        return;
    c->is_reachable = false;
    if (talk_result(&c->talk, &forgot_there_shape, arena, &c->forgot, fault) != ERR_OK)
        return;
    c->is_reachable = true;
    if (c->forgot.left) {
        fault_set(fault, ERR_INTERNAL, "rows of this studio that the server has not removed: %llu",
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
            gather_begin(&c->gather, state, SHARING_OFF);
        (void)gather_more(c, txn, state, fault);
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

/* This exchange only looks for news: nothing has changed here since the last one, and no client asked for it. */
static bool only_looks(const struct composer *c, const struct exchange_state *state)
{
    return !c->waiting_count && !c->is_due && c->is_reachable && c->poll && c->fault.code == ERR_OK &&
           state->newest == state->accepted;
}

static void begin_exchange(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state)
{
    bool is_forgetting = state->forgetting, may = state->level.value > SHARING_OFF && c->server[0];
    bool is_emptying = state->position == 0 && txn_count(txn, DB_COMMUNITY) > 0; /* its first part took the position */
    struct fault why = { 0 };

    if (!is_time(c) || (!is_forgetting && !may))
        return;
    if (!is_forgetting && exclude_holds(c, txn, arena, state, &why)) {
        if (why.code != ERR_OK)
            exchange_stop(c, &why);
        return;
    }
    if (!is_forgetting && only_looks(c, state)) {
        c->step = STEP_NEWS;
        c->began = clock_steady();
        c->level = (enum sharing)state->level.value;
        return;
    }
    c->restarts = c->talks = 0;
    c->is_due = c->is_done = c->has_more = c->is_forgotten = false;
    c->began = clock_steady();
    c->progress = (struct progress){ .task = id_new(), .since = clock_now(), .from = state->position };
    c->sum = (struct exchanged){ .position = state->position };
    c->forgot = (struct forgot_there){ 0 };
    c->step = is_forgetting ? STEP_FORGET : is_emptying ? STEP_CLEAR : STEP_GATHER;
    c->level = (enum sharing)state->level.value;
    if (!is_forgetting) {
        memcpy(c->syncing, c->waiting, sizeof(c->waiting));
        c->syncing_count = c->waiting_count;
        c->waiting_count = 0;
    }
    if (state->salt.len == 0)
        keep_changes(c, &(struct persist_composer){ 0 }); /* persist draws a salt and a generation */
}

static void turn_idle(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                      struct fault *fault)
{
    const struct persist_composer clear = { .clear = true };
    enum damage_found found = damage_turn(c, txn, fault);

    if (found == DAMAGE_ROWS)
        keep_changes(c, &clear);
    else if (found == DAMAGE_NONE)
        begin_exchange(c, txn, arena, state);
}

static void do_step(struct composer *c, struct txn *txn, struct arena *arena, struct fault *fault)
{
    struct exchange_state state;

    if (community_state(txn, arena, &state) != ERR_OK) {
        fault_set(fault, ERR_INTERNAL, "the state of the exchange cannot be read");
        return;
    }
    exchange_follow(c, (enum sharing)state.level.value);
    if (c->step != STEP_IDLE && exclude_holds(c, txn, arena, &state, fault))
        return; /* a folder was made at an excluded path */
    switch (c->step) {
    case STEP_IDLE:
        turn_idle(c, txn, arena, &state, fault);
        break;
    case STEP_NEWS:
        turn_news(c, txn, arena, &state, fault);
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
        turn_forget(c, txn, arena, &state, fault);
        break;
    case STEP_DROP:
        turn_drop(c, txn, &state, fault);
        break;
    }
}

void exchange_turn(struct composer *c)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct txn *txn = NULL;

    if (c->is_keeping || (c->step == STEP_IDLE && !is_time(c) && !damage_is_looking(c)))
        return;
    if (reading_begin(c, &txn, &fault) != ERR_OK)
        return; /* persist is away: the timer tries again */
    do_step(c, txn, &arena, &fault);
    txn_end(txn);
    arena_free(&arena);
    if (fault.code != ERR_OK)
        fail_exchange(c, &fault);
}

/* ---- asks ---- */

enum err exchange_forget(struct composer *c, struct call *call)
{
    const struct persist_composer changes = {
        .has_level = true, .level = { .value = SHARING_OFF }, .has_forgetting = true, .forgetting = true
    };
    enum err e;

    if (c->step == STEP_FORGET || c->step == STEP_DROP) /* it answers this call too */
        return waiting_add(call, c->forgetting, &c->forgetting_count);
    if (c->is_keeping)
        return refuse(call, ERR_BUSY, "persist is writing the result of an exchange: try again");
    exchange_stop(c, &level_is_off);
    e = waiting_add(call, c->forgetting, &c->forgetting_count);
    if (e == ERR_OK)
        keep_changes(c, &changes);
    return e;
}
