#include "services/indexer/base/catalogue_reader.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"
#include "store/catalogue.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"
#include "store/changelog.h"
#include "store/door/leads.h"
#include "store/open/store_open.h"

struct catalogue_reader {
    pthread_mutex_t lock; /* one thread at a time uses the store */
    const struct paths *paths;
    struct store *store; /* NULL: it does not exist yet */
};

struct catalogue_reader *catalogue_reader_new(const struct paths *paths)
{
    struct catalogue_reader *k = alloc_zeroed(1, sizeof(*k));

    k->paths = paths;
    pthread_mutex_init(&k->lock, NULL);
    return k;
}

void catalogue_reader_free(struct catalogue_reader *catalogue)
{
    if (!catalogue)
        return;
    store_close(catalogue->store);
    pthread_mutex_destroy(&catalogue->lock);
    free(catalogue);
}

/* One look at the store, and the memory of what it finds. */
struct catalogue_reading {
    struct txn *txn;
    struct arena scratch;
};

static enum err begin_reading(struct catalogue_reader *catalogue, struct catalogue_reading *reading)
{
    enum err e = ERR_OK;

    *reading = (struct catalogue_reading){ 0 };
    pthread_mutex_lock(&catalogue->lock);
    if (!catalogue->store)
        e = store_open(catalogue->paths, STORE_READER, &catalogue->store, NULL);
    return e == ERR_OK ? store_read(catalogue->store, &reading->txn, NULL) : e;
}

/* Also after a begin that failed. Returns `e`. */
static enum err end_reading(struct catalogue_reader *catalogue, struct catalogue_reading *reading, enum err e)
{
    txn_end(reading->txn);
    pthread_mutex_unlock(&catalogue->lock);
    arena_free(&reading->scratch);
    return e;
}

enum err catalogue_reader_within(struct catalogue_reader *catalogue, enum err (*read)(void *state, struct txn *txn),
                                 void *state)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = read(state, reading.txn);
    return end_reading(catalogue, &reading, e);
}

/* ---- records, copied out ---- */

/* A list that grows in an arena while a walk runs. */
struct record_gathering {
    const struct shape *shape;
    struct arena *arena;
    struct list list;
    uint32_t room;
};

static void gather_record(struct record_gathering *to, const void *record)
{
    size_t size = to->shape->size;

    to->list.at = arena_grow(to->arena, to->list.at, to->list.count, &to->room, size);
    codec_keep(to->shape, record, to->arena, (char *)to->list.at + to->list.count * size);
    to->list.count++;
}

static bool gather_library(void *state, const struct library *library)
{
    gather_record(state, library);
    return true;
}

enum err catalogue_reader_libraries(struct catalogue_reader *catalogue, struct arena *arena, struct library_list *to)
{
    struct record_gathering all = { .shape = &library_shape, .arena = arena };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_each_library(reading.txn, &reading.scratch, gather_library, &all);
    *to = (struct library_list){ all.list.count, all.list.at };
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_leads(struct catalogue_reader *catalogue, struct arena *arena, const struct library *library,
                                struct bytes_list *to)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = leads_find(reading.txn, arena, library, to);
    return end_reading(catalogue, &reading, e);
}

const struct paths *catalogue_reader_paths(const struct catalogue_reader *catalogue)
{
    return catalogue->paths;
}

enum err catalogue_reader_head(struct catalogue_reader *catalogue, uint64_t *head)
{
    struct catalogue_reading reading;
    uint64_t tail;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_head(reading.txn, &tail, head);
    return end_reading(catalogue, &reading, e);
}

static bool gather_folder(void *state, const struct folder *folder)
{
    gather_record(state, folder);
    return true;
}

enum err catalogue_reader_subfolders(struct catalogue_reader *catalogue, struct arena *arena, struct id folder,
                                     struct folder_list *to)
{
    struct record_gathering all = { .shape = &folder_shape, .arena = arena };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_each_subfolder(reading.txn, &reading.scratch, folder, gather_folder, &all);
    *to = (struct folder_list){ all.list.count, all.list.at };
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_folder_path(struct catalogue_reader *catalogue, struct arena *arena, struct id folder,
                                      struct bytes *path)
{
    struct bytes found = { 0 };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_folder_path(reading.txn, &reading.scratch, folder, &found);
    *path = e == ERR_OK ? arena_bytes(arena, found) : (struct bytes){ 0 };
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_volume(struct catalogue_reader *catalogue, struct arena *arena, struct id id,
                                 struct volume *to)
{
    struct volume found = { 0 };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_volume(reading.txn, &reading.scratch, id, &found);
    if (e == ERR_OK)
        codec_keep(&volume_shape, &found, arena, to);
    return end_reading(catalogue, &reading, e);
}

static enum err find_subfolder(struct txn *txn, struct arena *scratch, struct id folder, struct bytes name,
                               struct id *below)
{
    struct folder in = { 0 };
    struct id none = { { 0 } };
    enum err e = catalogue_folder(txn, scratch, folder, &in);

    if (e != ERR_OK)
        return e;
    return catalogue_folder_named(txn, in.volume, in.name.len ? in.id : none, name, below);
}

enum err catalogue_reader_subfolder(struct catalogue_reader *catalogue, struct id folder, struct bytes name,
                                    struct id *below)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = find_subfolder(reading.txn, &reading.scratch, folder, name, below);
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_places(struct catalogue_reader *catalogue, struct id folder,
                                 bool (*seen)(void *state, struct bytes file, const struct kept_place *place),
                                 void *state)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_each_place(reading.txn, &reading.scratch, folder, seen, state);
    return end_reading(catalogue, &reading, e);
}

/* ---- items ---- */

static enum err copy_media(struct txn *txn, struct arena *arena, struct id id, struct media *to)
{
    struct arena scratch = { 0 };
    struct media found = { 0 };
    enum err e = catalogue_media(txn, &scratch, id, &found);

