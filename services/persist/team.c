#include "services/persist/team.h"

#include <string.h>

#include "common/clock.h"
#include "common/process/log.h"
#include "services/persist/edit/edit.h"
#include "services/persist/edit/stated.h"
#include "services/persist/team_kits.h"
#include "services/persist/team_queries.h"
#include "services/persist/team_uses.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/catalogue_facts.h"
#include "store/community.h"

enum { ITEMS_MOST = 4096, FACTS_AT_ONCE = 60, TAGS_AT_ONCE = 250 };
static const usec_t ahead_us = 86400000000;       /* no statement counts as later than a day from now … */
static const usec_t latest_us = 7258118400000000; /* … or than the year 2200, whatever clocks say */

/* ---- the items of a content ---- */

struct content_items {
    struct arena *arena;
    struct id *at;
    uint32_t count, room;
};

static bool add_item(void *state, struct id id)
{
    struct content_items *items = state;

    items->at = arena_grow(items->arena, items->at, items->count, &items->room, sizeof(*items->at));
    if (items->at)
        items->at[items->count++] = id;
    return items->at && items->count < ITEMS_MOST;
}

static enum err list_items(struct persist *p, struct bytes content, struct content_items *to)
{
    *to = (struct content_items){ .arena = &p->arena };
    return catalogue_each_with_content(p->w.txn, content, add_item, to);
}

/* ---- what holds ---- */

static void begin_edit(struct arena *arena, struct edit *to)
{
    *to = (struct edit){ .add_tags = { 0, arena_array(arena, TAGS_AT_ONCE, sizeof(struct text)) },
                         .remove_tags = { 0, arena_array(arena, TAGS_AT_ONCE, sizeof(struct text)) },
                         .facts = { 0, arena_array(arena, FACTS_AT_ONCE, sizeof(struct fact)) },
                         .clear_facts = { 0, arena_array(arena, FACTS_AT_ONCE, sizeof(struct text)) } };
}

static bool is_full(const struct edit *edit)
{
    return edit->facts.count + edit->clear_facts.count >= FACTS_AT_ONCE ||
           edit->add_tags.count + edit->remove_tags.count >= TAGS_AT_ONCE;
}

/* An item that cannot take the edit, for example because it would have too many tags, stays as it is. */
static enum err put_into_items(struct persist *p, const struct content_items *items, struct edit *edit)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < items->count; i++) {
        struct fault fault = { 0 };
        struct done done = { 0 };
        edit->id = items->at[i];
        e = edit_apply(p, edit, EDIT_BY_TEAM, &done, &fault);
        if (e == ERR_BAD_REQUEST || e == ERR_TOO_LARGE || e == ERR_NOT_FOUND) {
            log_warn("an item cannot take what the team says: %s", fault.what);
            e = ERR_OK;
        }
    }
    return e;
}

struct holding {
    struct arena *arena;
    struct team_said *at;
    uint32_t count, room;
};

static bool add_holding(void *state, const struct key *key, const struct team_row *row)
{
    struct holding *h = state;

    (void)key;
    h->at = arena_grow(h->arena, h->at, h->count, &h->room, sizeof(*h->at));
    if (h->at)
        h->at[h->count++] = row->each.at[0];
    return h->at != NULL;
}

/* Puts what holds about a content into its items. */
static enum err put_content(struct persist *p, struct bytes content)
{
    struct holding h = { .arena = &p->arena };
    struct content_items items;
    struct edit edit;
    enum err e = list_items(p, content, &items);

    if (e != ERR_OK || !items.count)
        return e;
    e = team_each(p->w.txn, &p->arena, content, add_holding, &h);
    begin_edit(&p->arena, &edit);
    for (uint32_t i = 0; e == ERR_OK && i < h.count; i++) {
        (void)stated_add(&h.at[i], &edit);
        if (!is_full(&edit))
            continue;
        e = put_into_items(p, &items, &edit);
        begin_edit(&p->arena, &edit);
    }
    return e == ERR_OK ? put_into_items(p, &items, &edit) : e;
}

/* ---- items that may differ from what holds ---- */

/* Writes what a person said about the item until now as an edit. */
static enum err read_item(struct persist *p, const struct media *media, struct edit *to)
{
    struct facts facts;
    enum err e = catalogue_subject_facts(p->w.txn, &p->arena, bytes_of(media->id.b, sizeof(media->id.b)), &facts);

