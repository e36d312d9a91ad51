#include "services/persist/community.h"

#include <stdio.h>
#include <sys/random.h>

#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/community.h"
#include "store/team/team.h"

enum { SALT = 32 };

/* ---- checks ---- */

static bool is_content(struct bytes content, bool may_be_empty)
{
    return content.len == COMMUNITY_CONTENT || (may_be_empty && content.len == 0);
}

static bool is_good_offer(const struct offer *offer)
{
    bool is_use = offer->kind.value == OFFER_KIND_USE;

    return is_content(offer->content, false) && is_content(offer->context, !is_use) &&
           (is_use || offer->attribute.len) && offer->kind.value;
}

/* True if the level does not allow the offer to leave this studio. A withdrawal may leave at every level except off. */
static bool is_above(const struct offer *offer, const struct exchange_state *state)
{
    int32_t least = offer->kind.value == OFFER_KIND_USE ? SHARING_USE : SHARING_DESCRIPTORS;

    return !offer->withdrawn && least > state->level.value;
}

static bool is_good_lesson(const struct lesson *lesson)
{
    int32_t kind = lesson->kind.value;
    bool is_apart = kind == LESSON_KIND_TOTAL || kind == LESSON_KIND_PACK || kind == LESSON_KIND_SLOT;

    return is_content(lesson->content, is_apart || kind == 0) &&
           is_content(lesson->other, kind != LESSON_KIND_PAIR && kind != LESSON_KIND_ALIKE) &&
           (kind != LESSON_KIND_FACT || lesson->word.len);
}

static bool is_good_likeness(const struct lesson *lesson)
{
    return lesson->kind.value == LESSON_KIND_ALIKE && is_content(lesson->content, false) &&
           is_content(lesson->other, false) && lesson->word.len;
}

static enum err check_ask(const struct persist_composer *ask, const struct exchange_state *state, struct fault *fault)
{
    if (ask->has_after && ask->after != state->position)
        return fault_set(fault, ERR_CONFLICT, "the inbox is at position %llu", (unsigned long long)state->position);
    if (ask->lessons.count && !ask->has_after)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "the lessons have no position: expected `after`, the position before them");
    for (uint32_t i = 0; i < ask->offers.count; i++)
        if (!is_good_offer(&ask->offers.at[i]))
            return fault_set(fault, ERR_BAD_REQUEST, "offer %u lacks a content, a context or an attribute", i);
    for (uint32_t i = 0; i < ask->offers.count; i++)
        if (is_above(&ask->offers.at[i], state))
            return fault_set(fault, ERR_DENIED, "offer %u is above the level: it must not leave this studio", i);
    for (uint32_t i = 0; i < ask->lessons.count; i++)
        if (!is_good_lesson(&ask->lessons.at[i]))
            return fault_set(fault, ERR_BAD_REQUEST, "lesson %u lacks a content or a word", i);
    for (uint32_t i = 0; ask->has_alike && i < ask->alike.count; i++)
        if (!is_good_likeness(&ask->alike.at[i]))
            return fault_set(fault, ERR_BAD_REQUEST, "likeness %u lacks a content or a word", i);
    for (uint32_t i = 0; i < ask->drop.count; i++)
        if (!is_content(ask->drop.at[i], false))
            return fault_set(fault, ERR_BAD_REQUEST, "key %u does not have 16 bytes", i);
    return ERR_OK;
}

/* ---- the state ---- */

static enum err draw_salt(struct persist *p, struct exchange_state *state, struct fault *fault)
{
    uint8_t *salt = arena_alloc(&p->arena, SALT);

    if (!salt || getrandom(salt, SALT, 0) != SALT)
        return fault_set(fault, ERR_FULL, "no random bytes");
    state->salt = bytes_of(salt, SALT);
    return ERR_OK;
}

/* Compared with the level at which the waiting offers were made. */
static bool shares_less(const struct persist_composer *ask, const struct exchange_state *state)
{
    int32_t before = state->has_confirm ? state->confirm.value : state->level.value;

    return (ask->has_level && ask->level.value < before) || ask->exclude.count;
}

static enum err set_level(struct persist *p, const struct persist_composer *ask, struct exchange_state *state)
{
    state->level = ask->level;
    state->has_confirm = false;
    return community_set_home(p->w.txn, &p->arena, state);
}

static void begin_generation(struct exchange_state *state)
{
    state->generation = id_new();
    state->base = state->accepted = state->newest;
    state->has_stamp = state->has_chain = state->has_refused = state->has_refused_why = false;
}

