/* stage.h: persist over a real store with a volume, a library of two folders, and a sound in each. */
#ifndef LOOPHOLE_TESTS_FUZZ_PERSIST_STAGE_H
#define LOOPHOLE_TESTS_FUZZ_PERSIST_STAGE_H

#include <string.h>

#include "proto/wire/codec.h"
#include "services/persist/open.h"
#include "services/persist/turn/turn.h"
#include "tests/example.h"
#include "tests/fuzz/asks.h"

enum { KNOWN_MAX = 8 };

/* The fuzz target undoes the changes of each input, so it alone ends the turn: no time passes, and no ask waits. */
usec_t __wrap_clock_steady(void);
usec_t __wrap_clock_steady(void)
{
    return 1;
}

bool __wrap_service_is_awaited(struct service *service);
bool __wrap_service_is_awaited(struct service *service)
{
    (void)service;
    return false;
}

struct stage {
    struct persist p;
    struct arena arena;
    struct id_list known;
};

static inline void ask_persist(struct stage *stage, const char *name, const void *request, void *answer)
{
    const struct ask *ask = schema_ask(text_of(name));
    struct buffer body = { 0 };

    holds(codec_encode(ask->request, request, &body, NULL) == ERR_OK);
    holds(fuzz_ask(stage->p.service, ask, id_new(), buffer_bytes(&body), &stage->arena, answer) == ERR_OK);
    buffer_free(&body);
}

static inline struct id put_record(struct stage *stage, const char *name, const void *request)
{
    struct done done = { 0 };

    ask_persist(stage, name, request, &done);
    return done.id;
}

static inline void remember_id(struct stage *stage, struct id id)
{
    holds(stage->known.count < KNOWN_MAX && !id_is_zero(id));
    stage->known.at[stage->known.count++] = id;
}

static inline struct id add_folder(struct stage *stage, struct id volume, struct id parent, const char *name)
{
    const struct persist_put_folder folder = {
        .folder = { .volume = volume, .parent = parent, .name = bytes_of(name, strlen(name)) }
    };

    return put_record(stage, "persist.put_folder", &folder);
}

static inline struct id add_sound(struct stage *stage, struct id folder, const char *file)
{
    struct operation operations[] = { { .has_place = true }, { .has_analysed = true }, { .has_edit = true } };
    struct persist_batch batch = { .operations = { 1, operations } };
    struct outcomes outcomes = { 0 };
    struct id id;

    holds(example_make(&operation_shape, &stage->arena, &operations[0], NULL) == ERR_OK);
    operations[1].analysed = operations[0].analysed;
    operations[2].edit = operations[0].edit;
    operations[1].analysed.has_embedding = false;
    operations[2].edit.has_expect = false;
    operations[2].edit.add_unlike.count = operations[2].edit.remove_unlike.count = 0; /* there are no other items */
    operations[0] = (struct operation){ .has_place = true, .place = operations[0].place };
    operations[0].place.folder = folder;
    operations[0].place.file = bytes_of(file, strlen(file));
    ask_persist(stage, "persist.batch", &batch, &outcomes);
    id = outcomes.each.at[0].id;
    operations[1].analysed.id = operations[2].edit.id = id;
    batch.operations = (struct operation_list){ 2, operations + 1 };
    ask_persist(stage, "persist.batch", &batch, &outcomes);
    for (uint32_t i = 0; i < outcomes.each.count; i++)
        holds(text_is(outcomes.each.at[i].error, "ok"));
    return id;
}

static inline void fill_store(struct stage *stage)
{
    struct persist_put_volume volume = { 0 };
    struct persist_put_library library = { 0 };

    holds(example_make(&persist_put_volume_shape, &stage->arena, &volume, NULL) == ERR_OK);
    holds(example_make(&persist_put_library_shape, &stage->arena, &library, NULL) == ERR_OK);
    remember_id(stage, put_record(stage, "persist.put_volume", &volume));
    remember_id(stage, add_folder(stage, stage->known.at[0], (struct id){ { 0 } }, "sounds"));
    remember_id(stage, add_folder(stage, stage->known.at[0], stage->known.at[1], "kicks"));
    library.library.id = stage->known.at[1];
    library.library.volume = stage->known.at[0];
    library.library.has_within = false; /* there is no library around it */
    library.found = false;              /* no scan has ended */
    put_record(stage, "persist.put_library", &library);
    remember_id(stage, add_sound(stage, stage->known.at[1], "one.wav"));
    remember_id(stage, add_sound(stage, stage->known.at[2], "two.wav"));
    turn_end(&stage->p);
    holds(stage->p.alarm[0] == 0 && stage->p.w.txn == NULL);
}

/* Made at the first call. */
static inline struct stage *stage_of(void)
{
    static struct stage stage;
    static struct id known[KNOWN_MAX];

    if (stage.p.service)
        return &stage;
    stage.known.at = known;
    stage.p.service = fuzz_service(&schema_persist);
    stage.p.paths = service_paths(stage.p.service);
    persist_open(&stage.p);
    service_answer(stage.p.service, &persist_asks, &stage.p);
    fill_store(&stage);
    return &stage;
}

#endif