    *to = (struct edit){ .has_notes = media->notes.len > 0,
                         .notes = media->notes,
                         .has_favourite = media->favourite,
                         .favourite = true,
                         .has_hidden = media->hidden,
                         .hidden = true,
                         .add_tags = media->tags,
                         .facts = {
                             0, arena_array(&p->arena, e == ERR_OK ? facts.each.count + 1 : 1, sizeof(struct fact)) } };
    if (e != ERR_OK || !to->facts.at)
        return e == ERR_OK ? ERR_FULL : e;
    for (uint32_t i = 0; i < facts.each.count; i++)
        if (facts.each.at[i].source.value == SOURCE_USER)
            to->facts.at[to->facts.count++] = facts.each.at[i];
    return ERR_OK;
}

static bool take_time(void *state, const struct change *change)
{
    *(usec_t *)state = change->at;
    return false;
}

/* When a person may have said it: at the item's last change, or before. */
static usec_t time_of(struct persist *p, const struct media *media)
{
    usec_t at = 0;

    if (media->revision)
        (void)catalogue_each_change(p->w.txn, &p->arena, media->revision - 1, take_time, &at);
    return at ? at : media->added ? media->added : 1;
}

static enum err state_item(struct persist *p, struct team_state *state, struct id id)
{
    struct team_said_list said = { 0 };
    struct media media;
    struct edit edit;
    enum err e = catalogue_media(p->w.txn, &p->arena, id, &media);

    if (e == ERR_INTERNAL || (e == ERR_OK && stated_is_excluded(p, &media)))
        return ERR_OK;
    if (e == ERR_OK)
        e = read_item(p, &media, &edit);
    if (e == ERR_OK)
        e = stated_fields(&p->arena, media.content, &edit, &said);
    usec_t at = said.count ? time_of(p, &media) : 0;
    for (uint32_t i = 0; e == ERR_OK && i < said.count; i++) {
        said.at[i].at = at;
        if (stated_is_news(p, state, &said.at[i]))
            e = stated_put(p, state, &said.at[i]);
    }
    return e;
}

/* States what the items of a content say and the team does not know. It comes before anything is put into them. */
static enum err state_content(struct persist *p, struct team_state *state, struct bytes content)
{
    struct content_items items;
    enum err e = list_items(p, content, &items);

    for (uint32_t i = 0; e == ERR_OK && i < items.count; i++)
        e = state_item(p, state, items.at[i]);
    return e;
}

/* ---- what is withdrawn ---- */

struct withdrawing {
    struct persist *p;
    const struct team_state *state;
    enum err error;
};

static bool withdraw_row(void *state, const struct key *key, const struct team_row *row)
{
    struct withdrawing *x = state;
    const struct team_said *mine = team_of_member(row, x->state->me);

    if (mine && !mine->withdrawn && team_out(x->p->w.txn, key) == TEAM_OUT_NONE)
        x->error = turn_wrote(x->p, team_put_out(&x->p->w, key, true));
    return x->error == ERR_OK;
}

/* What this engine said about an excluded content goes to the server again, which withdraws it. */
static enum err withdraw_content(struct persist *p, const struct team_state *state, struct bytes content)
{
    struct withdrawing x = { .p = p, .state = state };
    enum err e = team_each(p->w.txn, &p->arena, content, withdraw_row, &x);

    return e == ERR_OK ? x.error : e;
}

/* The server does not have it. It still holds here, so that no earlier word of another member replaces it. */
static enum err mark_withdrawn(struct persist *p, const struct team_state *state, const struct key *key)
{
    struct team_row row;
    enum err e = team_row(p->w.txn, &p->arena, key, &row);
    struct team_said *mine = e == ERR_OK ? team_of_member(&row, state->me) : NULL;

    if (e == ERR_OK && mine) {
        mine->has_withdrawn = mine->withdrawn = true;
        e = turn_wrote(p, team_put_row(&p->w, key, &row));
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_INTERNAL)
        return e;
    return turn_wrote(p, row_delete(&p->w, DB_TEAM_OUT, key));
}

static enum err compare_item(struct persist *p, struct team_state *state, struct id id)
{
    struct media media;
    enum err e = catalogue_media(p->w.txn, &p->arena, id, &media);

    if (e == ERR_NOT_FOUND || e == ERR_INTERNAL || (e == ERR_OK && media.content.len != TEAM_CONTENT))
        return ERR_OK;
    if (e == ERR_OK)
        e = state_content(p, state, media.content);
    if (e == ERR_OK && stated_is_excluded(p, &media)) {
        e = withdraw_content(p, state, media.content);
        state->kits_wait = true; /* one may have this sound */
    }
    if (e == ERR_OK)
        e = put_content(p, media.content);
    return e == ERR_OK ? team_uses_follow_content(p, state, media.content) : e;
}

/* ---- what members say ---- */

static bool is_good(const struct team_said *said)
{
    return (said->content.len == 0 || said->content.len == TEAM_CONTENT) && said->field.len && said->member.len &&
           text_is_plain(said->field) && said->at > 0;
}

