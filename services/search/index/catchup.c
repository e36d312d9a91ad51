#include "services/search/index/catchup.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/search/index/index_keep.h"
#include "store/keys.h"
#include "store/open/store_open.h"
#include "store/uses.h"

enum {
    GATHER = 1000,            /* ids per step … */
    GATHER_LOG = 16 * GATHER, /* … and rows of the log: an item that changed many times is read once */
    FOLDERS_DEEP = 64,
    LOOK_EVERY = 16,     /* refreshed items between two checks of the clock */
    QUEUE_MOST = 1 << 26 /* ids */
};

void catchup_open(struct catchup *catchup, const struct paths *paths, struct index *index)
{
    *catchup = (struct catchup){ .paths = paths, .index = index, .volumes_are_old = true };
    catchup->gathered = index->revision;
    catchup->change_hash = index->change_hash;
}

void catchup_close(struct catchup *catchup)
{
    store_close(catchup->store);
    volumes_free(&catchup->volumes);
    free(catchup->queue);
    arena_free(&catchup->gather_arena);
    arena_free(&catchup->refresh_arena);
}

/* ---- the queue ---- */

static enum err queue_add(struct catchup *catchup, struct id id)
{
    size_t room = 2 * (size_t)catchup->room;

    if (catchup->queued == catchup->room && (room > QUEUE_MOST || !limits_leave(room * sizeof(*catchup->queue))))
        return ERR_FULL;
    ALLOC_ROOM(catchup->queue, catchup->queued, catchup->room, GATHER);
    catchup->queue[catchup->queued++] = id;
    return ERR_OK;
}

/* Sorts the queue and removes duplicates, so that each item is read once. */
static void queue_sort(struct catchup *catchup)
{
    uint32_t kept = 0;

    if (catchup->queued)
        qsort(catchup->queue, catchup->queued, sizeof(struct id), id_order);
    for (uint32_t i = 0; i < catchup->queued; i++)
        if (i == 0 || !id_equal(catchup->queue[i], catchup->queue[i - 1]))
            catchup->queue[kept++] = catchup->queue[i];
    catchup->queued = kept;
}

/* ---- gathering ---- */

struct gathering {
    struct catchup *catchup;
    struct txn *txn;
    uint32_t count;
    int depth;
    enum err e;
};

static bool add_id(void *state, struct id media)
{
    struct gathering *g = state;

    g->e = queue_add(g->catchup, media);
    return g->e == ERR_OK;
}

/* The index knows the items of a folder, even if the folder is gone. */
static enum err gather_rows_of(struct gathering *g, struct id folder)
{
    struct index *index = g->catchup->index;
    struct text text = { sizeof(folder.b), (const char *)folder.b };
    char key[TERM_LONGEST];
    struct bitmap *rows = index_term(index, terms_start(key, TERM_FOLDER, text), NULL);
    uint32_t count = bitmap_count(rows), *at = NULL;
    enum err e = limits_leave(count * sizeof(*at)) ? ERR_OK : ERR_FULL;

    if (e == ERR_OK)
        at = bitmap_array(rows, &count);
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = queue_add(g->catchup, index_id(index, at[i]));
    free(at);
    bitmap_free(rows);
    return e;
}

static bool gather_subfolder(void *state, const struct folder *folder);

static enum err gather_below(struct gathering *g, struct id folder)
{
    enum err e = gather_rows_of(g, folder);

