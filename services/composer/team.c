#include "services/composer/team.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "services/composer/exclude.h"
#include "services/composer/polling.h"
#include "services/composer/reading.h"
#include "services/composer/server/door.h"
#include "services/composer/team_compare.h"
#include "services/composer/team_outbox.h"
#include "store/elements.h"
#include "store/kit/kit_text.h"
#include "store/team/team_known.h"

enum { PERSIST_MS = 30000, KITS_SHOWN = 64 /* as in the schema */ };
static const usec_t period_us = 2000000, longest_pause_us = 10000000, rest_us = 100000, hour_us = 3600000000;
static const usec_t reading_us = 20000; /* of kits for one answer */

/* ---- the end of a step ---- */

static bool is_same_fault(const struct fault *a, const struct fault *b)
{
    return a->code == b->code && strcmp(a->what, b->what) == 0;
}

static void fail_exchange(struct composer *c, const struct fault *why)
{
    struct team *t = &c->team;

    if (!is_same_fault(&t->fault, why))
        log_fault("the exchange with the team", why);
    t->fault = *why;
    (void)polling_pause_of_failure(&t->pause);
    t->pause = t->pause < longest_pause_us ? t->pause : longest_pause_us;
    t->next = clock_steady() + polling_pause(t->pause);
}

static void end_command(struct composer *c, const struct fault *why)
{
    struct team_command *command = &c->team.command;
    struct fault fault = { 0 };
    struct team_shown shown = { 0 };
    struct arena arena = { 0 };

    command->is_waiting = command->is_talking = false;
    if (!why && team_show(c, &arena, &shown, &fault) != ERR_OK)
        why = &fault;
    if (!why && command->code.len) {
        shown.has_code = true;
        shown.code = command->code;
    }
    if (why)
        ticket_fail(c->service, command->ticket, why);
    else
        ticket_answer(c->service, command->ticket, &shown);
    arena_free(&arena);
    arena_free(&command->arena);
    c->team.next = 0;
}

/* A command that waits until the server knows about the last team fails with that talk. */
static void fail_step(struct composer *c, const struct fault *why)
{
    struct team *t = &c->team;
    const bool is_leaving = t->is_leaving;

    t->is_leaving = false;
    if (t->command.is_talking || (is_leaving && t->command.is_waiting))
        end_command(c, why);
    else
        fail_exchange(c, why);
}

/* ---- asks to persist ---- */

static void end_keeping(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct composer *c = state;

    (void)answer;
    c->team.is_keeping = false;
    if (error != ERR_OK)
        fail_step(c, fault);
    else if (c->team.command.is_talking)
        end_command(c, NULL);
}

static void keep_changes(struct composer *c, const struct persist_team *changes)
{
    struct fault fault = { 0 };

    c->team.is_keeping = true;
    if (service_ask(c->service, "persist.team", changes, PERSIST_MS, NULL, end_keeping, c, &fault) != ERR_OK)
        end_keeping(c, fault.code, NULL, &fault);
}

/* ---- answers ---- */

static bool are_same_members(const struct team_member_list *a, const struct team_member_list *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!text_equal(a->at[i].id, b->at[i].id) || !text_equal(a->at[i].name, b->at[i].name))
            return false;
    return true;
}

static enum err check_answer(const struct from_team *answer, const struct team_state *state, struct fault *fault)
{
    if (answer->has_refused) {
        fault_set(fault, ERR_DENIED, "the server: %.*s", TEXT_ARG(answer->refused));
        return fault_hint(fault, "`loophole composer team show` shows the team of this engine");
    }
    if (!answer->epoch.len || !answer->team.len || !answer->me.len)
        return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: it has no team, member or epoch");
    if (state->team.len && !text_equal(answer->me, state->me))
        return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: this engine is another member");
    return ERR_OK;
}

static struct sent_said_list list_sent(const struct composer *c, struct sent_said room[TEAM_SENT_MOST])
{
    const struct team_said_list *sent = &c->team.sent;

    for (uint32_t i = 0; i < sent->count; i++) {
        const struct team_said *said = &sent->at[i];
        room[i] = (struct sent_said){ .content = said->content,
                                      .field = said->field,
                                      .own = said->own,
                                      .has_withdrawn = said->has_withdrawn,
                                      .withdrawn = said->withdrawn };
    }
    return (struct sent_said_list){ sent->count, room };
}

static void take_exchange(struct composer *c, const struct from_team *answer, const struct team_state *state,
                          struct fault *fault)
{
    struct team *t = &c->team;
    struct sent_said sent[TEAM_SENT_MOST];
    struct persist_team changes = {
        .has_after = true, .after = state->position, .position = answer->position, .clock = answer->clock
    };

