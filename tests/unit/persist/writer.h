/* writer.h: persist's state over a store of its own, with an open transaction, a volume and a folder; no service. */
#ifndef LOOPHOLE_TESTS_PERSIST_WRITER_H
#define LOOPHOLE_TESTS_PERSIST_WRITER_H

#include "services/persist/edit/undo_stack.h"
#include "services/persist/open.h"
#include "services/persist/places/folders.h"
#include "services/persist/places/places.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_facts.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

/* The steady clock of these tests stands still, so that no turn is over before its test ends it. */
enum { WRITER_NOW = 1 };
static usec_t writer_now = WRITER_NOW, writer_step;

usec_t __wrap_clock_steady(void);
usec_t __wrap_clock_steady(void)
{
    return writer_now += writer_step;
}

/* From now on each look at the clock takes `step` microseconds. 0: it stands still again, where it was. */
static inline void writer_run_clock(usec_t step)
{
    writer_step = step;
    writer_now = WRITER_NOW;
}

struct writer {
    struct scratch *scratch;
    struct persist p;
    struct id folder;
};

static inline int writer_make(void **state)
{
    struct writer *w = calloc(1, sizeof(*w));
    struct volume volume = { .identity = TEXT("root"), .mount = { 1, (const uint8_t *)"/" }, .online = true };
    struct folder folder = { .name = bytes_of("music", 5) };
    struct done done;

    assert_non_null(w);
    scratch_make((void **)&w->scratch);
    scratch_open(w->scratch);
    w->p.paths = &w->scratch->paths;
    w->p.store = w->scratch->store;
    w->p.hooks = &persist_hooks;
    assert_int_equal(turn_continue(&w->p, id_new(), NULL), ERR_OK);
    volume.backend.value = BACKEND_LOCAL;
    assert_int_equal(folders_put_volume(&w->p, &volume, &done, NULL), ERR_OK);
    folder.volume = done.id;
    assert_int_equal(folders_put(&w->p, &folder, &done, NULL), ERR_OK);
    w->folder = done.id;
    *state = w;
    return 0;
}

static inline int writer_drop(void **state)
{
    struct writer *w = *state;

    txn_end(w->p.w.txn);
    buffer_free(&w->p.w.row);
    buffer_free(&w->p.w.dropped);
    arena_free(&w->p.arena);
    scratch_drop((void **)&w->scratch);
    free(w);
    return 0;
}

/* Commits, checks the store, and opens the next transaction. */
static inline void writer_check(struct writer *w)
{
    struct txn *txn = w->p.w.txn;

    assert_false(turn_is_broken(&w->p));
    assert_int_equal(undo_save(&w->p), ERR_OK);
    w->p.w.txn = NULL;
    assert_int_equal(txn_commit(txn, NULL), ERR_OK);
    assert_int_equal(scratch_problems(w->scratch), 0);
    assert_int_equal(turn_continue(&w->p, id_new(), NULL), ERR_OK);
}

static inline struct id writer_place(struct writer *w, const char *file, uint64_t size)
{
    struct place place = { .folder = w->folder, .file = bytes_of(file, strlen(file)), .size = size, .mtime = 1 };
    struct outcome outcome = { 0 };

    place.kind.value = KIND_AUDIO;
    place.availability.value = ITEM_STATE_LOCAL;
    assert_int_equal(places_put(&w->p, &place, &outcome, NULL), ERR_OK);
    return outcome.id;
}

static inline struct media writer_media(struct writer *w, struct id id)
{
    struct media media;

    assert_int_equal(catalogue_media(w->p.w.txn, &w->p.arena, id, &media), ERR_OK);
    return media;
}

/* A row that cannot be read until it is mended. */
struct writer_damage {
    enum database db;
    struct key key;
    struct bytes was;
};

static inline struct writer_damage writer_damage(struct writer *w, enum database db, struct key key)
{
    struct writer_damage damage = { .db = db, .key = key };
    struct bytes value;

    assert_int_equal(txn_get(w->p.w.txn, db, key_bytes(&key), &value), ERR_OK);
    uint8_t *copy = malloc(value.len);
    assert_non_null(copy);
    memcpy(copy, value.at, value.len);
    damage.was = bytes_of(copy, value.len);
    assert_int_equal(txn_put(w->p.w.txn, db, key_bytes(&key), bytes_of("\xc1", 1)), ERR_OK);
    return damage;
}

static inline void writer_mend(struct writer *w, struct writer_damage *damage)
{
    assert_int_equal(txn_put(w->p.w.txn, damage->db, key_bytes(&damage->key), damage->was), ERR_OK);
    free((void *)(uintptr_t)damage->was.at);
}

/* The fact of that source and attribute; NULL: none. */
static inline const struct fact *writer_fact(struct writer *w, struct id id, enum source source, const char *attribute)
{
    struct media media = writer_media(w, id);
    struct fact_list all;

    assert_int_equal(catalogue_facts(w->p.w.txn, &w->p.arena, &media, &all), ERR_OK);
    for (uint32_t i = 0; i < all.count; i++)
        if (all.at[i].source.value == (int32_t)source && text_is(all.at[i].attribute, attribute))
            return &all.at[i];
    return NULL;
}

static inline struct fact writer_number(enum source source, const char *attribute, double number)
{
    struct fact fact = { .attribute = text_of(attribute), .has_number = true, .number = number, .shown = true };

    fact.source.value = (int32_t)source;
    return fact;
}

#define WRITER_CLAIM(name) CLAIM_WITH(name, writer_make, writer_drop)

#endif