    if (e == ERR_OK)
        codec_keep(&media_shape, &found, arena, to);
    arena_free(&scratch);
    return e;
}

static enum err copy_statement(struct txn *txn, struct arena *arena, struct id id, struct text attribute,
                               struct fact *to)
{
    struct arena scratch = { 0 };
    struct facts own = { 0 };
    enum err e = catalogue_subject_facts(txn, &scratch, bytes_of(id.b, sizeof(id.b)), &own), found = ERR_NOT_FOUND;

    for (uint32_t i = 0; e == ERR_OK && found == ERR_NOT_FOUND && i < own.each.count; i++)
        if (own.each.at[i].source.value == SOURCE_FILE && text_equal(own.each.at[i].attribute, attribute)) {
            codec_keep(&fact_shape, &own.each.at[i], arena, to);
            found = ERR_OK;
        }
    arena_free(&scratch);
    return e == ERR_OK ? found : e;
}

enum err catalogue_reader_statement(struct catalogue_reader *catalogue, struct arena *arena, struct id id,
                                    struct text attribute, struct fact *to)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = copy_statement(reading.txn, arena, id, attribute, to);
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_done(struct catalogue_reader *catalogue, const struct sender *sender, struct id *id)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = changelog_done(reading.txn, sender->request, sender->digest, id);
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_media(struct catalogue_reader *catalogue, struct arena *arena, struct id id, struct media *to)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = copy_media(reading.txn, arena, id, to);
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_where(struct catalogue_reader *catalogue, struct arena *arena, const struct media *media,
                                struct bytes *path, struct volume *volume)
{
    struct volume found = { 0 };
    struct bytes at = { 0 };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_path(reading.txn, &reading.scratch, media, &at, &found);
    if (e == ERR_OK)
        codec_keep(&volume_shape, &found, arena, volume);
    *path = arena_bytes(arena, at);
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_last_path(struct catalogue_reader *catalogue, struct arena *arena, const struct media *media,
                                    struct bytes *path)
{
    struct bytes at = { 0 };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_last_path(reading.txn, &reading.scratch, media, &at);
    *path = arena_bytes(arena, at);
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_reachable(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content,
                                    struct media *media, struct bytes *path)
{
    struct media found = { 0 };
    struct bytes at = { 0 };
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = catalogue_reachable(reading.txn, &reading.scratch, content, &found, &at);
    if (e == ERR_OK)
        codec_keep(&media_shape, &found, arena, media);
    *path = e == ERR_OK ? arena_bytes(arena, at) : (struct bytes){ 0 };
    return end_reading(catalogue, &reading, e);
}

enum err catalogue_reader_artefacts(struct catalogue_reader *catalogue, struct arena *arena, struct key *from,
                                    uint32_t most, struct survey_rows *rows, bool *more)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);

    if (e == ERR_OK)
        e = survey_read(reading.txn, arena, from, most, rows, more);
    return end_reading(catalogue, &reading, e);
}

struct same_content {
    struct txn *txn;
    struct arena *arena;
    struct media_list *to;
    uint32_t room, max;
};

static bool add_same_content(void *state, struct id id)
{
    struct same_content *same = state;

    same->to->at = arena_grow(same->arena, same->to->at, same->to->count, &same->room, sizeof(*same->to->at));
    if (copy_media(same->txn, same->arena, id, &same->to->at[same->to->count]) == ERR_OK)
        same->to->count++;
    return same->to->count < same->max;
}

enum err catalogue_reader_with_content(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content,
                                       struct id after, uint32_t max, struct media_list *to)
{
    struct catalogue_reading reading;
    enum err e = begin_reading(catalogue, &reading);
    struct same_content same = { reading.txn, arena, to, 0, max };

    *to = (struct media_list){ 0 };
    if (e == ERR_OK)
        e = catalogue_each_with_content_after(reading.txn, content, after, add_same_content, &same);
    return end_reading(catalogue, &reading, e == ERR_NOT_FOUND ? ERR_OK : e);
}

struct alike {
    struct catalogue_reading reading;
    bool (*fits)(const void *state, const struct media *media);
    const void *state;
    struct media found;
    uint32_t left;
    bool is_found;
};

static bool look_at_item(void *state, struct id id)
{
    struct alike *alike = state;

    arena_reset(&alike->reading.scratch);
    alike->is_found = catalogue_media(alike->reading.txn, &alike->reading.scratch, id, &alike->found) == ERR_OK &&
                      alike->fits(alike->state, &alike->found);
    return !alike->is_found && --alike->left > 0;
}

enum err catalogue_reader_find_alike(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content,
                                     uint32_t max, bool (*fits)(const void *state, const struct media *media),
                                     const void *state, struct media *to)
{
    struct alike alike = { .fits = fits, .state = state, .left = max };
    enum err e = begin_reading(catalogue, &alike.reading);

    if (e == ERR_OK)
        e = catalogue_each_with_content(alike.reading.txn, content, look_at_item, &alike);
    if (e == ERR_OK && !alike.is_found)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        codec_keep(&media_shape, &alike.found, arena, to);
    return end_reading(catalogue, &alike.reading, e);
}