    if (check_answer(answer, state, fault) != ERR_OK)
        return;
    if (text_equal(answer->epoch, state->epoch) && answer->position < state->position) {
        fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: its position %llu is before %llu",
                  (unsigned long long)answer->position, (unsigned long long)state->position);
        return;
    }
    t->poll = answer->poll ? (usec_t)answer->poll * 1000000 : period_us;
    t->synced = clock_now();
    t->next = clock_steady() + (answer->more ? rest_us : polling_pause(t->poll));
    t->pause = 0;
    t->fault = (struct fault){ 0 };
    if (answer->full)
        fault_set(&t->fault, ERR_FULL, "the team has no room at the server: what is said here is not sent");
    if (!text_equal(answer->epoch, state->epoch)) {
        t->next = 0;
        keep_changes(c, &(struct persist_team){ .has_epoch = true, .epoch = answer->epoch });
        return;
    }
    changes.heard = answer->said;
    if (!answer->full)
        changes.taken = list_sent(c, sent);
    changes.has_members = !are_same_members(&answer->members, &state->members);
    changes.members = answer->members;
    changes.has_kits_heard = changes.kits_heard = !answer->more && !state->kits_heard;
    if (changes.heard.count || changes.taken.count || changes.has_members || changes.kits_heard ||
        answer->position != state->position)
        keep_changes(c, &changes);
}

static void take_command(struct composer *c, const struct from_team *answer, const struct team_state *state,
                         struct fault *fault)
{
    struct team_command *command = &c->team.command;
    const bool is_code = text_is(command->ask.what, "code");
    struct team_state joined = *state;

    if (check_answer(answer, is_code ? state : &(struct team_state){ 0 }, fault) != ERR_OK)
        return;
    command->code = answer->has_code ? arena_text(&command->arena, answer->code) : TEXT("");
    if (is_code) {
        end_command(c, NULL);
        return;
    }
    joined.team = answer->team;
    joined.me = answer->me;
    joined.name = command->ask.name;
    joined.epoch = answer->epoch;
    joined.members = answer->members;
    joined.salt = bytes_of(command->salt, TEAM_SALT);
    keep_changes(c, &(struct persist_team){ .has_state = true, .state = joined });
}

/* The server knows that this engine left. If it refused, it knew no such member. */
static void take_leave(struct composer *c)
{
    c->team.is_leaving = false;
    c->team.pause = 0;
    c->team.fault = (struct fault){ 0 };
    keep_changes(c, &(struct persist_team){ .confirmed = true });
}

static void turn_talk(struct composer *c, struct arena *arena, const struct team_state *state, struct fault *fault)
{
    struct team *t = &c->team;
    struct from_team answer = { 0 };

    if (t->command.is_waiting && !t->command.is_talking && text_is(t->command.ask.what, "leave")) {
        talk_end(&t->talk); /* a person does not wait for it */
        return;
    }
    if (!talk_turn(&t->talk) || talk_result(&t->talk, &from_team_shape, arena, &answer, fault) != ERR_OK)
        return;
    if (t->is_leaving)
        take_leave(c);
    else if (t->command.is_talking)
        take_command(c, &answer, state, fault);
    else
        take_exchange(c, &answer, state, fault);
}

/* ---- talks ---- */

static void begin_talk(struct composer *c, struct arena *arena, const struct to_team *call, struct fault *fault)
{
    struct talk_words words = { .server = c->team.server };

    if (team_outbox_write(arena, call, &words) != ERR_OK)
        fault_set(fault, ERR_FULL, "no memory for what is sent to the team");
    else
        (void)talk_begin(&c->team.talk, &words, fault);
}

static void begin_leave(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                        struct fault *fault)
{
    struct to_team call = { .what = TEXT("leave"), .has_forget = true, .forget = state->forget };

    c->team.is_leaving = true;
    if (team_engine(txn, arena, state->salt, &call.engine) != ERR_OK)
        fault_set(fault, ERR_INTERNAL, "this machine cannot be identified");
    else
        begin_talk(c, arena, &call, fault);
}

/* Another member begins when the server knows that the former one left, and without its rows. */
static void begin_command(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                          struct fault *fault)
{
    struct team_command *command = &c->team.command;
    const bool begins = text_is(command->ask.what, "create") || text_is(command->ask.what, "join");
    const bool leaves = text_is(command->ask.what, "leave");

    if (begins && state->leaving) {
        begin_leave(c, txn, arena, state, fault);
        return;
    }
    if (begins && (state->team.len || txn_count(txn, DB_TEAM) + txn_count(txn, DB_TEAM_OUT))) {
        keep_changes(c, &(struct persist_team){ .left = state->team.len > 0, .clear = true });
        return;
    }
    command->is_talking = true;
    if (leaves)
        keep_changes(c, &(struct persist_team){ .left = true, .forget = command->ask.forget, .clear = true });
    else if (team_engine(txn, arena, bytes_of(command->salt, TEAM_SALT), &command->ask.engine) != ERR_OK)
        fault_set(fault, ERR_INTERNAL, "this machine cannot be identified");
    else
        begin_talk(c, arena, &command->ask, fault);
}

