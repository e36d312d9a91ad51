#include "services/search/index/volumes.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/naming/fold.h"
#include "services/search/index/words.h"
#include "store/availability.h"
#include "store/catalogue_path.h"
#include "store/row.h"

/* ---- reading ---- */

static void add_state(struct volumes *volumes, const struct place_here *state)
{
    volumes->at = alloc_grow(volumes->at, volumes->count + 1, sizeof(*volumes->at));
    volumes->at[volumes->count++] = *state;
}

/* The last name of a path; of "/" itself "/". */
static void write_last_name(struct bytes path, char to[VOLUMES_NAME])
{
    uint32_t from = path.len;

    while (from > 0 && path.at[from - 1] != '/')
        from--;
    if (from == path.len && path.len > 0)
        from = path.len - 1;
    to[text_repair(to, VOLUMES_NAME - 1, (struct text){ path.len - from, (const char *)path.at + from })] = 0;
}

static void fold_name(struct arena *arena, struct place_here *place)
{
    const struct text folded = fold_text(arena, text_of(place->name));

    (void)snprintf(place->folded, sizeof(place->folded), "%.*s", TEXT_ARG(folded));
}

struct reading_libraries {
    struct volumes *volumes;
    struct txn *txn;
    struct arena *arena;
    enum err e;
};

/* The library is `online` if its volume is here too (catalogue_each_library). */
static bool add_library_state(void *state, const struct library *library)
{
    struct reading_libraries *reading = state;
    struct volume volume = { 0 };

    reading->e = catalogue_volume(reading->txn, reading->arena, library->volume, &volume);
    if (reading->e == ERR_OK) {
        struct place_here place = { .id = library->id,
                                    .volume = library->volume,
                                    .backend = availability_backend(&volume, library),
                                    .is_here = library->online };
        write_last_name(library->path, place.name);
        fold_name(reading->arena, &place);
        add_state(reading->volumes, &place);
    }
    return reading->e == ERR_OK;
}

static void add_volume_state(struct volumes *volumes, struct arena *arena, const struct volume *volume)
{
    struct place_here place = {
        .id = volume->id, .volume = volume->id, .backend = availability_backend(volume, NULL), .is_here = volume->online
    };

    if (volume->label.len)
        (void)snprintf(place.name, sizeof(place.name), "%.*s", TEXT_ARG(volume->label));
    else
        write_last_name(volume->mount, place.name);
    fold_name(arena, &place);
    add_state(volumes, &place);
}

enum err volumes_read(struct volumes *volumes, struct txn *txn, struct arena *arena)
{
    struct reading_libraries reading = { volumes, txn, arena, ERR_OK };
    const struct bytes none = { 0 };
    struct volume volume;
    struct walk walk;
    enum err e = walk_begin(txn, DB_VOLUME, none, none, &walk);

    volumes->count = 0;
    while (e == ERR_OK && walk_next(&walk)) {
        volume = (struct volume){ 0 };
        if (row_decode(txn, arena, walk.value, &volume_shape, &volume) == ERR_OK)
            add_volume_state(volumes, arena, &volume);
    }
    walk_end(&walk);
    if (e == ERR_OK)
        e = catalogue_each_library(txn, arena, add_library_state, &reading);
    return e == ERR_OK ? reading.e : e;
}

void volumes_free(struct volumes *volumes)
{
    free(volumes->at);
    *volumes = (struct volumes){ 0 };
}

bool volumes_have(const struct volumes *volumes, struct id id)
{
    for (uint32_t i = 0; i < volumes->count; i++)
        if (id_equal(volumes->at[i].id, id))
            return true;
    return false;
}

/* ---- states ---- */

