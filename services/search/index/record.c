#include "services/search/index/record.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "common/musical_key.h"
#include "common/naming/fold.h"
#include "services/search/index/blocks.h"
#include "services/search/index/record_uses.h"
#include "store/availability.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"
#include "store/fact_name.h"

enum { FOLDERS_DEEP = PATH_MAX / 2 };

/* ---- folders ---- */

void record_begin(struct record_folder *kept)
{
    kept->folder = (struct id){ { 0 } };
}

static void add_folder_name(struct record_folder *kept, struct bytes name)
{
    if (name.len + 1 > sizeof(kept->words) - kept->len)
        return;
    memcpy(kept->words + kept->len, name.at, name.len);
    kept->len += name.len;
    kept->words[kept->len++] = '/';
}

static enum err read_folders(struct txn *txn, struct arena *arena, struct id id, struct record_folder *kept)
{
    struct folder folder;

    *kept = (struct record_folder){ .folder = id };
    for (int depth = 0; depth < FOLDERS_DEEP && !id_is_zero(id); depth++) {
        enum err e = catalogue_folder(txn, arena, id, &folder);
        if (e != ERR_OK)
            return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
        kept->volume = folder.volume;
        if (folder.library)
            kept->library = folder.id;
        if (folder.name.len)
            add_folder_name(kept, folder.name);
        if (folder.library)
            break;
        id = folder.parent;
    }
    return id_is_zero(kept->library) ? catalogue_mount_library(txn, arena, kept->volume, &kept->library) : ERR_OK;
}

/* ---- states ---- */

/* Only what the row keeps; the state follows from its place too (volumes.h). */
static void add_kept_state(struct entry *entry, const struct media *media)
{
    switch (availability_kept((enum item_state)media->availability.value)) {
    case ITEM_STATE_MISSING:
        entry_value(entry, TERM_IS, TEXT("missing"));
        return;
    case ITEM_STATE_ONLINE_ONLY:
        entry_value(entry, TERM_IS, TEXT("remote_offline"));
        return;
    case ITEM_STATE_EXTERNAL_OFFLINE:
        entry_value(entry, TERM_IS, TEXT("external_offline"));
        return;
    default:
        return;
    }
}

static const char *const ANALYSED[] = {
    [ANALYSIS_STATE_WAITING] = "waiting",
    [ANALYSIS_STATE_DONE] = "analysed",
    [ANALYSIS_STATE_FAILED] = "failed",
    [ANALYSIS_STATE_QUARANTINED] = "quarantined",
};

#define NAMED(names, choice)                                                                                           \
    text_of((size_t)(choice).value < sizeof(names) / sizeof((names)[0]) ? (names)[(choice).value] : NULL)

static void add_states(struct entry *entry, const struct media *media)
{
    add_kept_state(entry, media);
    entry_value(entry, TERM_IS, NAMED(ANALYSED, media->analysis));
    if (media->favourite)
        entry_value(entry, TERM_IS, TEXT("favourite"));
    if (media->hidden)
        entry_value(entry, TERM_IS, TEXT("hidden"));
    if (media->lifecycle.value == LIFECYCLE_PENDING)
        entry_value(entry, TERM_IS, TEXT("pending"));
    if (media->lifecycle.value == LIFECYCLE_ABANDONED)
        entry_value(entry, TERM_IS, TEXT("abandoned"));
    if (media->has_cut)
        entry_value(entry, TERM_IS, TEXT("cut"));
}

/* ---- facts ---- */

static const struct word_fact {
    const char *attribute;
    enum term_field field;
} WORD_FACTS[] = {
    { "class", TERM_CLASS }, { "family", TERM_FAMILY }, { "genre", TERM_GENRE }, { "artist", TERM_ARTIST },
    { "album", TERM_ALBUM }, { "key", TERM_KEY },       { "note", TERM_NOTE },   { "colour", TERM_COLOUR },
};

/* Texts of the file's own tags, and of its pack as a community knows it, whose words find it. */
static const char *const LABEL_FACTS[] = { "title",   "artist",   "album",     "comment", "description",
                                           "subject", "keywords", "pack_name", "vendor" };

static const struct state_fact {
    const char *attribute, *state;
} STATE_FACTS[] = { { "one_shot", "oneshot" }, { "loopable", "loop" } };

static struct text key_as_stored(struct text word)
{
    int key;

    return musical_key_read(word, &key) ? text_of(musical_key_name(key)) : word;
}

/* "808" as a class arrives as a number from clients that send each text that reads as one so. */
static struct fact fact_as_words(struct arena *arena, struct fact fact)
{
    if (fact.has_number && fact_name_is_word(fact.attribute)) {
        fact.text = arena_printf(arena, "%.15g", fact.number);
        fact.has_text = true;
        fact.has_number = false;
    }
    return fact;
}

