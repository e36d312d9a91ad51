#include "services/availability/copies.h"

#include "common/clock.h"
#include "common/process/limits.h"
#include "proto/wire/codec_copy.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

struct copies_finding {
    struct txn *txn;
    struct arena scratch;
    struct arena *arena;
    struct copies_seen *to;
    enum err e;
};

static enum err fill_copy(struct copies_finding *f, struct id id, struct copy_seen *to)
{
    struct media media = { 0 };
    struct volume volume = { 0 };
    struct bytes path = { 0 };
    enum backend backend;
    enum err e = catalogue_media(f->txn, &f->scratch, id, &media);

    if (e == ERR_OK)
        e = catalogue_state(f->txn, &f->scratch, &media, &path, &volume, &backend);
    if (e == ERR_OK && !path.len)
        e = catalogue_last_path(f->txn, &f->scratch, &media, &path);
    if (e != ERR_OK)
        return e;
    const struct copy_seen seen = {
        .id = id,
        .name = media.name,
        .path = path,
        .volume = volume.label,
        .volume_id = volume.id,
        .backend = { .value = (int32_t)backend },
        .state = media.availability,
        .has_forgotten = media.has_forgotten,
        .forgotten = media.forgotten,
        .seen_at_us = volume.online        ? clock_now()
                      : volume.has_seen_at ? volume.seen_at
                                           : 0,
    };
    return codec_copy(&copy_seen_shape, &seen, f->arena, to);
}

static bool add_copy(void *state, struct id id)
{
    struct copies_finding *f = state;
    struct copy_seen_list *list = &f->to->each;

    if (list->count == COPIES_MOST) {
        f->to->more = true;
        return false;
    }
    f->e = fill_copy(f, id, &list->at[list->count]);
    list->count += f->e == ERR_OK;
    arena_reset(&f->scratch);
    return f->e == ERR_OK;
}

static enum err find_all(struct copies_finding *f, struct id media)
{
    struct media item = { 0 };
    struct bytes content = { 0 };
    enum err e = catalogue_media(f->txn, &f->scratch, media, &item);

    if (e != ERR_OK)
        return e;
    content = arena_bytes(f->arena, item.content);
    if (!content.len) {
        add_copy(f, media);
        return f->e;
    }
    e = catalogue_each_with_content(f->txn, content, add_copy, f);
    return e == ERR_OK ? f->e : e;
}

enum err copies_find(struct known_volumes *known, struct id media, struct arena *arena, struct copies_seen *to,
                     struct fault *fault)
{
    struct copies_finding f = { .arena = arena, .to = to };
    char text[ID_TEXT_SIZE];

    to->each.at = arena_array(arena, COPIES_MOST, sizeof(*to->each.at));
    if (!to->each.at)
        return limits_refuse(fault, "the copies");
    enum err e = store_read(known->store, &f.txn, fault);
    if (e != ERR_OK)
        return e;
    e = find_all(&f, media);
    txn_end(f.txn);
    arena_free(&f.scratch);
    if (e == ERR_NOT_FOUND)
        return fault_set(fault, e, "no media item %s", id_write(media, text));
    return e == ERR_OK ? e : fault_set(fault, e, "the copies cannot be read");
}