/* The states that a word of a query means. */
static const struct state_word {
    const char *word;
    enum item_state states[2];
} WORDS[] = {
    { "local", { ITEM_STATE_LOCAL } },
    { "remote", { ITEM_STATE_REMOTE_OFFLINE, ITEM_STATE_REMOTE_FETCHING } },
    { "external", { ITEM_STATE_EXTERNAL_ONLINE, ITEM_STATE_EXTERNAL_OFFLINE } },
    { "offline", { ITEM_STATE_REMOTE_OFFLINE, ITEM_STATE_EXTERNAL_OFFLINE } },
    { "missing", { ITEM_STATE_MISSING } },
    { "remote_fetching", { ITEM_STATE_REMOTE_FETCHING } },
    { "remote_offline", { ITEM_STATE_REMOTE_OFFLINE } },
    { "external_online", { ITEM_STATE_EXTERNAL_ONLINE } },
    { "external_offline", { ITEM_STATE_EXTERNAL_OFFLINE } },
};

/* The states that the index stores as terms of `is`. A row without such a term is present. */
static const struct kept_word {
    const char *word;
    enum item_state kept;
} KEPT[] = {
    { "missing", ITEM_STATE_MISSING },
    { "remote_offline", ITEM_STATE_ONLINE_ONLY },
    { "external_offline", ITEM_STATE_EXTERNAL_OFFLINE },
};
enum { KEPT_WORDS = sizeof(KEPT) / sizeof(KEPT[0]) };

static const struct state_word *word_named(struct text word)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (text_is(word, WORDS[i].word))
            return &WORDS[i];
    return NULL;
}

bool volumes_is_state(struct text word)
{
    return word_named(word) != NULL;
}

static void add_term(struct index *index, enum term_field field, struct text value, struct bitmap *to)
{
    char key[TERM_LONGEST];
    uint32_t number;

    if (terms_find(&index->terms, terms_start(key, field, value), &number))
        posting_or(terms_posting(&index->terms, number), NULL, to);
}

static void add_volume_rows(struct index *index, struct id id, struct bitmap *to)
{
    add_term(index, TERM_VOLUME, (struct text){ 16, (const char *)id.b }, to);
}

/* Adds the rows of a place. For a volume these are the rows in none of its libraries. */
static void add_place(const struct volumes *volumes, struct index *index, const struct place_here *place,
                      struct bitmap *to)
{
    struct bitmap *others = bitmap_new(), *own = bitmap_new();

    add_volume_rows(index, place->id, own);
    for (uint32_t i = 0; i < volumes->count && id_equal(place->id, place->volume); i++) {
        const struct place_here *other = &volumes->at[i];
        if (id_equal(other->volume, place->id) && !id_equal(other->id, other->volume))
            add_volume_rows(index, other->id, others);
    }
    bitmap_and_not(own, others);
    bitmap_or(to, own);
    bitmap_free(others);
    bitmap_free(own);
}

void volumes_all_of(struct index *index, const struct place_here *place, struct bitmap *to)
{
    add_volume_rows(index, place->id, to);
}

static bool has_word(void *state, struct text word)
{
    return words_have(*(const struct text *)state, word);
}

/* A name without words, such as "/", must be equal. */
static bool is_named(const struct place_here *place, struct text words)
{
    struct text name = text_of(place->folded);

    return text_equal(name, words) || (words_each(words, false, has_word, &name) && words_have(words, TEXT("")));
}

void volumes_in_place(const struct volumes *volumes, struct index *index, bool of_libraries, struct text words,
                      struct bitmap *to)
{
    for (uint32_t i = 0; i < volumes->count; i++) {
        const struct place_here *place = &volumes->at[i];
        if (id_equal(place->id, place->volume) != of_libraries && is_named(place, words))
            add_volume_rows(index, place->id, to);
    }
}

static struct text kept_term(char to[64], const struct kept_word *kept)
{
    int len = snprintf(to, 64, "%s%c%s", kept->word, 0, kept->word);

    return (struct text){ (uint32_t)len, to };
}

/* The rows that keep a word. */
static void add_kept(struct index *index, const struct kept_word *kept, struct bitmap *to)
{
    char term[64];

    add_term(index, TERM_IS, kept_term(term, kept), to);
}