static void add_values_of(struct entry *entry, enum term_field field, struct text text)
{
    struct text value;

    if (field != TERM_GENRE && field != TERM_ARTIST)
        entry_value(entry, field, field == TERM_KEY ? key_as_stored(text) : text);
    else
        while (fact_name_take_value(&text, &value))
            entry_value(entry, field, value);
}

static void add_word_fact(struct entry *entry, const struct fact *fact)
{
    struct id other;

    if (fact_name_other(fact->attribute, &other))
        entry_id(entry, TERM_HAS, other);
    if (text_is(fact->attribute, "truncated"))
        entry_value(entry, TERM_IS, TEXT("truncated"));
    if (text_is(fact->attribute, "unclosed"))
        entry_value(entry, TERM_IS, TEXT("unclosed"));
    for (size_t i = 0; i < sizeof(LABEL_FACTS) / sizeof(LABEL_FACTS[0]); i++)
        if (text_is(fact->attribute, LABEL_FACTS[i]))
            entry_words(entry, TERM_LABEL, fact->text);
    for (size_t i = 0; i < sizeof(WORD_FACTS) / sizeof(WORD_FACTS[0]); i++)
        if (text_is(fact->attribute, WORD_FACTS[i].attribute))
            add_values_of(entry, WORD_FACTS[i].field, fact->text);
}

/* "tag:warm" is 1 if the analysis states it, and 0 if a person denies it. */
static bool add_heard_tag(struct entry *entry, const struct fact *fact)
{
    struct text tag = fact_name_tag(fact->attribute);

    if (tag.len == 0)
        return false;
    if (fact->number >= 0.5) {
        entry_words(entry, TERM_TAG_WORD, tag);
        entry_value(entry, TERM_TAG, tag);
    }
    return true;
}

static void add_number_fact(struct entry *entry, const struct fact *fact)
{
    if (add_heard_tag(entry, fact))
        return;
    entry_number(entry, fact->attribute, fact->number, false);
    for (size_t i = 0; i < sizeof(STATE_FACTS) / sizeof(STATE_FACTS[0]); i++)
        if (text_is(fact->attribute, STATE_FACTS[i].attribute) && fact->number >= 0.5)
            entry_value(entry, TERM_IS, text_of(STATE_FACTS[i].state));
}

/* The analysis's second tempo counts only beside its first one, not beside the tempo of a person or of the file. */
static bool is_overruled(const struct fact_list *winning, const struct fact *fact)
{
    if (!text_is(fact->attribute, "bpm_second"))
        return false;
    for (uint32_t i = 0; i < winning->count; i++)
        if (text_is(winning->at[i].attribute, "bpm"))
            return winning->at[i].source.value != fact->source.value;
    return false;
}

/* A MIDI file has the key of its signature, which many programs write unasked, and the key of its notes. Both find it,
 * unless a person says which it is. */
static void add_other_keys(struct entry *entry, const struct media *media, const struct fact_list *all)
{
    int key;

    if (media->kind.value != KIND_MIDI)
        return;
    for (uint32_t i = 0; i < all->count; i++)
        if (text_is(all->at[i].attribute, "key") && all->at[i].source.value == SOURCE_USER)
            return;
    for (uint32_t i = 0; i < all->count; i++)
        if (text_is(all->at[i].attribute, "key") && all->at[i].has_text && musical_key_read(all->at[i].text, &key))
            add_values_of(entry, TERM_KEY, all->at[i].text);
}

static enum err add_facts(struct txn *txn, struct arena *arena, const struct media *media, struct entry *entry)
{
    struct fact_list all, winning = { 0 };
    enum err e = catalogue_facts(txn, arena, media, &all);

    if (e == ERR_OK)
        e = catalogue_winning(arena, all, &winning);
    for (uint32_t i = 0; e == ERR_OK && i < winning.count; i++) {
        struct fact fact = fact_as_words(arena, winning.at[i]);
        if (fact.has_number && !is_overruled(&winning, &fact))
            add_number_fact(entry, &fact);
        else if (fact.has_text)
            add_word_fact(entry, &fact);
    }
    if (e == ERR_OK)
        add_other_keys(entry, media, &all);
    return e;
}

/* ---- the embedding ---- */

static const struct real_list *block_of(const struct embedding *embedding, uint32_t block)
{
    const struct real_list *const BLOCKS[BLOCKS_COUNT] = {
        (const void *)&embedding->spectrum,  (const void *)&embedding->timbre, (const void *)&embedding->pitch,
        (const void *)&embedding->amplitude, (const void *)&embedding->rhythm,
    };

    return BLOCKS[block];
}

void record_vector(const struct embedding *embedding, float to[ENTRY_VECTOR])
{
    memset(to, 0, ENTRY_VECTOR * sizeof(to[0]));
    for (uint32_t block = 0; block < BLOCKS_COUNT; block++) {
        const struct real_list *list = block_of(embedding, block);
        for (uint32_t i = 0; i < list->count && i < blocks[block].count; i++)
            to[blocks[block].first + i] = isfinite(list->at[i]) ? (float)list->at[i] : 0;
    }
}