/* The server bounds times by its clock, so that all members order them alike. This bounds what it sends itself. */
static usec_t bound_time(usec_t at, usec_t clock)
{
    const usec_t now = clock_now(), later = clock > now && clock < latest_us ? clock : now;

    return at < later + ahead_us ? at : later + ahead_us;
}

/* True if this engine said something after what the server has of it. */
static bool is_newer_here(struct persist *p, const struct key *key, const struct team_row *row,
                          const struct team_said *said)
{
    const struct team_said *mine = team_of_member(row, said->member);

    return mine && mine->own > said->own && (mine->withdrawn || team_out(p->w.txn, key) != TEAM_OUT_NONE);
}

/* What the server holds of this engine replaces what is here, as the server bounded its time; but not what it has not
 * taken yet. */
static enum err keep_said(struct persist *p, struct team_state *state, const struct team_said *said, usec_t clock)
{
    struct team_said one = *said;
    const struct key key = team_key(one.content, one.field);
    struct team_row row = { 0 };
    enum err e = stated_read_row(p, &key, &row);

    if (e != ERR_OK)
        return e == ERR_TOO_LARGE ? ERR_OK : e;
    one.at = bound_time(one.at, clock);
    state->clock = one.at > state->clock ? one.at : state->clock;
    if (text_equal(one.member, state->me)) {
        const bool is_excluded = stated_is_content_excluded(p, one.content);
        if (is_newer_here(p, &key, &row, &one))
            return is_excluded ? turn_wrote(p, team_put_out(&p->w, &key, true)) : ERR_OK;
        state->clock = one.own > state->clock && one.own < latest_us ? one.own : state->clock;
        e = turn_wrote(p, is_excluded ? team_put_out(&p->w, &key, true) : row_delete(&p->w, DB_TEAM_OUT, &key));
        if (e != ERR_OK)
            return e;
    }
    one.has_withdrawn = one.withdrawn = false;
    return stated_write_row(p, &key, &row, &one);
}

/* Statements about one content mostly follow each other. */
static enum err keep_heard(struct persist *p, struct team_state *state, const struct persist_team *ask)
{
    const struct team_said_list *heard = &ask->heard;
    struct bytes last = { 0, NULL };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < heard->count; i++) {
        const struct bytes content = heard->at[i].content;
        if (!is_good(&heard->at[i]) || !team_kits_may_keep(p, &heard->at[i]))
            continue;
        if (!bytes_equal(content, last)) {
            e = last.len ? put_content(p, last) : ERR_OK;
            if (e == ERR_OK && content.len)
                e = state_content(p, state, content);
            last = content;
        }
        if (e == ERR_OK)
            e = keep_said(p, state, &heard->at[i], ask->clock);
        if (e == ERR_OK && !content.len)
            e = team_queries_follow(p, &heard->at[i]);
        if (e == ERR_OK)
            e = team_kits_follow(p, state, &heard->at[i]);
    }
    return e == ERR_OK && last.len ? put_content(p, last) : e;
}

/* ---- what the server lacks ---- */

/* The person may have said something else meanwhile. */
static enum err confirm_sent(struct persist *p, const struct team_state *state, const struct sent_said *sent)
{
    const struct key key = team_key(sent->content, sent->field);
    struct team_row row;
    enum err e = team_row(p->w.txn, &p->arena, &key, &row);
    const struct team_said *mine = e == ERR_OK ? team_of_member(&row, state->me) : NULL;

    if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_INTERNAL)
        return e;
    if (mine && mine->own != sent->own)
        return ERR_OK;
    return sent->withdrawn ? mark_withdrawn(p, state, &key) : turn_wrote(p, row_delete(&p->w, DB_TEAM_OUT, &key));
}

static struct key key_of(struct bytes bytes)
{
    struct key key = { 0 };

    key_add(&key, bytes.at, bytes.len);
    return key;
}

static enum err change_out(struct persist *p, const struct team_state *state, const struct persist_team *ask)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < ask->taken.count; i++)
        e = confirm_sent(p, state, &ask->taken.at[i]);
    for (uint32_t i = 0; e == ERR_OK && i < ask->again.count; i++) {
        struct key key = key_of(ask->again.at[i]);
        e = turn_wrote(p, team_put_out(&p->w, &key, true));
    }
    for (uint32_t i = 0; e == ERR_OK && i < ask->drop.count; i++) {
        struct key key = key_of(ask->drop.at[i]);
        e = mark_withdrawn(p, state, &key);
    }
    return e;
}

/* ---- joining and leaving ---- */

static enum err clear_rows(struct persist *p, enum database db)
{
    const struct bytes none = { 0, NULL };
    struct key *keys = arena_array(&p->arena, TEAM_PART, sizeof(*keys));
    uint32_t count = 0;
    struct walk walk;
    enum err e = keys ? walk_begin(p->w.txn, db, none, none, &walk) : ERR_FULL;