/* When the level falls, or a folder is excluded, waiting offers of what is no longer shared must not leave. A new
 * generation drops them, and the composer offers again what is still shared. */
static enum err change_state(struct persist *p, const struct persist_composer *ask, struct exchange_state *state,
                             struct fault *fault)
{
    bool has_waiting = state->newest > state->accepted;
    enum err e = ERR_OK;

    if (ask->renew || id_is_zero(state->generation) || (shares_less(ask, state) && has_waiting))
        begin_generation(state);
    if (ask->has_level)
        e = set_level(p, ask, state);
    if (ask->has_forgetting && state->forgetting && !ask->forgetting)
        state->salt.len = 0; /* a new salt: nobody can join later statements with the forgotten ones */
    if (ask->has_forgetting)
        state->forgetting = ask->forgetting;
    if (e == ERR_OK && state->salt.len == 0)
        e = draw_salt(p, state, fault);
    if (ask->has_epoch)
        state->epoch = ask->epoch;
    if (ask->has_history)
        state->history = ask->history;
    if (ask->has_synced)
        state->synced = ask->synced;
    if (ask->has_studios)
        state->studios = ask->studios;
    if (ask->has_least)
        state->least = ask->least;
    return e;
}

/* ---- excluded folders ---- */

static enum err put_exclusion(struct persist *p, const struct exclusion *asked, struct fault *fault)
{
    struct exclusion row = *asked;
    struct folder folder;
    enum err e = catalogue_folder(p->w.txn, &p->arena, row.folder, &folder);

    if (e == ERR_NOT_FOUND)
        return fault_set(fault, e, "the catalogue has no such folder");
    row.since = clock_now();
    return e == ERR_OK ? turn_wrote(p, community_put_exclusion(&p->w, &row)) : e;
}

/* What this engine says to its team may be said no more, or again. */
static enum err compare_team(struct persist *p)
{
    struct team_state team;
    enum err e = team_state(p->w.txn, &p->arena, &team);

    if (e != ERR_OK || !team.team.len)
        return e == ERR_INTERNAL ? ERR_OK : e;
    team_sweep(&team);
    return turn_wrote(p, team_put_state(&p->w, &team));
}

static enum err change_exclusions(struct persist *p, const struct persist_composer *ask, struct fault *fault)
{
    struct exclusion_list rows = { 0 };
    enum err e = ERR_OK;

    if (ask->exclude.count)
        e = community_exclusions(p->w.txn, &p->arena, &rows);
    if (e == ERR_OK && rows.count + ask->exclude.count > EXCLUSIONS_MOST)
        return fault_set(fault, ERR_BAD_REQUEST, "%u folders are excluded already: exclude a folder above them",
                         rows.count);
    for (uint32_t i = 0; e == ERR_OK && i < ask->exclude.count; i++)
        e = put_exclusion(p, &ask->exclude.at[i], fault);
    for (uint32_t i = 0; e == ERR_OK && i < ask->include.count; i++)
        e = turn_wrote(p, community_drop_exclusions(&p->w, &p->arena, ask->include.at[i]));
    return e == ERR_OK && ask->exclude.count + ask->include.count ? compare_team(p) : e;
}

/* ---- what is shared ---- */

static bool is_refused(const struct offer *offer, const struct exchange_state *state)
{
    return offer->has_refused && offer->has_generation && id_equal(offer->generation, state->generation);
}

/* Lowers the count of refused statements if the next one replaces such a statement. */
static enum err uncount_refused(struct persist *p, const struct offer *next, struct exchange_state *state)
{
    struct key subject = community_subject(next);
    struct offer was = { 0 };
    enum err e = state->has_refused ? community_shared(p->w.txn, &p->arena, &subject, &was) : ERR_NOT_FOUND;

    if (e == ERR_OK && is_refused(&was, state) && state->refused)
        state->refused--;
    return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e; /* it replaces a damaged row */
}

