#include "services/composer/outbox.h"

#include <string.h>

#include "proto/wire/codec_copy.h"
#include "proto/wire/json_write.h"
#include "services/composer/exclude.h"
#include "services/composer/excluded.h"

enum { LESSONS = 1000, WORDS_MOST = 12 };
static const usec_t preview_us = 500000;

static enum err begin_call(struct txn *txn, struct arena *arena, const struct exchange_state *state, uint32_t most,
                           struct to_server *to)
{
    *to = (struct to_server){ .generation = state->generation,
                              .base = state->base,
                              .position = state->position,
                              .history = state->history,
                              .limit = LESSONS,
                              .offers = { 0, arena_array(arena, most, sizeof(struct offer)) },
                              .accepted = state->accepted,
                              .stamp = state->has_stamp ? state->stamp : 0,
                              .has_engine = true };
    return to->offers.at ? community_engine(txn, arena, state, &to->engine) : ERR_FULL;
}

static enum err read_offers(struct txn *txn, struct arena *arena, const struct exchange_state *state, uint32_t most,
                            struct to_server *to)
{
    const struct bytes none = { 0, NULL };
    struct key first = key_number(state->accepted + 1);
    struct walk walk;
    enum err e = walk_begin(txn, DB_OUTBOX, key_bytes(&first), none, &walk);

    if (e == ERR_OK)
        e = begin_call(txn, arena, state, most, to);
    while (e == ERR_OK && to->offers.count < most && walk_next(&walk)) {
        struct offer *offer = &to->offers.at[to->offers.count++];
        e = row_decode(txn, arena, walk.value, &offer_shape, offer);
        offer->has_generation = offer->has_refused = false;
    }
    walk_end(&walk);
    return e;
}

/* ---- a talk ---- */

static void add_call(struct arena *arena, const struct to_server *call, struct talk_words *to)
{
    struct buffer json = { 0 };

    json_write(&to_server_shape, call, &json);
    to->calls[to->count] = arena_text(arena, (struct text){ (uint32_t)json.len + 1, buffer_c(&json) }).at;
    to->count += to->calls[to->count] != NULL;
    buffer_free(&json);
}

enum err outbox_ask(struct txn *txn, struct arena *arena, const struct exchange_state *state, enum talk_kind kind,
                    struct talk_words *to)
{
    struct to_server call;
    enum err e = begin_call(txn, arena, state, 1, &call);

    call.has_epoch = true;
    call.epoch = state->epoch;
    to->kind = kind;
    if (e == ERR_OK)
        add_call(arena, &call, to);
    return e == ERR_OK && !to->count ? ERR_FULL : e;
}

enum err outbox_write(struct txn *txn, struct arena *arena, const struct exchange_state *state, bool in_bulk,
                      bool goes_on, struct talk_words *to, struct sent_offers *sent)
{
    uint64_t waiting = state->newest - state->accepted;
    struct to_server call;
    uint64_t stamp = 0;
    enum err e;

    in_bulk = in_bulk && waiting > OUTBOX_TALK;
    e = read_offers(txn, arena, state, in_bulk ? OUTBOX_BULK : OUTBOX_TALK, &call);
    if (e != ERR_OK)
        return e;
    *sent = (struct sent_offers){ .count = call.offers.count };
    if (sent->count) {
        const struct offer *last = &call.offers.at[sent->count - 1];
        sent->last = last->id;
        stamp = last->has_stamp ? last->stamp : 0;
    }
    add_call(arena, &call, to);
    call.offers.count = 0;
    if (sent->count) {
        call.accepted = sent->last;
        call.stamp = stamp;
    }
    call.has_goes_on = call.goes_on = true;
    for (uint32_t i = 1; goes_on && i < TALK_CALLS; i++)
        add_call(arena, &call, to);
    return to->count == (goes_on ? TALK_CALLS : 1) ? ERR_OK : ERR_FULL;
}

/* ---- preview ---- */

/* Lists the offers that are not in the outbox yet, with the numbers that they will get. */
static enum err add_gathered(struct txn *txn, struct arena *arena, const struct exchange_state *state,
                             enum sharing level, struct preview_seen *to, struct offer_list *offers)
{
    struct gather gather = { 0 };
    uint64_t next = state->newest, chain = state->has_chain ? state->chain : 0;
    struct slice slice = { .until = clock_steady() + preview_us };
    enum err e = ERR_OK;

    gather_begin(&gather, state, level);
    while (e == ERR_OK && gather.phase < GATHER_OVER && !slice_is_over(&slice)) {
        e = gather_slice(&gather, txn, &slice);
        for (uint32_t i = 0; e == ERR_OK && i < gather.offers.count; i++) {
            struct offer *offer = &offers->at[offers->count];
            if (offers->count == OUTBOX_TALK) {
                to->more++;
                continue;
            }
            e = codec_copy(&offer_shape, &gather.offers.at[i], arena, offer);
            offer->id = ++next;
            offer->has_stamp = true;
            offer->stamp = chain = community_stamp(chain, offer);
            offers->count++;
        }
        gather_taken(&gather);
    }
    gather_free(&gather);
    return e;
}

