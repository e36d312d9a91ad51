#include "services/search/index/volumes.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "store/availability.h"
#include "store/row.h"

/* ---- reading ---- */

static void add_state(struct volumes *volumes, const struct place_here *state)
{
    volumes->at = alloc_grow(volumes->at, volumes->count + 1, sizeof(*volumes->at));
    volumes->at[volumes->count++] = *state;
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
    if (reading->e == ERR_OK)
        add_state(reading->volumes, &(struct place_here){ library->id, library->volume,
                                                          availability_backend(&volume, library), library->online });
    return reading->e == ERR_OK;
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
            add_state(volumes,
                      &(struct place_here){ volume.id, volume.id, availability_backend(&volume, NULL), volume.online });
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
