/* stage.h: search over a real store with a few items. */
#ifndef LOOPHOLE_TESTS_FUZZ_SEARCH_STAGE_H
#define LOOPHOLE_TESTS_FUZZ_SEARCH_STAGE_H

#include <string.h>

#include "services/search/search.h"
#include "services/search/search_current.h"
#include "services/search/search_state.h"
#include "store/catalogue_write.h"
#include "store/open/store_open.h"
#include "tests/example.h"
#include "tests/fuzz/asks.h"

enum { ITEMS = 5 };

struct stage {
    struct search search;
    struct id known[ITEMS];
};

static inline struct id made_id(uint8_t kind, uint8_t number)
{
    struct id id = { { kind } };

    id.b[sizeof(id.b) - 1] = (uint8_t)(number + 1);
    return id;
}

static inline void put_item(struct writing *w, struct arena *arena, uint8_t number)
{
    char file[] = "a.wav";
    struct media media = { 0 };
    struct facts facts = { 0 };
    struct embedding embedding = { 0 };

    holds(example_make(&media_shape, arena, &media, NULL) == ERR_OK);
    holds(example_make(&facts_shape, arena, &facts, NULL) == ERR_OK);
    holds(example_make(&embedding_shape, arena, &embedding, NULL) == ERR_OK);
    file[0] = (char)(file[0] + number);
    media.id = made_id('m', number);
    media.folder = made_id('f', 0);
    media.file = bytes_of(file, strlen(file));
    media.content = bytes_of(media.id.b, sizeof(media.id.b));
    media.has_forgotten = false; /* a forgotten item is in no index */
    holds(catalogue_put_media(w, NULL, &media) == ERR_OK);
    holds(catalogue_put_facts(w, media.content, &facts) == ERR_OK);
    if (number % 2)
        holds(catalogue_put_embedding(w, media.content, &embedding) == ERR_OK);
}

static inline void make_store(const struct paths *paths, struct id known[ITEMS])
{
    struct arena arena = { 0 };
    struct writing w = { 0 };
    struct store *store;
    struct volume volume = { .id = made_id('v', 0), .identity = TEXT("root"), .mount = bytes_of("/music", 6) };
    struct folder folder = {
        .id = made_id('f', 0), .volume = volume.id, .name = bytes_of("kicks", 5), .library = true
    };

    holds(store_open(paths, STORE_WRITER, &store, NULL) == ERR_OK);
    holds(store_write(store, &w.txn, NULL) == ERR_OK);
    holds(catalogue_put_volume(&w, &volume) == ERR_OK);
    holds(catalogue_put_folder(&w, NULL, &folder) == ERR_OK);
    for (uint8_t i = 0; i < ITEMS; i++) {
        known[i] = made_id('m', i);
        put_item(&w, &arena, i);
    }
    holds(txn_commit(w.txn, NULL) == ERR_OK);
    store_close(store);
    buffer_free(&w.row), buffer_free(&w.dropped);
    arena_free(&arena);
}

static inline struct stage *stage_of(void)
{
    static struct stage stage;

    if (stage.search.service)
        return &stage;
    make_store(fuzz_home(), stage.known);
    holds(search_open(&stage.search, fuzz_service(&schema_search), NULL) == ERR_OK);
    service_answer(stage.search.service, &search_handlers, &stage.search);
    while (index_live(&stage.search.index) < ITEMS)
        search_follow(&stage.search);
    return &stage;
}

#endif
