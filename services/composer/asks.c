#include <stdlib.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"
#include "services/composer/exchange.h"
#include "services/composer/exclude.h"
#include "services/composer/excluded.h"
#include "services/composer/layouts.h"
#include "services/composer/outbox.h"
#include "services/composer/packs.h"
#include "services/composer/reading.h"
#include "services/composer/server/door.h"
#include "services/composer/team_asks.h"
#include "services/composer/waiting.h"
#include "store/community.h"

enum { PERSIST_MS = 10000 };
static const usec_t skew_least_us = 120000000;

/* ---- the state ---- */

static enum err fill_exclusions(struct composer *c, struct txn *txn, struct arena *arena, struct composer_status *to)
{
    struct exclusion_list rows;
    struct fault why = { 0 };
    enum err e = community_exclusions(txn, arena, &rows);

    to->has_stopped = exclude_stops(&c->exclude, txn, arena, &why);
    if (to->has_stopped)
        to->stopped = arena_text(arena, text_of(why.what));
    to->has_excluded = e == ERR_OK && rows.count;
    for (uint32_t i = 0; to->has_excluded && i < rows.count; i++)
        to->excluded += i == 0 || !id_equal(rows.at[i].folder, rows.at[i - 1].folder);
    return e == ERR_INTERNAL ? ERR_OK : e; /* `stopped` reports it */
}

static enum err fill_status(struct composer *c, struct arena *arena, struct composer_status *to, struct fault *fault)
{
    struct exchange_state state;
    struct txn *txn;
    enum err e = reading_state(c, arena, &state, fault);

    if (e == ERR_OK)
        e = reading_begin(c, &txn, fault);
    if (e != ERR_OK)
        return e;
    *to = (struct composer_status){ .level = state.level,
                                    .server = door_shown(c->server, arena),
                                    .reachable = c->is_reachable,
                                    .outbox = txn_count(txn, DB_OUTBOX),
                                    .shared = txn_count(txn, DB_SHARED),
                                    .inbox = txn_count(txn, DB_COMMUNITY),
                                    .last_sync = state.synced,
                                    .error = arena_text(arena, text_of(c->fault.what)),
                                    .syncing = c->step > STEP_NEWS,
                                    .forgetting = state.forgetting,
                                    .studios = state.studios,
                                    .least = state.least,
                                    .has_refused = state.has_refused && state.refused,
                                    .refused = state.refused,
                                    .has_refused_why = state.has_refused && state.refused,
                                    .refused_why = state.refused_why,
                                    .has_skew = c->skew < -skew_least_us || c->skew > skew_least_us,
                                    .skew = (double)c->skew / 1e6,
                                    .has_rebuilding = c->is_rebuilding,
                                    .rebuilding = c->is_rebuilding,
                                    .has_confirm = state.has_confirm,
                                    .confirm = state.confirm };
    e = fill_exclusions(c, txn, arena, to);
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the excluded folders cannot be read");
}

static enum err show_state(struct composer *c, struct call *call, const struct composer_state *ask,
                           struct composer_status *answer)
{
    (void)ask;
    return fill_status(c, call_arena(call), answer, call_fault(call));
}

/* ---- a call that waits for persist ---- */

struct waiting_call {
    struct composer *composer;
    struct ticket ticket;
    struct arena arena;
    enum answering { ANSWER_STATUS, ANSWER_PREVIEW, ANSWER_EXCLUDED } answer;
};