static enum err put_offers(struct persist *p, const struct persist_composer *ask, struct exchange_state *state)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < ask->offers.count; i++) {
        struct offer offer = ask->offers.at[i];
        offer.id = ++state->newest;
        offer.has_generation = true;
        offer.generation = state->generation;
        offer.has_stamp = true;
        offer.stamp = community_stamp(state->has_chain ? state->chain : 0, &offer);
        offer.has_refused = false;
        state->has_chain = true;
        state->chain = offer.stamp;
        e = uncount_refused(p, &offer, state);
        if (e == ERR_OK)
            e = turn_wrote(p, community_put_offer(&p->w, &offer));
    }
    for (uint32_t i = 0; e == ERR_OK && i < ask->drop.count; i++) {
        struct key key = key_subject(ask->drop.at[i]);
        e = turn_wrote(p, row_delete(&p->w, DB_SHARED, &key));
    }
    return e;
}

/* The server knows the offer, so it leaves the outbox. The shared row of a withdrawn statement leaves too, unless the
 * statement was made again. */
static enum err confirm_offer(struct persist *p, const struct offer *offer)
{
    struct key subject = community_subject(offer), number = key_number(offer->id);
    struct offer shared = { 0 };
    enum err e = community_shared(p->w.txn, &p->arena, &subject, &shared);

    if (e == ERR_OK && shared.id == offer->id && shared.withdrawn)
        e = turn_wrote(p, row_delete(&p->w, DB_SHARED, &subject));
    if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_INTERNAL)
        e = turn_wrote(p, row_delete(&p->w, DB_OUTBOX, &number));
    return e;
}

/* The shared row keeps the reason, so the same statement is not offered again in this generation. */
static enum err note_refusal(struct persist *p, const struct refusal *refusal, struct exchange_state *state)
{
    struct key number = key_number(refusal->id);
    struct offer offer = { 0 };
    enum err e = row_get(p->w.txn, &p->arena, DB_OUTBOX, &number, &offer_shape, &offer);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && !id_equal(offer.generation, state->generation)))
        return ERR_OK;
    if (e != ERR_OK)
        return e;
    state->refused = (state->has_refused ? state->refused : 0) + 1;
    state->has_refused = state->has_refused_why = true;
    state->refused_why = refusal->why;
    offer.has_refused = true;
    offer.refused = refusal->why;
    return turn_wrote(p, community_put_offer(&p->w, &offer));
}

static enum err note_refusals(struct persist *p, const struct persist_composer *ask, struct exchange_state *state)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < ask->refused.count; i++)
        e = note_refusal(p, &ask->refused.at[i], state);
    return e;
}

/* Notes the stamp of the last confirmed offer: number and stamp identify the last offer that the server has. */
static enum err keep_stamp(struct persist *p, uint64_t until, struct exchange_state *state)
{
    struct key number = key_number(until);
    struct offer offer = { 0 };
    enum err e = row_get(p->w.txn, &p->arena, DB_OUTBOX, &number, &offer_shape, &offer);

    if (until <= state->accepted)
        return ERR_OK;
    state->has_stamp = e == ERR_OK && offer.has_stamp;
    state->stamp = state->has_stamp ? offer.stamp : 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Reads the first offers of the outbox, up to number `until`. A damaged offer has only its number. */
static uint32_t read_outbox(struct persist *p, uint64_t until, struct offer *to)
{
    const struct bytes none = { 0, NULL };
    struct walk walk;
    uint32_t count = 0;

    if (walk_begin(p->w.txn, DB_OUTBOX, none, none, &walk) != ERR_OK)
        return 0;
    while (count < COMMUNITY_PART && walk_next(&walk) && key_number_at(walk.key, 0) <= until) {
        struct offer *offer = &to[count++];
        if (row_decode(p->w.txn, &p->arena, walk.value, &offer_shape, offer) != ERR_OK)
            *offer = (struct offer){ 0 };
        offer->id = key_number_at(walk.key, 0);
    }
    walk_end(&walk);
    return count;
}

static enum err confirm_offers(struct persist *p, uint64_t until, struct exchange_state *state)
{
    struct offer *offers = arena_array(&p->arena, COMMUNITY_PART, sizeof(*offers));
    uint32_t count = offers ? read_outbox(p, until, offers) : 0;
    enum err e = offers ? keep_stamp(p, until, state) : ERR_FULL;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = confirm_offer(p, &offers[i]);
    if (until > state->accepted)
        state->accepted = until < state->newest ? until : state->newest;
    return e;
}

/* ---- what was learned ---- */

static bool is_kept_by_readers(const struct lesson *lesson)
{
    int32_t kind = lesson->kind.value;

    return kind == LESSON_KIND_FACT || kind == LESSON_KIND_USE || kind == LESSON_KIND_ROLE || kind == LESSON_KIND_ALIKE;
}

/* Logs a change of the content's facts, because readers keep facts and counts of the community with their items. */
static enum err log_lesson(struct persist *p, const struct lesson *lesson, struct bytes *last)
{
    bool is_here = false;
    enum err e = ERR_OK;