static void add_word(struct preview_seen *to, struct text word)
{
    to->words.at[to->words.count++] = word;
}

static enum err explain_exclusions(struct txn *txn, struct arena *arena, struct preview_seen *to)
{
    struct excluded_folder_list each;
    uint64_t items = 0;
    bool more = false;
    enum err e = excluded_read(txn, arena, &each);

    for (uint32_t i = 0; e == ERR_OK && i < each.count; i++) {
        items += each.at[i].items;
        more = more || each.at[i].has_more;
    }
    if (e == ERR_OK && each.count)
        add_word(to, arena_printf(arena,
                                  "%u excluded folder%s with %s%llu item%s: nothing of them is sent, and no copy of "
                                  "a sound in them that is analysed already.",
                                  each.count, text_plural(each.count), more ? "more than " : "",
                                  (unsigned long long)items, text_plural(items)));
    return e;
}

static void explain_offers(struct arena *arena, const struct exchange_state *state, const struct offer_list *offers,
                           struct preview_seen *to)
{
    uint64_t uses = 0, words = 0, sounds = 0, withdrawn = 0;

    for (uint32_t i = 0; i < offers->count; i++) {
        const struct offer *offer = &offers->at[i];
        withdrawn += offer->withdrawn;
        uses += !offer->withdrawn && offer->kind.value == OFFER_KIND_USE;
        words += !offer->withdrawn && offer->kind.value == OFFER_KIND_WORD;
        sounds += !offer->withdrawn && offer->kind.value == OFFER_KIND_SOUND;
    }
    if (state->level.value == SHARING_OFF)
        add_word(to, TEXT("The level is off: nothing is sent. These are the bytes that would be sent at level use."));
    add_word(to,
             TEXT("The server learns the name of this studio's account, its network address, and when it connects."));
    if (offers->count)
        add_word(to, TEXT("A content hash names the exact sound to everybody who has the same file. So the server can "
                          "see which packs this studio owns."));
    if (uses)
        add_word(to, arena_printf(arena,
                                  "%llu use%s: which of these sounds are used together, in which role and "
                                  "section. Projects are numbers that only this studio can recognise.",
                                  (unsigned long long)uses, text_plural(uses)));
    if (words)
        add_word(to, arena_printf(arena, "Classes and tags that you gave to sounds, as you typed them: %llu.",
                                  (unsigned long long)words));
    if (sounds)
        add_word(to, arena_printf(arena,
                                  "%llu sound%s of public packs: the length and 64 numbers of each, which describe its "
                                  "sound. So the server learns which sounds of these packs this studio owns.",
                                  (unsigned long long)sounds, text_plural(sounds)));
    if (withdrawn)
        add_word(to, arena_printf(arena, "Statements that are withdrawn, and that the server removes: %llu.",
                                  (unsigned long long)withdrawn));
    add_word(to, TEXT("Audio, paths, and names of projects, tracks and files are never sent."));
}

/* The offers of the outbox, and those that are not in it yet. */
static enum err add_waiting(struct txn *txn, struct arena *arena, const struct exchange_state *state,
                            struct preview_seen *to, struct offer_list *offers)
{
    bool is_off = state->level.value == SHARING_OFF;
    uint64_t pending = txn_count(txn, DB_OUTBOX);
    enum err e = add_gathered(txn, arena, state, is_off ? SHARING_USE : (enum sharing)state->level.value, to, offers);

    to->more += pending > offers->count ? pending - offers->count : 0;
    return e;
}

enum err outbox_preview(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                        struct preview_seen *to)
{
    struct to_server ask;
    struct buffer json = { 0 };
    struct fault why = { 0 };
    bool is_stopped = exclude_stops(&c->exclude, txn, arena, &why);
    enum err e = is_stopped ? ERR_OK : read_offers(txn, arena, state, OUTBOX_TALK, &ask);

    to->words.at = arena_array(arena, WORDS_MOST, sizeof(*to->words.at));
    if (e == ERR_OK && !to->words.at)
        e = ERR_FULL;
    if (is_stopped)
        e = begin_call(txn, arena, state, 1, &ask);
    else if (e == ERR_OK)
        e = add_waiting(txn, arena, state, to, &ask.offers);
    if (e == ERR_OK && is_stopped)
        add_word(to, arena_text(arena, text_of(why.what)));
    if (e == ERR_OK)
        e = explain_exclusions(txn, arena, to);
    if (e != ERR_OK)
        return e;
    to->offers = ask.offers.count;
    explain_offers(arena, state, &ask.offers, to);
    json_write(&to_server_shape, &ask, &json);
    to->bytes = arena_take(arena, &json);
    return to->bytes.at ? ERR_OK : ERR_FULL;
}