static enum err answer_preview(struct composer *c, struct arena *arena, struct preview_seen *to, struct fault *fault)
{
    struct exchange_state state;
    struct txn *txn;
    enum err e = reading_begin(c, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = community_state(txn, arena, &state);
    if (e == ERR_OK)
        e = outbox_preview(c, txn, arena, &state, to);
    if (e == ERR_OK) {
        struct preview_seen copy;
        e = codec_copy(&preview_seen_shape, to, arena, &copy); /* nothing may point into the map */
        *to = copy;
    }
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the statements that would be shared cannot be read");
}

/* persist has the new level. An exchange may have begun at the old one: after the answer nothing of it leaves. */
static void follow_level(struct composer *c, struct composer_status *status)
{
    exchange_follow(c, (enum sharing)status->level.value);
    status->syncing = c->step > STEP_NEWS;
    if (status->level.value > SHARING_OFF)
        c->next = c->pause = 0;
}

/* Sends the answer while its record exists. */
static enum err answer_status(struct waiting_call *w, struct fault *fault)
{
    struct composer_status status = { 0 };
    enum err e = fill_status(w->composer, &w->arena, &status, fault);

    if (e != ERR_OK)
        return e;
    follow_level(w->composer, &status);
    ticket_answer(w->composer->service, w->ticket, &status);
    return ERR_OK;
}

static enum err answer_excluded(struct waiting_call *w, struct fault *fault)
{
    struct excluded_folders folders = { 0 };
    enum err e = excluded_list(w->composer, &w->arena, &folders, fault);

    exchange_again(w->composer);
    if (e == ERR_OK)
        ticket_answer(w->composer->service, w->ticket, &folders);
    return e;
}

static enum err answer_kept_preview(struct waiting_call *w, struct fault *fault)
{
    struct preview_seen preview = { 0 };
    enum err e = answer_preview(w->composer, &w->arena, &preview, fault);

    if (e == ERR_OK)
        ticket_answer(w->composer->service, w->ticket, &preview);
    return e;
}

static void end_waiting(void *state, enum err error, const void *answer, const struct fault *why)
{
    static enum err (*const answers[])(struct waiting_call *, struct fault *) = {
        [ANSWER_STATUS] = answer_status,
        [ANSWER_PREVIEW] = answer_kept_preview,
        [ANSWER_EXCLUDED] = answer_excluded,
    };
    struct waiting_call *w = state;
    struct fault fault = { 0 };

    (void)answer;
    if (error != ERR_OK)
        ticket_fail(w->composer->service, w->ticket, why);
    else if (answers[w->answer](w, &fault) != ERR_OK)
        ticket_fail(w->composer->service, w->ticket, &fault);
    arena_free(&w->arena);
    free(w);
}

static enum err ask_persist(struct composer *c, struct call *call, const struct persist_composer *changes,
                            const struct sender *sender, enum answering answer)
{
    struct waiting_call *w = alloc_zeroed(1, sizeof(*w));
    struct fault fault = { 0 };

    *w = (struct waiting_call){ .composer = c, .ticket = call_defer(call), .answer = answer };
    if (!w->ticket.number) {
        free(w);
        return ERR_BUSY;
    }
    if (service_ask(c->service, "persist.composer", changes, PERSIST_MS, sender, end_waiting, w, &fault) != ERR_OK)
        end_waiting(w, fault.code, NULL, &fault);
    return ERR_OK;
}

static enum err set_level(struct composer *c, struct call *call, const struct composer_level *ask,
                          struct composer_status *answer)
{
    const struct persist_composer changes = { .has_level = true, .level = ask->level };
    const struct sender sender = call_sender(call);
    struct exchange_state state;
    enum err e = reading_state(c, call_arena(call), &state, call_fault(call));

    (void)answer;
    if (e != ERR_OK)
        return e;
    if (!ask->level.value)
        return refuse(call, ERR_BAD_REQUEST, "the level is missing or unknown: expected off, ask, descriptors or use");
    if (state.forgetting) {
        refuse(call, ERR_BUSY, "`forget` has begun, and the server has not confirmed it yet");
        return fault_hint(call_fault(call), "try again later; `loophole composer status` shows why it is not done");
    }
    if (ask->level.value > SHARING_OFF && c->server[0] && door_check(c->server, call_fault(call)) != ERR_OK)
        return call_fault(call)->code;
    if (ask->level.value == SHARING_OFF)
        exchange_follow(c, SHARING_OFF);
    return ask_persist(c, call, &changes, &sender, ANSWER_STATUS);
}

/* The first preview makes persist draw the salt, which stays: so these are the bytes that leave later. */
static enum err preview_next(struct composer *c, struct call *call, const struct composer_preview *ask,
                             struct preview_seen *answer)
{
    const struct persist_composer changes = { 0 };
    struct exchange_state state;
    enum err e = reading_state(c, call_arena(call), &state, call_fault(call));