static enum err add_vector(struct txn *txn, struct arena *arena, const struct media *media, struct entry *entry)
{
    struct embedding embedding;
    enum err e = media->content.len ? catalogue_embedding(txn, arena, media->content, &embedding) : ERR_NOT_FOUND;

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    record_vector(&embedding, entry->vector);
    entry->has_vector = true;
    entry_value(entry, TERM_HAS, TEXT("vector"));
    return ERR_OK;
}

/* ---- the whole item ---- */

/* The notes come last: they can have more words than there is room for. */
static void add_words(struct entry *entry, const struct media *media, const struct record_folder *kept)
{
    entry->name = fold_text(entry->arena, media->name);
    entry->notes = fold_text(entry->arena, media->notes);
    entry_words(entry, TERM_NAME, media->name);
    entry_words(entry, TERM_PACK_WORD, media->pack);
    entry_words(entry, TERM_REMOTE, media->remote);
    entry_words(entry, TERM_PLACE, (struct text){ media->file.len, (const char *)media->file.at });
    entry_words(entry, TERM_PLACE, (struct text){ kept->len, kept->words });
    for (uint32_t i = 0; i < media->tags.count; i++) {
        entry_words(entry, TERM_TAG_WORD, media->tags.at[i]);
        entry_value(entry, TERM_TAG, media->tags.at[i]);
    }
    entry_words(entry, TERM_NOTES, media->notes);
}

static void add_values(struct entry *entry, const struct media *media, const struct record_folder *kept)
{
    entry_value(entry, TERM_PACK, media->pack);
    entry_value(entry, TERM_KIND, choice_text(&kind_table, media->kind));
    entry_value(entry, TERM_ORIGIN, choice_text(&origin_table, media->origin));
    entry_value(entry, TERM_CONTAINER, media->container);
    entry_value(entry, TERM_FORMAT, media->sample_format);
    entry_id(entry, TERM_VOLUME, kept->volume);
    if (!id_is_zero(kept->library))
        entry_id(entry, TERM_VOLUME, kept->library);
    entry_id(entry, TERM_FOLDER, media->folder);
}

/* 3 bytes are a whole number that a float keeps. */
static void add_form(struct entry *entry, struct bytes form)
{
    static const char *const names[] = { "form_parts", "form_head", "form_writer", "form_sizes" };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && 3 * i + 3 <= form.len; i++) {
        const uint8_t *at = form.at + 3 * i;
        entry_number(entry, text_of(names[i]), at[0] << 16 | at[1] << 8 | at[2], false);
    }
}

static void add_numbers(struct entry *entry, const struct media *media)
{
    entry_number(entry, TEXT("size"), (double)media->size, true);
    entry_number(entry, TEXT("added"), (double)media->added / 1e6, true);
    entry_number(entry, TEXT("modified"), (double)media->mtime / 1e6, true);
    if (media->sample_rate == 0)
        return;
    entry_number(entry, TEXT("duration_s"), (double)media->frames / (double)media->sample_rate, true);
    entry_number(entry, TEXT("sample_rate"), (double)media->sample_rate, false);
    entry_number(entry, TEXT("channels"), (double)media->channels, false);
    if (media->bit_depth)
        entry_number(entry, TEXT("bit_depth"), (double)media->bit_depth, false);
    if (media->has_form)
        add_form(entry, media->form);
}

/* How far the peak lies above the loudness: of punchy sounds it lies far above. */
static void add_punch(struct entry *entry)
{
    double peak = (double)NAN, lufs = (double)NAN;

    for (uint32_t i = 0; i < entry->number_count; i++) {
        if (text_is(entry->numbers[i].name, "peak_dbfs"))
            peak = entry->numbers[i].value;
        if (text_is(entry->numbers[i].name, "lufs"))
            lufs = entry->numbers[i].value;
    }
    entry_number(entry, TEXT("punch_db"), peak - lufs, false);
}

enum err record_read(struct txn *txn, struct arena *arena, struct id id, struct record_folder *kept,
                     struct entry *entry)
{
    struct media media;
    enum err e = catalogue_media(txn, arena, id, &media);

    if (e == ERR_OK && media.has_forgotten)
        e = ERR_NOT_FOUND;
    if (e != ERR_OK)
        return e;
    entry_begin(entry, arena, id);
    if (!id_equal(kept->folder, media.folder))
        e = read_folders(txn, arena, media.folder, kept);
    if (e != ERR_OK) {
        record_begin(kept);
        return e;
    }
    add_words(entry, &media, kept);
    add_values(entry, &media, kept);
    add_states(entry, &media);
    add_numbers(entry, &media);
    e = add_facts(txn, arena, &media, entry);
    add_punch(entry);
    if (e == ERR_OK)
        e = add_vector(txn, arena, &media, entry);
    return e == ERR_OK ? record_uses(txn, media.content, entry) : e;
}