static void begin_exchange(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                           struct fault *fault)
{
    struct team *t = &c->team;
    struct to_team call = { .what = TEXT("exchange"), .has_position = true, .position = state->position };
    struct persist_team changes = { 0 };

    if (exclude_stops(&c->exclude, txn, arena, fault))
        return;
    if (team_outbox_read(txn, arena, state, &call, &changes.drop) != ERR_OK ||
        team_engine(txn, arena, state->salt, &call.engine) != ERR_OK) {
        fault_set(fault, ERR_INTERNAL, "what is to be sent to the team cannot be read");
        return;
    }
    if (changes.drop.count) {
        keep_changes(c, &changes);
        return;
    }
    arena_reset(&t->arena);
    codec_keep(&to_team_shape, &call, &t->arena, &call);
    t->sent = call.said;
    begin_talk(c, arena, &call, fault);
}

/* ---- turns ---- */

/* Without a team it removes the rows of a former one, and tells its server that this engine left. */
static void turn_alone(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                       struct fault *fault)
{
    struct team *t = &c->team;

    if (txn_count(txn, DB_TEAM) + txn_count(txn, DB_TEAM_OUT))
        keep_changes(c, &(struct persist_team){ .clear = true });
    else if (!state->leaving || !t->server[0])
        t->next = clock_steady() + hour_us;
    else if (clock_steady() >= t->next)
        begin_leave(c, txn, arena, state, fault);
}

static void turn_rest(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                      struct fault *fault)
{
    struct team *t = &c->team;
    const bool is_due = t->is_due;
    struct persist_team changes;

    t->is_due = false;
    if (t->command.is_waiting && !t->command.is_talking) {
        begin_command(c, txn, arena, state, fault);
    } else if (!state->team.len) {
        turn_alone(c, txn, arena, state, fault);
    } else if (!c->team.server[0] || !team_is_here(txn, arena, state)) {
        t->next = clock_steady() + hour_us;
    } else if (team_compare(c, txn, arena, state, &changes)) {
        t->is_due = true;
        keep_changes(c, &changes);
    } else if (clock_steady() >= t->next || (is_due && !t->pause && txn_count(txn, DB_TEAM_OUT))) {
        begin_exchange(c, txn, arena, state, fault);
    }
}

bool team_is_busy(const struct composer *c)
{
    const struct team *t = &c->team;

    return t->talk.child.pid || t->is_due || t->command.is_waiting;
}

void team_turn(struct composer *c)
{
    struct team *t = &c->team;
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct team_state state;
    struct txn *txn = NULL;

    if (t->is_keeping || (!team_is_busy(c) && clock_steady() < t->next) || talk_is_ending(&t->talk) ||
        reading_begin(c, &txn, &fault) != ERR_OK)
        return;
    if (team_state(txn, &arena, &state) != ERR_OK)
        fault_set(&fault, ERR_INTERNAL, "the state of the team cannot be read");
    else if (t->talk.child.pid)
        turn_talk(c, &arena, &state, &fault);
    else
        turn_rest(c, txn, &arena, &state, &fault);
    txn_end(txn);
    arena_free(&arena);
    if (fault.code != ERR_OK)
        fail_step(c, &fault);
}

void team_free(struct team *t)
{
    talk_end(&t->talk);
    buffer_free(&t->talk.got);
    arena_free(&t->arena);
    arena_free(&t->command.arena);
}

/* ---- asks ---- */

struct kits_listing {
    struct txn *txn;
    struct arena *arena;
    struct team_kit_list *to;
    usec_t until;
};

/* Of a kit that waits, the name here, or that of the newest statement. */
static bool list_kit(void *state, const struct key *key, const struct team_row *row)
{
    struct kits_listing *l = state;
    struct team_kit *kit = &l->to->at[l->to->count];
    struct team_known unused;
    struct element part;
    struct text text = TEXT("");

    (void)key;
    if (row->has_why && elements_get(l->txn, l->arena, (struct choice){ .value = ELEMENT_KIND_KIT },
                                     elements_global_kits, row->kit, &part) == ERR_OK)
        text = part.body;
    else if (row->has_why && row->each.count)
        (void)team_known_split(row->each.at[0].value, &unused, &text);
    if (row->has_why)
        *kit = (struct team_kit){ kit_text_name(l->arena, text), arena_text(l->arena, row->why) };
    l->to->count += row->has_why;
    return l->to->count < KITS_SHOWN && clock_steady() < l->until;
}