    (void)ask;
    if (e != ERR_OK)
        return e;
    return state.salt.len ? answer_preview(c, call_arena(call), answer, call_fault(call))
                          : ask_persist(c, call, &changes, NULL, ANSWER_PREVIEW);
}

/* ---- excluded folders ---- */

static enum err list_excluded(struct composer *c, struct call *call, const struct composer_excluded *ask,
                              struct excluded_folders *answer)
{
    (void)ask;
    return excluded_list(c, call_arena(call), answer, call_fault(call));
}

static enum err exclude_folder(struct composer *c, struct call *call, const struct composer_exclude *ask,
                               struct excluded_folders *answer)
{
    const struct sender sender = call_sender(call);
    struct persist_composer changes;
    enum err e = excluded_add(c, call_arena(call), ask->path, &changes, call_fault(call));

    (void)answer;
    return e == ERR_OK ? ask_persist(c, call, &changes, &sender, ANSWER_EXCLUDED) : e;
}

static enum err include_folder(struct composer *c, struct call *call, const struct composer_include *ask,
                               struct excluded_folders *answer)
{
    const struct sender sender = call_sender(call);
    struct persist_composer changes;
    enum err e = excluded_remove(c, call_arena(call), ask->path, &changes, call_fault(call));

    (void)answer;
    return e == ERR_OK ? ask_persist(c, call, &changes, &sender, ANSWER_EXCLUDED) : e;
}

/* ---- the server ---- */

static enum err sync_now(struct composer *c, struct call *call, const struct composer_sync *ask,
                         struct exchanged *answer)
{
    struct exchange_state state;
    enum err e = reading_state(c, call_arena(call), &state, call_fault(call));

    (void)ask, (void)answer;
    if (e == ERR_OK && state.level.value <= SHARING_OFF) {
        refuse(call, ERR_DENIED, "the level is off: nothing leaves this studio");
        return fault_hint(call_fault(call),
                          "`loophole composer preview` shows what would be sent; with `loophole composer level ask` "
                          "this studio only reads");
    }
    if (e == ERR_OK)
        e = reading_server(c, call_fault(call));
    return e == ERR_OK ? waiting_add(call, c->waiting, &c->waiting_count) : e;
}

static enum err forget_all(struct composer *c, struct call *call, const struct composer_forget *ask,
                           struct forgot_there *answer)
{
    enum err e = reading_server(c, call_fault(call));

    (void)ask, (void)answer;
    return e == ERR_OK ? exchange_forget(c, call) : e;
}

static enum err list_packs(struct composer *c, struct call *call, const struct composer_packs *ask,
                           struct packs_here *answer)
{
    (void)ask;
    return packs_list(c, call, answer);
}

static enum err list_layouts(struct composer *c, struct call *call, const struct composer_layouts *ask,
                             struct layouts_known *answer)
{
    return layouts_list(c, call_arena(call), ask, answer, call_fault(call));
}

const struct composer_handlers asks_handlers = {
    .state = show_state,
    .level = set_level,
    .preview = preview_next,
    .excluded = list_excluded,
    .exclude = exclude_folder,
    .include = include_folder,
    .sync = sync_now,
    .forget = forget_all,
    .packs = list_packs,
    .layouts = list_layouts,
    .team = team_asks_show,
    .team_create = team_asks_create,
    .team_code = team_asks_code,
    .team_join = team_asks_join,
    .team_leave = team_asks_leave,
    .team_said = team_asks_said,
};
