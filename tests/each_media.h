/* each_media.h: iterates over all media items of a store. For tests only. */
#ifndef LOOPHOLE_TESTS_EACH_MEDIA_H
#define LOOPHOLE_TESTS_EACH_MEDIA_H

#include "schema_media.h"
#include "store/row.h"

/* Calls `seen` for each item, ordered by id; `seen` returns false to stop. Errors: those of an unreadable record. */
static inline enum err each_media(struct txn *txn, struct arena *arena,
                                  bool (*seen)(void *state, const struct media *media), void *state)
{
    const struct bytes none = { 0, NULL };
    struct media media;
    struct walk walk;
    bool more = true;
    enum err e = walk_begin(txn, DB_MEDIA, none, none, &walk);

    while (e == ERR_OK && more && walk_next(&walk)) {
        e = row_decode(txn, arena, walk.value, &media_shape, &media);
        more = e == ERR_OK && seen(state, &media);
    }
    walk_end(&walk);
    return e;
}

#endif
