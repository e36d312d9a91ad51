#include "services/persist/places/forgotten.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/places/removal.h"
#include "services/persist/turn/progress.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/keys.h"

enum { HEAD = sizeof(META_FORGOTTEN) - 1 /* of a key: bytes before the item's id */ };
static const usec_t reading_us = 2000; /* for one list */

/* ---- the list ---- */

/* Leaves out an item that cannot be read. */
static enum err add_line(struct txn *txn, struct arena *arena, struct id id, struct forgotten_line_list *to)
{
    struct media media;
    struct volume volume;
    struct bytes path;
    enum err e = catalogue_media(txn, arena, id, &media);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e;
    e = catalogue_path(txn, arena, &media, &path, &volume);
    if (e == ERR_FULL)
        return e;
    to->at[to->count++] = (struct forgotten_line){
        .id = id, .name = media.name, .pack = media.pack, .path = path, .size = media.size, .at = media.forgotten
    };
    return ERR_OK;
}

enum err forgotten_list(struct txn *txn, struct arena *arena, struct id after, uint64_t limit,
                        struct forgotten_line_list *to)
{
    struct key prefix = key_name(META_FORGOTTEN), from = key_forgotten(after);
    usec_t ends = clock_steady() + reading_us;
    struct walk walk;
    enum err e = walk_begin(txn, DB_META, key_bytes(&from), key_bytes(&prefix), &walk);

    to->at = arena_array(arena, limit, sizeof(*to->at));
    if (!to->at)
        e = ERR_FULL;
    while (e == ERR_OK && to->count < limit && !(to->count && clock_steady() > ends) && walk_next(&walk)) {
        struct id id = key_id_at(walk.key, HEAD);
        if (!id_equal(id, after))
            e = add_line(txn, arena, id, to);
    }
    walk_end(&walk);
    return e;
}

/* ---- emptying ---- */

struct emptying {
    struct multipart work;
    uint64_t newest; /* the newest revision at the beginning: an item that changed since stays */
    struct id after; /* items up to this one are done */
    uint64_t items;
};

enum { PROGRESS_NEWEST, PROGRESS_ITEMS, PROGRESS_NUMBERS }; /* of the stored progress */

/* not_found: no further item is forgotten. */
static enum err next_forgotten(struct persist *p, struct id *after)
{
    struct key prefix = key_name(META_FORGOTTEN), from = key_forgotten(*after);
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_META, key_bytes(&from), key_bytes(&prefix), &walk);
    bool found = false;

    while (e == ERR_OK && !found && walk_next(&walk)) {
        struct id id = key_id_at(walk.key, HEAD);
        found = !id_equal(id, *after);
        *after = id;
    }
    walk_end(&walk);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

/* Folders that cannot be read stay. */
static enum err drop_folders(struct persist *p, struct id folder)
{
    enum err e = removal_drop_folders(p, folder);

    return e == ERR_INTERNAL && !turn_is_broken(p) ? ERR_OK : e;
}

static enum err empty_item(struct persist *p, struct emptying *emptying)
{
    struct fault unused = { 0 };
    struct media media;
    struct done done;
    enum err e = places_find(p, emptying->after, &media, &unused);

    if (places_pass_over(emptying->after, e))
        return ERR_OK;
    if (e != ERR_OK || media.revision > emptying->newest)
        return e;
    struct id folder = media.folder;
    e = removal_forget(p, emptying->after, &done, &unused);
    emptying->items += e == ERR_OK;
    return e == ERR_OK ? drop_folders(p, folder) : e;
}

/* A request that is sent again after a death leaves out what was forgotten since its beginning. */
static enum err store_progress(struct persist *p, const struct emptying *emptying)
{
    const uint64_t numbers[] = { [PROGRESS_NEWEST] = emptying->newest, [PROGRESS_ITEMS] = emptying->items };

    return progress_store(p, &emptying->work, numbers, PROGRESS_NUMBERS);
}

static enum err read_progress(struct persist *p, struct id request, struct emptying *emptying)
{
    uint64_t numbers[] = { [PROGRESS_NEWEST] = emptying->newest, [PROGRESS_ITEMS] = emptying->items };
    enum err e = progress_read(p, request, &emptying->work, numbers, PROGRESS_NUMBERS);

    emptying->newest = numbers[PROGRESS_NEWEST];
    emptying->items = numbers[PROGRESS_ITEMS];
    return e;
}

/* `writes` is p->writes before this part. */
static enum err end_part(struct persist *p, struct emptying *emptying, bool ended, uint64_t writes)
{
    if (!ended)
        return p->writes != writes ? store_progress(p, emptying) : ERR_OK;
    return progress_drop(p, emptying->work.request);
}

static enum err empty_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct emptying *emptying = (struct emptying *)work;
    uint64_t writes = p->writes;
    enum err e = ERR_OK;

    do {
        arena_reset(&p->arena);
        e = next_forgotten(p, &emptying->after);
        if (e == ERR_OK)
            e = empty_item(p, emptying);
    } while (e == ERR_OK && !turn_is_over(p));
    *ended = e == ERR_NOT_FOUND;
    if (*ended || e == ERR_OK)
        e = end_part(p, emptying, *ended, writes);
    *ended = *ended && e == ERR_OK;
    if (*ended)
        ticket_answer(p->service, work->ticket, &(struct emptied){ emptying->items });
    return e == ERR_OK ? e : fault_set(fault, e, "a forgotten item cannot be removed: run loophole store check");
}

enum err forgotten_begin_emptying(struct persist *p, struct call *call)
{
    struct multipart *before = multipart_of(p, call_request(call));
    struct emptying *emptying = alloc_bytes(sizeof(*emptying));
    enum err e;

    if (before)
        multipart_forget(p, before);
    *emptying = (struct emptying){ .work = { .part = empty_part, .drop = multipart_free }, .newest = p->head };
    e = read_progress(p, call_request(call), emptying);
    if (e == ERR_OK)
        return multipart_begin(p, call, &emptying->work);
    multipart_free(p, &emptying->work);
    return refuse(call, e, "the finished part of this request cannot be read");
}
