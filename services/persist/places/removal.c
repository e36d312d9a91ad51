#include "services/persist/places/removal.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "services/persist/places/levels.h"
#include "services/persist/places/library_row.h"
#include "services/persist/places/overtaken.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/multipart.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_write.h"
#include "store/community.h"

enum { AT_ONCE = 16, DEPTH = 4096 };

/* The removal of one library. Its folders are listed level by level from the first, and emptied from the last. */
struct removal {
    struct multipart work;
    struct id library;
    struct levels levels;
    uint32_t listed; /* the number of folders whose subfolders are in the list */
    uint32_t done;
    bool is_stale; /* since the list began an item or another library was removed, or a folder moved */
    usec_t since;
};

/* ---- single items ---- */

static enum err take_out(struct persist *p, const struct media *media)
{
    enum err e = turn_wrote(p, catalogue_remove_media(&p->w, media));

    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, media->id, true) : e;
}

enum err removal_forget(struct persist *p, struct id id, struct done *done, struct fault *fault)
{
    struct media media;
    struct key left = { 0 };
    enum err e = places_find(p, id, &media, fault);
    bool is_take = e == ERR_OK && media.origin.value == ORIGIN_RECORDED;

    if (is_take)
        left = overtaken_place(media.folder, media.file);
    if (e == ERR_OK)
        e = take_out(p, &media);
    if (e == ERR_OK && is_take) /* its file may be deleted with it */
        e = overtaken_note(p, &left, p->head);
    *done = (struct done){ .revision = p->head, .id = id };
    return e;
}

/* ---- the folders of a library ---- */

static void free_removal(struct persist *p, struct multipart *work)
{
    struct removal *removal = (struct removal *)work;

    (void)p;
    levels_free(&removal->levels);
    free(removal);
}

/* Extends the list until it is complete or the turn is over. */
static enum err list_folders(struct persist *p, struct removal *removal)
{
    enum err e = ERR_OK;

    for (bool is_whole = true; e == ERR_OK && is_whole && removal->listed < removal->levels.count;) {
        arena_reset(&p->arena);
        e = levels_gather(p, &removal->levels, removal->listed, &is_whole);
        removal->listed += is_whole;
        is_whole = is_whole && !turn_is_over(p);
    }
    return e;
}

/* True if another library around this one still has its files, or another removal has already removed the folder. */
static enum err is_covered(struct persist *p, struct id folder, bool *covered)
{
    struct folder at;
    enum err e = catalogue_folder(p->w.txn, &p->arena, folder, &at);

    *covered = e == ERR_NOT_FOUND;
    if (*covered)
        return ERR_OK;
    return e == ERR_OK ? places_lie_in_library(p, &at, covered) : e;
}

/* ---- parts ---- */

static bool take_id(void *state, struct bytes file, const struct kept_place *place)
{
    (void)file;
    *(struct id *)state = place->id;
    return false;
}

static bool stop_at_folder(void *state, const struct folder *folder)
{
    (void)folder;
    *(bool *)state = true;
    return false;
}

static bool stop_at_plain(void *state, const struct folder *folder)
{
    *(bool *)state = !folder->library;
    return folder->library;
}

/* Whether the folder contains an item, or a folder for which `stop` returns true. A row that cannot be read counts. */
static enum err is_filled(struct persist *p, struct id folder, bool (*stop)(void *, const struct folder *), bool *is)
{
    struct id item = { { 0 } };
    enum err e;

    *is = false;
    e = catalogue_each_subfolder(p->w.txn, &p->arena, folder, stop, is);
    if (e == ERR_OK && !*is)
        e = catalogue_each_place(p->w.txn, &p->arena, folder, take_id, &item);
    *is = *is || !id_is_zero(item) || e == ERR_INTERNAL;
    return e == ERR_INTERNAL ? ERR_OK : e;
}

/* Removes the folder only if it is empty: it may contain items of another library, or another library. An excluded
 * folder stays, so that it is still excluded when a person adds the library again. */
static enum err remove_folder(struct persist *p, struct id id)
{
    struct folder folder;
    bool filled = false;
    enum err e = catalogue_folder(p->w.txn, &p->arena, id, &folder);

