#include "services/composer/outbox.h"

#include "proto/wire/codec.h"
#include "proto/wire/json.h"

enum { LESSONS = 1000, WORDS_MOST = 8 };
static const usec_t preview_us = 500000;

enum err outbox_read(struct txn *txn, struct arena *arena, const struct exchange_state *state, struct to_server *to)
{
    const struct bytes none = { 0, NULL };
    struct key first = key_number(state->accepted + 1);
    struct walk walk;
    enum err e = walk_begin(txn, DB_OUTBOX, key_bytes(&first), none, &walk);

    *to = (struct to_server){ .generation = state->generation,
                              .base = state->base,
                              .position = state->position,
                              .history = state->history,
                              .limit = LESSONS,
                              .offers = { 0, arena_array(arena, OUTBOX_TALK, sizeof(struct offer)) } };
    if (e == ERR_OK && !to->offers.at)
        e = ERR_FULL;
    while (e == ERR_OK && to->offers.count < OUTBOX_TALK && walk_next(&walk)) {
        struct offer *offer = &to->offers.at[to->offers.count++];
        e = row_decode(txn, arena, walk.value, &offer_shape, offer);
        offer->has_generation = false;
    }
    walk_end(&walk);
    return e;
}

/* ---- preview ---- */

/* What is not in the outbox yet, with the numbers that it will get. */
static enum err add_gathered(struct composer *c, struct txn *txn, struct arena *arena,
                             const struct exchange_state *state, enum sharing level, struct preview_seen *to,
                             struct offer_list *offers)
{
    struct gather gather = { 0 };
    uint64_t next = state->newest;
    usec_t until = clock_steady() + preview_us;
    enum err e = ERR_OK;

    gather_begin(&gather, state, level, c->exclude);
    while (e == ERR_OK && gather.phase < GATHER_OVER && clock_steady() < until) {
        e = gather_slice(&gather, txn, until);
        for (uint32_t i = 0; e == ERR_OK && i < gather.offers.count; i++) {
            struct offer *offer = &offers->at[offers->count];
            if (offers->count == OUTBOX_TALK) {
                to->more++;
                continue;
            }
            e = codec_copy(&offer_shape, &gather.offers.at[i], arena, offer);
            offer->id = ++next;
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

static void explain_offers(struct arena *arena, const struct exchange_state *state, const struct offer_list *offers,
                           struct preview_seen *to)
{
    uint64_t uses = 0, words = 0, withdrawn = 0;

    for (uint32_t i = 0; i < offers->count; i++) {
        const struct offer *offer = &offers->at[i];
        withdrawn += offer->withdrawn;
        uses += !offer->withdrawn && offer->kind.value == OFFER_KIND_USE;
        words += !offer->withdrawn && offer->kind.value == OFFER_KIND_WORD;
    }
    if (state->level.value == SHARING_OFF)
        add_word(to, TEXT("The level is off: nothing leaves. These are the bytes that would leave at level use."));
    add_word(to,
             TEXT("The server learns the name of this studio's account, its network address, and when it connects."));
    if (offers->count)
        add_word(to, TEXT("A content hash names the exact sound to everybody who has the same file. So the server can "
                          "see which packs this studio owns."));
    if (uses)
        add_word(to, arena_printf(arena,
                                  "%llu uses: which of these sounds are used together, in which role and "
                                  "section. Projects are numbers that only this studio can recognise.",
                                  (unsigned long long)uses));
    if (words)
        add_word(to, arena_printf(arena, "%llu classes and tags that you gave to sounds, as you typed them.",
                                  (unsigned long long)words));
    if (withdrawn)
        add_word(to, arena_printf(arena, "%llu statements are withdrawn: the server removes them.",
                                  (unsigned long long)withdrawn));
    add_word(to, TEXT("Audio, paths, and names of projects, tracks and files never leave."));
}

enum err outbox_preview(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                        struct preview_seen *to)
{
    bool is_off = state->level.value == SHARING_OFF;
    struct to_server ask;
    struct buffer json = { 0 };
    enum err e = outbox_read(txn, arena, state, &ask);

    to->words.at = arena_array(arena, WORDS_MOST, sizeof(*to->words.at));
    if (e == ERR_OK)
        e = to->words.at ? add_gathered(c, txn, arena, state, is_off ? SHARING_USE : (enum sharing)state->level.value,
                                        to, &ask.offers)
                         : ERR_FULL;
    if (e != ERR_OK)
        return e;
    uint64_t pending = txn_count(txn, DB_OUTBOX);
    to->more += pending > ask.offers.count ? pending - ask.offers.count : 0;
    to->offers = ask.offers.count;
    explain_offers(arena, state, &ask.offers, to);
    json_write(&to_server_shape, &ask, &json);
    to->bytes = arena_text(arena, (struct text){ (uint32_t)json.len, buffer_c(&json) });
    buffer_free(&json);
    return to->bytes.at ? ERR_OK : ERR_FULL;
}