/* The fetched rows among those with online_only. */
static void add_fetched(struct index *index, struct bitmap *to)
{
    const struct id *ids;
    uint32_t count = availability_fetching(&ids), row;

    for (uint32_t i = 0; i < count; i++)
        if (index_find(index, ids[i], &row))
            bitmap_add(to, row);
}

/* Rows that keep online_only are remote_offline, or remote_fetching. */
static void divide_online_only(struct index *index, bool wants_fetched, bool wants_others, struct bitmap *to)
{
    struct bitmap *rows = bitmap_new(), *fetched = bitmap_new();

    add_kept(index, &KEPT[1], rows);
    add_fetched(index, fetched);
    bitmap_and(fetched, rows);
    bitmap_and_not(rows, fetched);
    if (wants_fetched)
        bitmap_or(to, fetched);
    if (wants_others)
        bitmap_or(to, rows);
    bitmap_free(fetched);
    bitmap_free(rows);
}

static bool means_state(const struct state_word *word, enum item_state state)
{
    return word->states[0] == state || word->states[1] == state;
}

void volumes_in_state(const struct volumes *volumes, struct index *index, struct text word, struct bitmap *to)
{
    const struct state_word *states = word_named(word);
    struct bitmap *kept = bitmap_new(), *present = bitmap_new();

    for (uint32_t i = 0; states && i < volumes->count; i++)
        if (means_state(states, availability_of(ITEM_STATE_LOCAL, volumes->at[i].backend, volumes->at[i].is_here)))
            add_place(volumes, index, &volumes->at[i], present);
    for (int i = 0; states && i < KEPT_WORDS; i++) {
        add_kept(index, &KEPT[i], kept);
        if (KEPT[i].kept == ITEM_STATE_ONLINE_ONLY)
            divide_online_only(index, means_state(states, ITEM_STATE_REMOTE_FETCHING),
                               means_state(states, ITEM_STATE_REMOTE_OFFLINE), to);
        else if (means_state(states, availability_of(KEPT[i].kept, BACKEND_LOCAL, true)))
            add_kept(index, &KEPT[i], to);
    }
    bitmap_and_not(present, kept);
    bitmap_or(to, present);
    bitmap_free(kept);
    bitmap_free(present);
}

static uint64_t *count_for(struct state_counts *counts, enum item_state state)
{
    switch (state) {
    case ITEM_STATE_LOCAL:
        return &counts->local;
    case ITEM_STATE_REMOTE_FETCHING:
        return &counts->remote_fetching;
    case ITEM_STATE_REMOTE_OFFLINE:
        return &counts->remote_offline;
    case ITEM_STATE_EXTERNAL_ONLINE:
        return &counts->external_online;
    case ITEM_STATE_EXTERNAL_OFFLINE:
        return &counts->external_offline;
    case ITEM_STATE_MISSING:
    case ITEM_STATE_PRESENT:
    case ITEM_STATE_ONLINE_ONLY:
    case ITEM_STATE_OTHER:
        break;
    }
    return &counts->missing;
}

static void move_fetched(struct index *index, struct bitmap *all, struct state_counts *to)
{
    struct bitmap *rows = bitmap_new();

    divide_online_only(index, true, false, rows);
    uint64_t count = bitmap_and_count(rows, all);
    to->remote_offline -= count;
    to->remote_fetching += count;
    bitmap_free(rows);
}

void volumes_count(const struct volumes *volumes, const struct place_here *place, struct index *index,
                   struct state_counts *to)
{
    struct bitmap *all = bitmap_new();
    uint64_t present;

    add_place(volumes, index, place, all);
    present = bitmap_count(all);
    for (int i = 0; i < KEPT_WORDS; i++) {
        struct bitmap *rows = bitmap_new();
        add_kept(index, &KEPT[i], rows);
        uint64_t count = bitmap_and_count(rows, all);
        present -= count;
        *count_for(to, availability_of(KEPT[i].kept, place->backend, place->is_here)) += count;
        bitmap_free(rows);
    }
    *count_for(to, availability_of(ITEM_STATE_LOCAL, place->backend, place->is_here)) += present;
    move_fetched(index, all, to);
    bitmap_free(all);
}
