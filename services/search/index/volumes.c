#include "services/search/index/volumes.h"

#include <stdlib.h>

#include "store/row.h"

static enum err add_volume(struct volumes *volumes, const struct volume *volume)
{
    struct volume_state *more = realloc(volumes->at, (volumes->count + 1) * sizeof(*more));

    if (!more)
        return ERR_FULL;
    volumes->at = more;
    more[volumes->count++] = (struct volume_state){ volume->id, (enum backend)volume->backend.value, volume->online };
    return ERR_OK;
}

enum err volumes_read(struct volumes *volumes, struct txn *txn, struct arena *arena)
{
    const struct bytes none = { 0 };
    struct volume volume;
    struct walk walk;
    enum err e = walk_begin(txn, DB_VOLUME, none, none, &walk);

    volumes->count = 0;
    while (e == ERR_OK && walk_next(&walk)) {
        volume = (struct volume){ 0 };
        e = row_decode(txn, arena, walk.value, &volume_shape, &volume);
        if (e == ERR_OK)
            e = add_volume(volumes, &volume);
    }
    walk_end(&walk);
    return e;
}

void volumes_free(struct volumes *volumes)
{
    free(volumes->at);
    *volumes = (struct volumes){ 0 };
}

static void add_rows(struct index *index, struct id volume, struct bitmap *to)
{
    char key[TERM_LONGEST];
    uint32_t number;

    if (terms_find(&index->terms, terms_start(key, TERM_VOLUME, (struct text){ 16, (const char *)volume.b }), &number))
        posting_or(terms_posting(&index->terms, number), NULL, to);
}

void volumes_of_backend(const struct volumes *volumes, struct index *index, enum backend backend, struct bitmap *to)
{
    for (uint32_t i = 0; i < volumes->count; i++)
        if (volumes->at[i].backend == backend)
            add_rows(index, volumes->at[i].id, to);
}

void volumes_offline(const struct volumes *volumes, struct index *index, struct bitmap *to)
{
    for (uint32_t i = 0; i < volumes->count; i++)
        if (!volumes->at[i].online)
            add_rows(index, volumes->at[i].id, to);
}