    if (!is_kept_by_readers(lesson) || bytes_equal(lesson->content, *last))
        return ERR_OK;
    *last = lesson->content;
    e = catalogue_has_content(p->w.txn, lesson->content, &is_here);
    return e == ERR_OK && is_here ? turn_log(p, CHANGE_KIND_FACTS, key_id_at(lesson->content, 0), false) : e;
}

static enum err put_lesson(struct persist *p, const struct lesson *lesson, struct bytes *last)
{
    enum err e = turn_wrote(p, community_put_lesson(&p->w, lesson, COMMUNITY_MOST));

    return e == ERR_OK ? log_lesson(p, lesson, last) : e;
}

/* An unknown kind is of a newer server; a likeness is never a server's. */
static enum err put_lessons(struct persist *p, const struct persist_composer *ask, struct exchange_state *state)
{
    struct bytes last = { 0, NULL };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < ask->lessons.count; i++) {
        int32_t kind = ask->lessons.at[i].kind.value;
        if (kind && kind != LESSON_KIND_ALIKE)
            e = put_lesson(p, &ask->lessons.at[i], &last);
    }
    for (uint32_t i = 0; e == ERR_OK && ask->has_alike && i < ask->alike.count; i++)
        e = put_lesson(p, &ask->alike.at[i], &last);
    if (ask->has_after)
        state->position = ask->position;
    return e;
}

/* A row of the inbox that is removed; a damaged one has no lesson. */
struct cleared_row {
    struct key key;
    bool is_whole;
    struct lesson lesson;
};

/* Reads the first rows of the inbox, before any is removed. */
static uint32_t read_lessons(struct persist *p, struct cleared_row *to)
{
    const struct bytes none = { 0, NULL };
    struct walk walk;
    uint32_t count = 0;

    if (walk_begin(p->w.txn, DB_COMMUNITY, none, none, &walk) != ERR_OK)
        return 0;
    while (count < COMMUNITY_PART && walk_next(&walk)) {
        struct cleared_row *row = &to[count++];
        *row = (struct cleared_row){ 0 };
        key_add(&row->key, walk.key.at, walk.key.len);
        row->is_whole = row_decode(p->w.txn, &p->arena, walk.value, &lesson_shape, &row->lesson) == ERR_OK;
    }
    walk_end(&walk);
    return count;
}

static enum err clear_lessons(struct persist *p, struct exchange_state *state)
{
    struct cleared_row *rows = arena_array(&p->arena, COMMUNITY_PART, sizeof(*rows));
    uint32_t count = rows ? read_lessons(p, rows) : 0;
    struct bytes last = { 0, NULL };
    enum err e = rows ? ERR_OK : ERR_FULL;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        e = turn_wrote(p, row_delete(&p->w, DB_COMMUNITY, &rows[i].key));
        if (e == ERR_OK && rows[i].is_whole)
            e = log_lesson(p, &rows[i].lesson, &last);
    }
    state->position = 0;
    state->history = TEXT("");
    return e;
}

enum err community_change(struct persist *p, const struct persist_composer *ask, struct done *answer,
                          struct fault *fault)
{
    struct exchange_state state;
    enum err e = community_state(p->w.txn, &p->arena, &state);

    if (e != ERR_OK)
        return fault_set(fault, e, "the state of the exchange cannot be read");
    e = check_ask(ask, &state, fault);
    if (e == ERR_OK)
        e = change_state(p, ask, &state, fault);
    if (e == ERR_OK)
        e = change_exclusions(p, ask, fault);
    if (e == ERR_OK && ask->clear)
        e = clear_lessons(p, &state);
    if (e == ERR_OK)
        e = put_offers(p, ask, &state);
    if (e == ERR_OK)
        e = note_refusals(p, ask, &state);
    if (e == ERR_OK && (ask->has_accepted || ask->has_level || ask->exclude.count))
        e = confirm_offers(p, ask->has_accepted ? ask->accepted : state.accepted, &state);
    if (e == ERR_OK)
        e = put_lessons(p, ask, &state);
    if (e == ERR_OK)
        e = turn_wrote(p, community_put_state(&p->w, &state));
    answer->revision = turn_next(p) - 1;
    return e;
}