    if (e == ERR_OK)
        e = is_filled(p, id, stop_at_folder, &filled);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (filled || folder.library || community_excludes(p->w.txn, id))
        return ERR_OK;
    e = turn_wrote(p, catalogue_remove_folder(&p->w, &folder));
    if (e == ERR_OK)
        e = library_row_drop_kept(p, id);
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_FOLDER, id, true) : e;
}

enum err removal_drop_folders(struct persist *p, struct id id)
{
    struct folder folder;
    bool stays = false, filled = false;
    enum err e = ERR_OK;

    for (; e == ERR_OK && !id_is_zero(id); id = folder.parent) {
        e = catalogue_folder(p->w.txn, &p->arena, id, &folder);
        if (e == ERR_OK)
            e = places_lie_in_library(p, &folder, &stays);
        if (e == ERR_OK)
            e = is_filled(p, id, stop_at_folder, &filled);
        if (e != ERR_OK || folder.library || stays || filled || community_excludes(p->w.txn, id))
            break;
        e = remove_folder(p, id);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The folders of a mount have no parent, although a library may be the mount's own folder. */
static bool is_of_mount(const struct folder *at, const struct folder *library)
{
    return id_is_zero(at->parent) && id_is_zero(library->parent) && library->name.len == 0 &&
           id_equal(at->volume, library->volume);
}

/* Between two parts, a library may have been added around the folder or at it, or the folder may have moved away. */
static enum err is_still_its(struct persist *p, const struct removal *removal, struct id id, bool *is)
{
    struct folder at = { .parent = id }, library;
    bool covered = false, is_there = false;
    enum err e = catalogue_folder(p->w.txn, &p->arena, removal->library, &library);

    for (int depth = 0; e == ERR_OK && !is_there && !at.library && !id_is_zero(at.parent) && depth < DEPTH; depth++) {
        e = catalogue_folder(p->w.txn, &p->arena, at.parent, &at);
        is_there = e == ERR_OK && id_equal(at.id, removal->library);
    }
    if (is_there)
        e = places_lie_in_library(p, &library, &covered);
    *is = e == ERR_OK && !covered && (is_there || (!at.library && is_of_mount(&at, &library)));
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err empty_item(struct persist *p, struct removal *removal, struct id id)
{
    struct fault unused = { 0 };
    struct media media;
    enum err e = places_find(p, id, &media, &unused);

    if (places_pass_over(id, e))
        return ERR_OK;
    if (e != ERR_OK)
        return e;
    removal->is_stale = true;
    return take_out(p, &media);
}

/* Removes the next items of the next folder; after the last of them, the folder itself. */
static enum err empty_next(struct persist *p, struct removal *removal, uint32_t at, bool is_its)
{
    struct levels *levels = &removal->levels;
    struct levels_items items = { 0 };
    enum err e = is_its ? levels_next_items(p, levels, at, &items) : ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < items.count; i++)
        e = empty_item(p, removal, items.ids[i]);
    if (e != ERR_OK || items.count == LEVELS_ITEMS)
        return e;
    if (is_its)
        e = remove_folder(p, levels->folders[at]);
    levels->name_len = 0;
    removal->done += e == ERR_OK;
    return e;
}

static enum err empty_folders(struct persist *p, struct removal *removal)
{
    struct id checked = { { 0 } };
    bool is_its = false;
    enum err e = ERR_OK;

    while (e == ERR_OK && removal->done < removal->levels.count) {
        uint32_t at = removal->levels.count - 1 - removal->done;
        struct id folder = removal->levels.folders[at];
        arena_reset(&p->arena);
        if (!id_equal(folder, checked))
            e = is_still_its(p, removal, folder, &is_its);
        checked = folder;
        if (e == ERR_OK)
            e = empty_next(p, removal, at, is_its);
        if (turn_is_over(p))
            break;
    }
    return e;
}

static struct removal *next_removal(struct multipart *work);

void removal_outdate(struct persist *p)
{
    for (struct removal *one = next_removal(p->multiparts); one; one = next_removal(one->work.next))
        one->is_stale = true;
}

/* Another removal may have done this already. */
static enum err unmark_library(struct persist *p, struct id id)
{
    struct library library;
    struct folder was;
    enum err e = library_row_read(p, id, &library, &was);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = library_row_remove(p, &was);
    removal_outdate(p); /* its items may now belong to the other libraries that are being removed */
    return e;
}

/* The answer is stored even if no client waits for it. */
static enum err finish_removal(struct persist *p, struct removal *removal)
{
    const struct multipart *work = &removal->work;
    enum err e = unmark_library(p, removal->library);

    if (e == ERR_OK)
        e = remove_folder(p, removal->library);
    if (e != ERR_OK)
        return e;
    uint64_t own = p->request_revision; /* 0: another removal was first, and this one changed nothing */
    struct done done = { .revision = own ? own : p->head, .id = removal->library };
    if (ticket_is_open(p->service, work->ticket))
        ticket_answer(p->service, work->ticket, &done);
    else
        e = turn_remember(p, work->request, work->digest, own, &done_shape, &done);
    return e;
}

/* Starts the list at the library's folder: at the beginning, and again while the list is stale and something is left.
 * Lists nothing while another library has the files. */
static enum err list_again(struct persist *p, struct removal *removal, bool *again)
{
    bool covered = false, filled = true;
    enum err e = is_covered(p, removal->library, &covered);

    if (e == ERR_OK && !covered && removal->levels.count > 0)
        e = is_filled(p, removal->library, stop_at_plain, &filled);
    *again = e == ERR_OK && !covered && filled && (removal->levels.count == 0 || removal->is_stale);
    if (!*again)
        return e;
    removal->listed = removal->done = 0;
    removal->levels.count = removal->levels.name_len = 0;
    removal->is_stale = false;
    return levels_add(&removal->levels, removal->library);
}

static enum err remove_library_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct removal *removal = (struct removal *)work;
    bool again = false;
    enum err e = list_folders(p, removal);

    if (e == ERR_OK && removal->listed == removal->levels.count && !turn_is_over(p))
        e = empty_folders(p, removal);
    if (e == ERR_OK && removal->done == removal->levels.count)
        e = list_again(p, removal, &again);
    if (e == ERR_OK && !again && removal->done == removal->levels.count) {
        e = finish_removal(p, removal);
        *ended = e == ERR_OK;
    }
    return e == ERR_OK ? e : fault_set(fault, e, "the library cannot be removed: run loophole store check");
}

static struct removal *next_removal(struct multipart *work)
{
    while (work && work->part != remove_library_part)
        work = work->next;
    return (struct removal *)work;
}

void removal_list_tasks(const struct persist *p, struct task_list *tasks)
{
    for (const struct removal *one = next_removal(p->multiparts); one; one = next_removal(one->work.next))
        tasks->at[tasks->count++] = (struct task){
            .id = one->work.request,
            .label = TEXT("Removing a library"),
            .done = one->done,
            .total = one->levels.count,
            .since = one->since,
        };
}

/* ---- beginning ---- */

static enum err begin_removal(struct persist *p, struct call *call, struct id library)
{
    struct removal *removal;
    uint32_t count = 0;

    for (struct removal *at = next_removal(p->multiparts); at; at = next_removal(at->work.next))
        count++;
    if (count >= AT_ONCE)
        return refuse(call, ERR_BUSY, "%u libraries are being removed already", count);
    removal = alloc_bytes(sizeof(*removal));
    *removal =
        (struct removal){ .work = { .part = remove_library_part, .drop = free_removal, .outlives_its_call = true },
                          .library = library,
                          .since = clock_now() };
    return multipart_begin(p, call, &removal->work);
}

enum err removal_begin(struct persist *p, struct call *call, struct id folder)
{
    struct multipart *work = multipart_of(p, call_request(call));
    struct key key = key_id(folder);
    char text[ID_TEXT_SIZE];
    struct bytes value;
    enum err e;

    if (work) { /* the client gave up its first call; the work continues */
        work->ticket = call_defer(call);
        return work->ticket.number ? ERR_OK : ERR_BUSY;
    }
    e = txn_get(p->w.txn, DB_LIBRARY, key_bytes(&key), &value);
    return e == ERR_OK ? begin_removal(p, call, folder) : refuse(call, e, "no library %s", id_write(folder, text));
}
