#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/latency/bench.h"
#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "schema_persist.h"
#include "schema_search.h"
#include "schema_service.h"
#include "store/keys.h"
#include "store/open/store_open.h"
#include "store/store.h"

enum { BUDGET_MS = 60000, PAYLOAD = 64, WORD = 32 };

void bench_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void must_ask(struct engine *engine, const char *name, const void *request, void *answer)
{
    struct fault fault = { 0 };

    if (ask(engine->asker, name, request, BUDGET_MS, NULL, answer, &fault) != ERR_OK)
        bench_fail("%s: %s", name, fault.what);
}

bool engine_answers(struct engine *engine, const char *service)
{
    const struct service_ping request = { 0 };
    struct fault fault = { 0 };
    char name[WORD];

    snprintf(name, sizeof(name), "%s.ping", service);
    return ask(engine->asker, name, &request, 1000, NULL, &(struct pong){ 0 }, &fault) == ERR_OK;
}

/* ---- requests ---- */

static struct edit next_edit(struct engine *engine, char notes[WORD])
{
    uint64_t serial = engine->serial++;

    snprintf(notes, WORD, "note %020llu", (unsigned long long)serial);
    return (struct edit){ .id = engine->items[serial % ITEMS], .has_notes = true, .notes = text_of(notes) };
}

static void write_frame(const char *name, struct bytes body, struct buffer *to)
{
    const struct ask_frame frame = { text_of(name), id_new(), BUDGET_MS, body, 0, { 0 } };

    frame_write_ask(to, &frame);
}

static void put_frame(const char *name, const struct shape *shape, const void *request, struct buffer *to)
{
    struct buffer body = { 0 };

    if (codec_encode(shape, request, &body, NULL) != ERR_OK)
        bench_fail("%s is not encoded", name);
    write_frame(name, buffer_bytes(&body), to);
    buffer_free(&body);
}

void engine_put_frame(void *state, struct buffer *to)
{
    char notes[WORD];
    struct persist_put_media request = { .edit = next_edit(state, notes) };

    put_frame("persist.put_media", &persist_put_media_shape, &request, to);
}

void engine_search_frame(void *state, struct buffer *to)
{
    static const char *const queries[] = { "kick", "snare bpm:80-160", "hat or clap", "dur:<1s", "" };
    struct engine *engine = state;
    struct search_query request = { .limit = 20 };

    request.query = text_of(queries[engine->serial++ % (sizeof(queries) / sizeof(*queries))]);
    put_frame("search.query", &search_query_shape, &request, to);
}

/* ---- preparation ---- */

static void add_items(struct engine *engine)
{
    static struct operation operations[ITEMS];
    static char files[ITEMS][WORD];
    const struct persist_batch batch = { .operations = { ITEMS, operations } };
    struct outcomes outcomes = { 0 };

    for (int i = 0; i < ITEMS; i++) {
        snprintf(files[i], WORD, "a drum sound %04d.wav", i);
        operations[i].has_place = true;
        operations[i].place = (struct place){ .folder = engine->folder,
                                              .file = bytes_of(files[i], strlen(files[i])),
                                              .size = 88244,
                                              .mtime = 1700000000000000,
                                              .pack = TEXT("Drum kit"),
                                              .kind = { .value = KIND_AUDIO },
                                              .availability = { .value = ITEM_STATE_LOCAL } };
    }
    must_ask(engine, "persist.batch", &batch, &outcomes);
    for (uint32_t i = 0; i < ITEMS; i++)
        engine->items[i] = outcomes.each.at[i].id;
}

static void add_folder(struct engine *engine)
{
    struct persist_put_volume volume = { .volume = { .identity = TEXT("marker:bench"), .label = TEXT("bench") } };
    struct persist_put_folder folder = { .folder = { .name = bytes_of("bench", 5) } };
    struct done done = { 0 };

    volume.volume.mount = bytes_of("/nonexistent", 12);
    volume.volume.backend.value = BACKEND_LOCAL;
    must_ask(engine, "persist.put_volume", &volume, &done);
    folder.folder.volume = done.id;
    must_ask(engine, "persist.put_folder", &folder, &done);
    engine->folder = done.id;
}

