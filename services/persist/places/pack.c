#include "services/persist/places/pack.h"

#include <string.h>

#include "services/persist/places/places_lookup.h"
#include "store/catalogue_write.h"

enum { DEPTH = 4096 };

/* The last part of the library's path, because the folder of a mount has no name. */
static enum err name_library(struct persist *p, struct id id, struct text *pack)
{
    struct key key = key_id(id);
    struct library library;
    enum err e = row_get(p->w.txn, &p->arena, DB_LIBRARY, &key, &library_shape, &library);
    const uint8_t *slash = e == ERR_OK && library.path.len ? memrchr(library.path.at, '/', library.path.len) : NULL;
    uint32_t start = slash ? (uint32_t)(slash - library.path.at) + 1 : 0;

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (start == library.path.len)
        start = 0; /* the root folder */
    *pack = places_text(&p->arena, bytes_of(library.path.at + start, library.path.len - start));
    return ERR_OK;
}

static enum err name_pack(struct persist *p, const struct folder *library, struct bytes below, struct text *pack)
{
    if (below.len == 0)
        return name_library(p, library->id, pack);
    *pack = places_text(&p->arena, below);
    return ERR_OK;
}

/* The mount's own folder, which has no parent and may be a library. */
static enum err at_mount(struct persist *p, struct id volume, struct folder *to)
{
    struct id none = { { 0 } }, id;
    enum err e = catalogue_folder_named(p->w.txn, volume, none, (struct bytes){ 0 }, &id);

    return e == ERR_OK ? catalogue_folder(p->w.txn, &p->arena, id, to) : e;
}

enum err pack_of_folder(struct persist *p, struct id id, struct text *pack)
{
    struct bytes below = { 0 };
    struct folder at;

    *pack = (struct text){ 0 };
    for (int depth = 0; depth < DEPTH; depth++) {
        enum err e = catalogue_folder(p->w.txn, &p->arena, id, &at);
        if (e != ERR_OK)
            return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
        if (at.library)
            return name_pack(p, &at, below, pack);
        if (at.name.len == 0)
            return ERR_OK;
        below = at.name;
        id = at.parent;
        if (!id_is_zero(id))
            continue;
        e = at_mount(p, at.volume, &at);
        if (e != ERR_OK || !at.library)
            return e == ERR_NOT_FOUND ? ERR_OK : e;
        return name_pack(p, &at, below, pack);
    }
    return ERR_INTERNAL;
}

enum err pack_follow(struct persist *p, const struct media *was, struct media *now)
{
    struct text old, new;
    enum err e = pack_of_folder(p, was->folder, &old);

    if (e == ERR_OK)
        e = pack_of_folder(p, now->folder, &new);
    if (e == ERR_OK && old.len && new.len &&text_equal(was->pack, old))
        now->pack = new;
    return e;
}