    if (e != ERR_OK)
        return e;
    while (count < TEAM_PART && walk_next(&walk))
        keys[count++] = key_of(walk.key);
    walk_end(&walk);
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = turn_wrote(p, row_delete(&p->w, db, &keys[i]));
    return e;
}

/* Another member begins without rows; the same one goes on with them. */
static enum err begin_membership(struct persist *p, const struct team_state *joined, struct team_state *state,
                                 struct fault *fault)
{
    struct exchange_state here = { 0 };
    const bool goes_on = state->team.len && text_equal(state->me, joined->me) && bytes_equal(state->salt, joined->salt);

    if (!goes_on && txn_count(p->w.txn, DB_TEAM))
        return fault_set(fault, ERR_CONFLICT, "rows of another team are left");
    if (!goes_on)
        *state = *joined;
    state->name = joined->name;
    team_sweep(state);
    if (community_set_home(p->w.txn, &p->arena, &here) != ERR_OK)
        return fault_set(fault, ERR_INTERNAL, "the home cannot be identified");
    state->home = here.home;
    return ERR_OK;
}

static enum err change_state(struct persist *p, const struct persist_team *ask, struct team_state *state,
                             struct fault *fault)
{
    enum err e = ask->has_state ? begin_membership(p, &ask->state, state, fault) : ERR_OK;

    if (ask->has_after && ask->after != state->position)
        return fault_set(fault, ERR_CONFLICT, "the team is read up to %llu", (unsigned long long)state->position);
    if (ask->left)
        *state = (struct team_state){ .salt = state->salt, .leaving = state->salt.len > 0, .forget = ask->forget };
    if (ask->confirmed && !state->team.len)
        *state = (struct team_state){ 0 };
    if (ask->has_after)
        state->position = ask->position;
    if (ask->has_epoch && !text_equal(ask->epoch, state->epoch)) {
        state->epoch = ask->epoch;
        state->position = 0;
        team_sweep(state);
    }
    if (ask->has_revision)
        state->revision = ask->revision;
    if (ask->has_swept && !ask->swept)
        team_sweep(state);
    if (ask->has_swept && ask->swept)
        state->swept = ask->sweep == state->sweep;
    if (ask->has_kits_heard && ask->kits_heard) {
        state->kits_heard = true;
        team_sweep_kits(state); /* now they are said */
    }
    if (ask->has_kits_swept && !ask->kits_swept)
        team_sweep_kits(state);
    if (ask->has_kits_swept && ask->kits_swept)
        state->kits_swept = ask->sweep == state->sweep;
    if (ask->has_members)
        state->members = ask->members;
    return e;
}

static enum err change_rows(struct persist *p, const struct persist_team *ask, struct team_state *state)
{
    enum err e = ERR_OK;

    if (ask->clear && !state->team.len)
        e = clear_rows(p, DB_TEAM_OUT);
    if (e == ERR_OK && ask->clear && !state->team.len)
        e = clear_rows(p, DB_TEAM);
    if (e == ERR_OK && state->team.len)
        e = change_out(p, state, ask);
    if (e == ERR_OK && state->team.len)
        e = keep_heard(p, state, ask);
    if (e == ERR_OK && state->team.len)
        e = team_uses_follow(p, state, &ask->heard);
    for (uint32_t i = 0; e == ERR_OK && state->team.len && i < ask->contexts.count; i++)
        e = team_uses_compare(p, state, ask->contexts.at[i]);
    if (e == ERR_OK && ask->has_state)
        e = team_queries_compare(p, state);
    for (uint32_t i = 0; e == ERR_OK && state->team.len && i < ask->items.count; i++)
        e = compare_item(p, state, ask->items.at[i]);
    for (uint32_t i = 0; e == ERR_OK && state->team.len && i < ask->kits.count; i++)
        e = team_kits_compare(p, state, ask->kits.at[i]);
    return e;
}

enum err team_change(struct persist *p, const struct persist_team *ask, struct done *answer, struct fault *fault)
{
    struct team_state state;
    enum err e = team_state(p->w.txn, &p->arena, &state);

    if (e == ERR_INTERNAL && (ask->left || ask->has_state))
        e = ERR_OK; /* a damaged state ends with the membership */
    if (e != ERR_OK)
        return fault_set(fault, e, "the state of the team cannot be read");
    e = change_state(p, ask, &state, fault);
    if (e == ERR_OK)
        e = change_rows(p, ask, &state);
    if (e == ERR_OK)
        e = turn_wrote(p, team_put_state(&p->w, &state));
    answer->revision = turn_next(p) - 1;
    return e;
}