static size_t row_bytes(struct txn *txn, enum database db, struct key key)
{
    struct bytes value;

    if (txn_get(txn, db, key_bytes(&key), &value) != ERR_OK)
        bench_fail("no row of an edit in %s", database_name(db));
    return value.len;
}

/* Measures the rows and frames of one edit, and those of a ping. */
static void measure_engine(struct engine *engine)
{
    char notes[WORD];
    struct persist_put_media put = { .edit = next_edit(engine, notes) };
    struct id request = id_new();
    struct done done = { 0 };
    struct store *store = NULL;
    struct txn *txn = NULL;
    struct fault fault = { 0 };
    struct buffer frame = { 0 };

    engine_put_frame(engine, &frame);
    engine->put_ask = frame.len;
    if (ask(engine->asker, "persist.put_media", &put, BUDGET_MS, &request, &done, &fault) != ERR_OK ||
        store_open(&engine->paths, STORE_READER, &store, &fault) != ERR_OK || store_read(store, &txn, &fault) != ERR_OK)
        bench_fail("%s", fault.what);
    engine->media = row_bytes(txn, DB_MEDIA, key_id(put.edit.id));
    engine->change = row_bytes(txn, DB_CHANGE, key_number(done.revision));
    engine->request = row_bytes(txn, DB_REQUEST, key_id(request));
    engine->put_answer = engine->request + 16;
    engine->ping_ask = PAYLOAD + 48;
    engine->ping_answer = PAYLOAD + 88;
    txn_end(txn);
    store_close(store);
    buffer_free(&frame);
}

void engine_begin(struct engine *engine)
{
    struct fault fault = { 0 };

    if (paths_find(&engine->paths, &fault) != ERR_OK || !(engine->asker = asker_new(&engine->paths, &fault)))
        bench_fail("%s", fault.what);
    add_folder(engine);
    add_items(engine);
    measure_engine(engine);
}

void engine_end(struct engine *engine)
{
    asker_free(engine->asker);
}

/* ---- measurement ---- */

void engine_ping(struct engine *engine, const char *service, uint32_t count, struct latency *to)
{
    static const uint8_t payload[PAYLOAD];
    const struct service_ping request = { .payload = { PAYLOAD, payload } };
    struct pong pong = { 0 };
    char name[WORD];

    snprintf(name, sizeof(name), "%s.ping", service);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t from = latency_clock();
        must_ask(engine, name, &request, &pong);
        latency_add(to, latency_clock() - from);
    }
}

pid_t engine_process(struct engine *engine, const char *service)
{
    const struct service_ping request = { 0 };
    struct pong pong = { 0 };
    char name[WORD];

    snprintf(name, sizeof(name), "%s.ping", service);
    must_ask(engine, name, &request, &pong);
    return (pid_t)pong.pid;
}

void engine_put(struct engine *engine, uint32_t count, struct latency *to)
{
    for (uint32_t i = 0; i < count; i++) {
        char notes[WORD];
        struct persist_put_media request = { .edit = next_edit(engine, notes) };
        struct done done = { 0 };
        uint64_t from = latency_clock();
        must_ask(engine, "persist.put_media", &request, &done);
        latency_add(to, latency_clock() - from);
    }
}

double engine_batch(struct engine *engine)
{
    static struct operation operations[BATCH];
    static char notes[BATCH][WORD];
    const struct persist_batch request = { .operations = { BATCH, operations } };
    struct outcomes outcomes = { 0 };
    uint64_t from;

    for (int i = 0; i < BATCH; i++)
        operations[i] = (struct operation){ .has_edit = true, .edit = next_edit(engine, notes[i]) };
    from = latency_clock();
    must_ask(engine, "persist.batch", &request, &outcomes);
    return (double)(latency_clock() - from) / 1e9;
}
