#include "services/composer/offers/statement.h"

#include <string.h>

#include "common/sha256.h"
#include "services/composer/offers/sound.h"
#include "store/catalogue_facts.h"
#include "store/community.h"

static const char *const roles[] = { "drums",  "kick",    "snare", "hat",   "hihat",  "cymbal", "percussion",
                                     "bass",   "sub",     "lead",  "pad",   "keys",   "piano",  "organ",
                                     "guitar", "strings", "brass", "vocal", "vocals", "choir",  "fx",
                                     "synth",  "arp",     "loop",  NULL };
static const char *const sections[] = { "intro", "verse", "pre-chorus", "chorus", "bridge", "drop", "outro", NULL };

static struct text known_word(const char *const *words, struct text said)
{
    for (; *words; words++)
        if (text_equal_caseless(text_of(*words), said))
            return text_of(*words);
    return TEXT("");
}

/* ---- what is not shared ---- */

static bool is_shared_item(const struct statement_source *s, const struct media *media)
{
    return media->content.len == COMMUNITY_CONTENT && !media->has_forgotten && !media->hidden &&
           !community_is_excluded(s->txn, s->arena, s->excluded, media);
}

/* A use that a scan read from a session file counts if the session names the very file. */
static bool is_confirmed(const struct statement_source *s, struct id context, struct id media)
{
    struct key key = key_id(context);
    struct session session = { 0 };

    if (row_get(s->txn, s->arena, DB_SESSION, &key, &session_shape, &session) != ERR_OK)
        return true; /* no session: a person or a program named the item itself */
    for (uint32_t i = 0; i < session.references.count; i++) {
        const struct reference *one = &session.references.at[i];
        if (one->has_media && id_equal(one->media, media) && one->state.value != REFERENCE_STATE_NAME)
            return true;
    }
    return false;
}

/* ---- offers ---- */

static struct bytes hide_context(const struct statement_source *s, struct id context)
{
    uint8_t hash[SHA256_BYTES];

    sha256_of(bytes_of(s->salt, 32), bytes_of(context.b, sizeof(context.b)), hash);
    return arena_bytes(s->arena, bytes_of(hash, COMMUNITY_CONTENT));
}

bool statement_of_use(const struct statement_source *s, struct id context, const struct use *use, struct offer *to)
{
    struct media media = { 0 };

    if (use->ended || catalogue_media(s->txn, s->arena, use->media, &media) != ERR_OK || !is_shared_item(s, &media) ||
        !is_confirmed(s, context, use->media))
        return false;
    *to = (struct offer){ .kind = { .value = OFFER_KIND_USE },
                          .content = media.content,
                          .context = hide_context(s, context),
                          .role = known_word(roles, use->role),
                          .section = known_word(sections, use->section) };
    return to->context.len == COMMUNITY_CONTENT;
}

static struct offer word_offer(const struct media *media, struct text attribute, struct text value)
{
    return (struct offer){
        .kind = { .value = OFFER_KIND_WORD }, .content = media->content, .attribute = attribute, .value = value
    };
}

/* PostgreSQL takes no text with a zero byte, and would refuse all that comes with it. */
static bool can_be_stored(struct text word)
{
    return word.len && word.len <= 255 && !memchr(word.at, 0, word.len);
}

enum err statement_of_words(const struct statement_source *s, const struct media *media,
                            void (*said)(void *state, const struct offer *offer), void *state)
{
    struct facts own = { 0 };
    struct offer offer;
    enum err e = catalogue_subject_facts(s->txn, s->arena, bytes_of(media->id.b, sizeof(media->id.b)), &own);
    bool has_class = false;

    for (uint32_t i = 0; e == ERR_OK && i < own.each.count && !has_class; i++) {
        const struct fact *fact = &own.each.at[i];
        has_class = fact->source.value == SOURCE_USER && text_is(fact->attribute, "class") && fact->has_text &&
                    can_be_stored(fact->text);
        offer = word_offer(media, TEXT("class"), fact->text);
    }
    if (e != ERR_OK || (!has_class && !media->tags.count) || !is_shared_item(s, media))
        return e;
    if (has_class)
        said(state, &offer);
    for (uint32_t i = 0; i < media->tags.count; i++) {
        struct text tag = media->tags.at[i];
        offer = word_offer(media, arena_printf(s->arena, "tag:%.*s", TEXT_ARG(tag)), TEXT("yes"));
        if (tag.len <= 60)
            said(state, &offer);
    }
    return ERR_OK;
}

static bool see_one(void *state, const struct lesson *lesson)
{
    (void)lesson;
    *(bool *)state = true;
    return false;
}

enum err statement_of_sound(const struct statement_source *s, const struct media *media,
                            void (*said)(void *state, const struct offer *offer), void *state)
{
    struct sound_form sound = { 0 };
    bool is_packed = false, has_sound = false;
    struct offer offer = { .kind = { .value = OFFER_KIND_SOUND },
                           .content = media->content,
                           .attribute = TEXT("sound") };
    enum err e = media->content.len == COMMUNITY_CONTENT && txn_count(s->txn, DB_COMMUNITY)
                     ? community_each(s->txn, s->arena, LESSON_KIND_PACKED, media->content, see_one, &is_packed)
                     : ERR_OK;

    if (e == ERR_OK && is_packed && is_shared_item(s, media))
        e = sound_of_item(s->txn, s->arena, media, &sound, &has_sound);
    if (e != ERR_OK || !has_sound)
        return e;
    offer.value = sound_write(s->arena, &sound);
    if (offer.value.len)
        said(state, &offer);
    return ERR_OK;
}