    if (e != ERR_OK || ++g->depth > FOLDERS_DEEP)
        return e;
    e = catalogue_each_subfolder(g->txn, &g->catchup->gather_arena, folder, gather_subfolder, g);
    g->depth--;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool gather_subfolder(void *state, const struct folder *folder)
{
    struct gathering *g = state;

    g->e = gather_below(g, folder->id);
    return g->e == ERR_OK;
}

static bool gather_use(void *state, const struct use *use)
{
    return add_id(state, use->media);
}

/* The index has its items as those of a library already, so only its state changed. */
static bool is_same_library(struct gathering *g, struct id id)
{
    struct library library;

    return volumes_have(&g->catchup->volumes, id) &&
           catalogue_library(g->txn, &g->catchup->gather_arena, id, &library) == ERR_OK;
}

static enum err gather_change(struct gathering *g, const struct change *change)
{
    switch (change->kind.value) {
    case CHANGE_KIND_MEDIA:
        return queue_add(g->catchup, change->id);
    case CHANGE_KIND_FACTS:
        return catalogue_each_with_content(g->txn, bytes_of(change->id.b, sizeof(change->id.b)), add_id, g);
    case CHANGE_KIND_FOLDER:
        return gather_below(g, change->id);
    case CHANGE_KIND_USE:
        return uses_each(g->txn, &g->catchup->gather_arena, change->id, gather_use, g);
    case CHANGE_KIND_LIBRARY:
        g->catchup->volumes_are_old = true;
        return is_same_library(g, change->id) ? ERR_OK : gather_below(g, change->id);
    case CHANGE_KIND_VOLUME:
        g->catchup->volumes_are_old = true;
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

static bool see_change(void *state, const struct change *change)
{
    struct gathering *g = state;
    enum err e = gather_change(g, change);

    if (g->e == ERR_OK)
        g->e = e;
    if (g->e != ERR_OK)
        return false;
    g->catchup->gathered = change->revision;
    return ++g->count < GATHER_LOG && g->catchup->queued < GATHER_LOG;
}

static enum err gather_log(struct catchup *catchup, struct txn *txn)
{
    struct gathering g = { .catchup = catchup, .txn = txn };
    enum err e = catalogue_each_change(txn, &catchup->gather_arena, catchup->index->revision, see_change, &g);

    arena_reset(&catchup->gather_arena);
    catchup->change_hash = catalogue_change_hash(txn, catchup->gathered);
    return e == ERR_OK ? g.e : e;
}

/* Reads only the keys; a refresh finds unreadable records. */
static enum err gather_ids(struct catchup *catchup, struct txn *txn)
{
    struct key after = key_id(catchup->after);
    struct walk walk;
    uint32_t count = 0;
    enum err e = walk_begin(txn, DB_MEDIA, key_bytes(&after), (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && count < GATHER && walk_next(&walk)) {
        struct id id = key_id_at(walk.key, 0);
        if (id_equal(id, catchup->after))
            continue;
        catchup->after = id;
        e = queue_add(catchup, id);
        count++;
    }
    walk_end(&walk);
    if (e == ERR_OK && count < GATHER) {
        catchup->is_sweeping = false;
        catchup->gathered = catchup->sweep_head;
    }
    return e;
}

static enum err gather_queue(struct catchup *catchup, struct txn *txn)
{
    enum err e;

    catchup->queued = catchup->next = 0;
    e = catchup->is_sweeping ? gather_ids(catchup, txn) : gather_log(catchup, txn);
    queue_sort(catchup);
    return e;
}

/* ---- refreshing ---- */

static enum err refresh_item(struct catchup *catchup, struct txn *txn, struct id id)
{
    char name[ID_TEXT_SIZE];
    enum err e = record_read(txn, &catchup->refresh_arena, id, &catchup->folder, &catchup->entry);

    if (e == ERR_OK)
        e = index_put(catchup->index, &catchup->entry);
    else if (e == ERR_NOT_FOUND || e == ERR_INTERNAL)
        index_remove(catchup->index, id);
    if (e == ERR_INTERNAL)
        log_warn("media item %s cannot be read and is left out: see `loophole store check`", id_write(id, name));
    arena_reset(&catchup->refresh_arena);
    return e == ERR_FULL ? e : ERR_OK;
}

static enum err refresh_queue(struct catchup *catchup, struct txn *txn, usec_t until)
{
    for (uint32_t done = 1; catchup->next < catchup->queued; done++) {
        enum err e = refresh_item(catchup, txn, catchup->queue[catchup->next++]);
        if (e != ERR_OK || (done % LOOK_EVERY == 0 && clock_steady() > until))
            return e;
    }
    return ERR_OK;
}

/* ---- progress ---- */

static enum err begin_over(struct catchup *catchup, struct txn *txn, struct id catalogue, uint64_t head)
{
    enum err e = index_clear(catchup->index);

    catchup->index->catalogue = catalogue;
    catchup->is_sweeping = true;
    catchup->after = (struct id){ { 0 } };
    catchup->sweep_head = head;
    catchup->change_hash = catalogue_change_hash(txn, head);
    catchup->gathered = catchup->queued = catchup->next = 0;
    catchup->volumes_are_old = true;
    return e;
}

/* Revision 0 belongs to every history. */
static bool is_same_line(const struct catchup *catchup, struct txn *txn, uint64_t revision)
{
    struct hash change_hash = catalogue_change_hash(txn, revision);

    return revision == 0 || memcmp(&change_hash, &catchup->change_hash, sizeof(change_hash)) == 0;
}

static enum err check_revision(struct catchup *catchup, struct txn *txn, uint64_t *head)
{
    uint64_t tail, revision = catchup->is_sweeping ? catchup->sweep_head : catchup->gathered;
    struct id catalogue;
    enum err e = catalogue_id(txn, &catalogue);

    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, head);
    if (e != ERR_OK)
        return e;
    catchup->total = txn_count(txn, DB_MEDIA);
    if (id_equal(catalogue, catchup->index->catalogue) && revision + 1 >= tail && revision <= *head &&
        is_same_line(catchup, txn, revision))
        return ERR_OK;
    log_info("the index is made again; items of the catalogue: %llu", (unsigned long long)catchup->total);
    return begin_over(catchup, txn, catalogue, *head);
}

static enum err read_volumes(struct catchup *catchup, struct txn *txn)
{
    enum err e = ERR_OK;

    if (catchup->volumes_are_old)
        e = volumes_read(&catchup->volumes, txn, &catchup->gather_arena);
    arena_reset(&catchup->gather_arena);
    catchup->volumes_are_old = e != ERR_OK;
    return e;
}

static enum err work_until(struct catchup *catchup, struct txn *txn, usec_t until)
{
    uint64_t head;
    bool has_gathered = false; /* gathers at least once, so that each step makes progress */
    enum err e = check_revision(catchup, txn, &head);

    record_begin(&catchup->folder);
    while (e == ERR_OK) {
        e = refresh_queue(catchup, txn, until);
        if (e != ERR_OK || catchup->next < catchup->queued)
            return e;
        if (!catchup->is_sweeping) {
            catchup->index->revision = catchup->gathered;
            catchup->index->change_hash = catchup->change_hash;
        }
        catchup->is_current = !catchup->is_sweeping && catchup->gathered >= head;
        if (!catchup->is_sweeping && catchup->volumes_are_old)
            e = read_volumes(catchup, txn);
        if (e != ERR_OK || catchup->is_current)
            return e;
        if (has_gathered && clock_steady() > until)
            return ERR_OK;
        e = gather_queue(catchup, txn);
        if (e == ERR_INTERNAL) /* a row of the log cannot be read: read all records instead */
            e = begin_over(catchup, txn, catchup->index->catalogue, head);
        has_gathered = true;
    }
    return e;
}

uint64_t catchup_head(const struct catchup *catchup)
{
    uint64_t tail, head = UINT64_MAX;
    struct txn *txn;

    if (!catchup->store || store_read(catchup->store, &txn, NULL) != ERR_OK)
        return UINT64_MAX;
    if (catalogue_head(txn, &tail, &head) != ERR_OK)
        head = UINT64_MAX;
    txn_end(txn);
    return head;
}

bool catchup_has(const struct catchup *catchup, uint64_t revision)
{
    return catchup->is_current || (!catchup->is_sweeping && !catchup->volumes_are_old &&
                                   !id_is_zero(catchup->index->catalogue) && catchup->index->revision >= revision);
}

enum err catchup_step(struct catchup *catchup, usec_t until, struct fault *fault)
{
    struct txn *txn;
    enum err e = ERR_OK;

    catchup->is_current = false;
    if (!catchup->store)
        e = store_open(catchup->paths, STORE_READER, &catchup->store, fault);
    if (e != ERR_OK)
        return e;
    e = store_read(catchup->store, &txn, fault);
    if (e != ERR_OK)
        return e;
    e = work_until(catchup, txn, until);
    txn_end(txn);
    if (e == ERR_OK)
        return ERR_OK;
    catchup->is_current = false;
    fault_set(fault, e, "the index cannot follow the catalogue: %s", err_name(e));
    if (e != ERR_FULL)
        return e;
    catchup->index->catalogue = (struct id){ { 0 } }; /* possibly half changed: start again when there is room */
    return fault_hint(fault, "raise data_mb in the section [limits] of loophole.conf");
}