static enum err list_kits(struct txn *txn, struct arena *arena, struct team_kit_list *to)
{
    struct arena reading = { 0 };
    struct team_kit each[KITS_SHOWN];
    struct team_kit_list found = { 0, each };
    struct kits_listing l = { txn, &reading, &found, clock_steady() + reading_us };
    enum err e;

    e = team_each(txn, &reading, (struct bytes){ 0, NULL }, list_kit, &l);
    *to = (struct team_kit_list){ 0, arena_array(arena, KITS_SHOWN, sizeof(*to->at)) };
    for (uint32_t i = 0; e == ERR_OK && to->at && i < found.count; i++)
        to->at[to->count++] = (struct team_kit){ arena_text(arena, each[i].name), arena_text(arena, each[i].why) };
    arena_free(&reading);
    return e == ERR_OK && !to->at ? ERR_FULL : e;
}

enum err team_show(struct composer *c, struct arena *arena, struct team_shown *to, struct fault *fault)
{
    struct team *t = &c->team;
    struct team_state state;
    struct txn *txn;
    enum err e = reading_begin(c, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = team_state(txn, arena, &state);
    *to = (struct team_shown){ .team = arena_text(arena, state.team),
                               .server = door_shown(t->server, arena),
                               .me = arena_text(arena, state.me),
                               .waiting = state.team.len ? txn_count(txn, DB_TEAM_OUT) : 0,
                               .known = state.team.len ? txn_count(txn, DB_TEAM) : 0,
                               .last_sync = t->synced,
                               .error = arena_text(arena, text_of(t->fault.what)),
                               .comparing = state.team.len && !(state.swept && state.kits_swept),
                               .elsewhere = state.team.len && !team_is_here(txn, arena, &state),
                               .leaving = state.leaving };
    if (e == ERR_OK) {
        struct team_state copy;
        e = codec_copy(&team_state_shape, &state, arena, &copy); /* nothing may point into the map */
        to->members = copy.members;
    }
    if (e == ERR_OK && state.team.len)
        e = list_kits(txn, arena, &to->kits);
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the state of the team cannot be read");
}

static enum err check_command(struct composer *c, struct txn *txn, struct arena *arena, const struct to_team *ask,
                              struct fault *fault)
{
    const bool begins = text_is(ask->what, "create") || text_is(ask->what, "join");
    struct team_state state;
    enum err e = team_state(txn, arena, &state);
    const bool is_here = state.team.len && team_is_here(txn, arena, &state);

    if (e != ERR_OK)
        return fault_set(fault, e, "the state of the team cannot be read");
    if (begins && is_here) {
        fault_set(fault, ERR_CONFLICT, "this engine is in the team \"%.*s\" already", TEXT_ARG(state.team));
        return fault_hint(fault, "leave it first: `loophole composer team leave`");
    }
    if (!begins && !state.team.len) {
        fault_set(fault, ERR_DENIED, "this engine is in no team");
        return fault_hint(fault, "`loophole composer team create NAME` makes one, and `team join CODE` joins one");
    }
    if (begins && getrandom(c->team.command.salt, TEAM_SALT, 0) != TEAM_SALT)
        return fault_set(fault, ERR_FULL, "no random bytes");
    if (!begins)
        (void)memcpy(c->team.command.salt, state.salt.at, state.salt.len < TEAM_SALT ? state.salt.len : TEAM_SALT);
    return ERR_OK;
}

static enum err check_server(const struct composer *c, struct fault *fault)
{
    if (c->team.server[0])
        return door_check(c->team.server, fault);
    fault_set(fault, ERR_OFFLINE, "no server is set");
    return fault_hint(fault, "set it in loophole.conf: [composer] team_server = host=… dbname=composer user=studio_…");
}

enum err team_command(struct composer *c, struct call *call, const struct to_team *ask)
{
    struct team_command *command = &c->team.command;
    struct fault *fault = call_fault(call);
    struct txn *txn;
    enum err e = text_is(ask->what, "leave") ? ERR_OK : check_server(c, fault);

    if (e != ERR_OK)
        return e;
    if (command->is_waiting)
        return refuse(call, ERR_BUSY, "another command about the team is not answered yet: try again");
    e = reading_begin(c, &txn, fault);
    if (e != ERR_OK)
        return e;
    e = check_command(c, txn, call_arena(call), ask, fault);
    txn_end(txn);
    if (e != ERR_OK)
        return e;
    command->code = TEXT("");
    e = codec_copy(&to_team_shape, ask, &command->arena, &command->ask);
    if (e == ERR_OK)
        command->ticket = call_defer(call);
    command->is_waiting = e == ERR_OK && command->ticket.number;
    return command->is_waiting ? ERR_OK : ERR_BUSY;
}
