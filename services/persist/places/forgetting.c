#include "services/persist/places/forgetting.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/forgetting_row.h"
#include "services/persist/places/levels.h"
#include "services/persist/places/library_row.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/multipart.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_write.h"

enum { AT_ONCE = 16, LABEL_BYTES = 255 };
static const usec_t soon = 1000, pause_without_writes = 1000000, pause_after_an_error = 1000000;

/* The folders below, level by level; in folder `at`, the subfolders and files up to the name in `levels` are done. */
struct work_below {
    struct multipart work;
    struct forgetting what;
    bool is_begun;       /* its row is in the store */
    struct id_list rows; /* the requests of the trees' own rows */
    struct levels levels;
    uint32_t at;
    bool is_listed; /* the subfolders of folder `at` are in the list */
    usec_t since;
};

static void continue_soon(void *persist);

/* ---- the library's own row ---- */

static enum err push_row(struct persist *p, const struct library *library, usec_t at)
{
    const struct undo_step row = { .before = { .id = library->id },
                                   .after = { .id = library->id },
                                   .has_library = true,
                                   .library = *library,
                                   .has_forgotten = true,
                                   .forgotten = at };

    return undo_push(p, (struct id){ { 0 } }, &row);
}

/* Removes a tree with the library around it. Its own row finds its items, maybe on another volume, after a death. */
static enum err remove_tree(struct persist *p, struct id tree, usec_t at, struct id *row)
{
    const struct forgetting what = { .folder = tree, .forgets = true, .has_at = true, .at = at, .request = id_new() };
    struct library library;
    struct folder folder;
    enum err e = library_row_read(p, tree, &library, &folder);

    *row = what.request;
    if (e == ERR_OK)
        e = library_row_remove(p, &folder);
    if (e == ERR_OK)
        e = push_row(p, &library, at);
    return e == ERR_OK ? forgetting_put_row(p, &what) : e;
}

/* The work does the trees too, so that its answer comes after them. */
static enum err remove_library(struct persist *p, struct work_below *below, const struct library *library,
                               const struct folder *folder)
{
    const usec_t at = below->what.at;
    char label[LABEL_BYTES];
    struct text path = places_text(&p->arena, library->path);
    struct id_list trees = { 0 };
    enum err e = library_row_trees(p, library->id, library_row_is_within, &trees);

    if (e == ERR_OK)
        e = library_row_remove(p, folder);
    if (e != ERR_OK)
        return e;
    snprintf(label, sizeof(label), "Remove the library %.*s", TEXT_ARG(path));
    undo_open(p, (struct id){ { 0 } }, arena_text(&p->arena, text_of(label)));
    e = push_row(p, library, at);
    below->rows.at = alloc_array(trees.count + 1, sizeof(*below->rows.at));
    for (uint32_t i = 0; e == ERR_OK && i < trees.count; i++) {
        e = remove_tree(p, trees.at[i], at, &below->rows.at[below->rows.count++]);
        if (e == ERR_OK)
            e = levels_add(&below->levels, trees.at[i]);
    }
    undo_close(p);
    return e;
}

/* The first writes of the work. If the library is gone, another request has removed it. */
static enum err begin_rows(struct persist *p, struct work_below *below)
{
    struct forgetting *what = &below->what;
    struct library library;
    struct folder folder;
    enum err e = ERR_OK;

    below->is_begun = true;
    if (!what->forgets)
        return forgetting_put_row(p, what);
    what->has_at = true;
    what->at = clock_now();
    e = library_row_read(p, what->folder, &library, &folder);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? forgetting_put_row(p, what) : e;
    e = remove_library(p, below, &library, &folder);
    return e == ERR_OK ? forgetting_put_row(p, what) : e;
}

/* ---- items ---- */

static bool is_done_already(const struct forgetting *what, const struct media *media)
{
    if (what->forgets)
        return media->has_forgotten;
    return !media->has_forgotten || (what->has_at && media->forgotten != what->at);
}

static enum err do_item(struct persist *p, const struct forgetting *what, struct id id)
{
    struct fault unused = { 0 };
    struct media was, now;
    enum err e = places_find(p, id, &was, &unused);

    if (places_pass_over(id, e))
        return ERR_OK;
    if (e != ERR_OK || is_done_already(what, &was))
        return e;
    now = was;
    now.has_forgotten = what->forgets;
    now.forgotten = what->forgets ? what->at : 0;
    now.revision = turn_next(p);
    e = turn_wrote(p, catalogue_put_media(&p->w, &was, &now));
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, id, false) : e;
}

/* Sets *is if the work must leave the folder out, because a library was added or removed there meanwhile. */
static enum err is_left_out(struct persist *p, const struct forgetting *what, struct id id, bool *is)
{
    struct folder folder;
    bool lies = false;
    enum err e = catalogue_folder(p->w.txn, &p->arena, id, &folder);

    *is = e == ERR_NOT_FOUND;
    if (e == ERR_OK && !folder.library)
        e = places_lie_in_library(p, &folder, &lies);
    if (e == ERR_OK)
        *is = (folder.library || lies) == what->forgets;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err do_items(struct persist *p, struct work_below *below, bool *folder_is_done)
{
    struct id folder = below->levels.folders[below->at];
    struct levels_items items = { 0 };
    enum err e = is_left_out(p, &below->what, folder, folder_is_done);

    if (e != ERR_OK || *folder_is_done)
        return e;
    e = levels_next_items(p, &below->levels, below->at, &items);
    *folder_is_done = e == ERR_OK && items.count < LEVELS_ITEMS;
    for (uint32_t i = 0; e == ERR_OK && i < items.count; i++)
        e = do_item(p, &below->what, items.ids[i]);
    return e;
}

/* ---- parts ---- */

static void free_below(struct persist *p, struct multipart *work)
{
    struct work_below *below = (struct work_below *)work;

    (void)p;
    levels_free(&below->levels);
    free(below->rows.at);
    free(below);
}

static enum err do_folders(struct persist *p, struct work_below *below)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && below->at < below->levels.count) {
        bool is_done = false;
        arena_reset(&p->arena);
        e = below->is_listed ? do_items(p, below, &is_done)
                             : levels_gather(p, &below->levels, below->at, &below->is_listed);
        if (is_done) {
            below->at++;
            below->is_listed = false;
            below->levels.name_len = 0;
        }
        if (turn_is_over(p))
            break;
    }
    return e;
}

/* The answer is stored even if no client waits for it. */
static enum err finish_work(struct persist *p, struct work_below *below)
{
    const struct multipart *work = &below->work;
    const struct id_list *rows = &below->rows;
    uint64_t own = p->request_revision;
    const struct done done = { .revision = own ? own : p->head, .id = below->what.folder };
    enum err e = forgetting_delete_row(p, &below->what);

    for (uint32_t i = 0; e == ERR_OK && i < rows->count; i++)
        if (forgetting_has_row(p, rows->at[i]) && !multipart_of(p, rows->at[i]))
            e = forgetting_delete_row(p, &(struct forgetting){ .request = rows->at[i] });
    if (e != ERR_OK)
        return e;
    if (ticket_is_open(p->service, work->ticket))
        ticket_answer(p->service, work->ticket, &done);
    else if (work->digest)
        e = turn_remember(p, work->request, work->digest, own, &done_shape, &done);
    return e;
}

/* The row stays, so the work is tried again; after damage, at the next opening of the store. If the turn is broken, the
 * next one resumes the work. */
static void try_again(struct persist *p, enum err e)
{
    if (p->service && e != ERR_INTERNAL && !turn_is_broken(p))
        service_every(p->service, pause_after_an_error, continue_soon, p);
}

static enum err forget_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct work_below *below = (struct work_below *)work;
    enum err e = ERR_OK;

    arena_reset(&p->arena);
    if (!below->is_begun)
        e = begin_rows(p, below);
    if (e == ERR_OK)
        e = do_folders(p, below);
    if (e == ERR_OK && below->at == below->levels.count) {
        e = finish_work(p, below);
        *ended = e == ERR_OK;
    }
    if (e == ERR_OK)
        return e;
    try_again(p, e);
    return fault_set(fault, e, "a folder's items cannot be read: %s",
                     e == ERR_INTERNAL ? "run loophole store check" : "this is tried again");
}

static struct work_below *next_work(struct multipart *work)
{
    while (work && work->part != forget_part)
        work = work->next;
    return (struct work_below *)work;
}

void forgetting_list_tasks(const struct persist *p, struct task_list *tasks)
{
    for (const struct work_below *one = next_work(p->multiparts); one; one = next_work(one->work.next))
        tasks->at[tasks->count++] = (struct task){
            .id = one->work.request,
            .label = one->what.forgets ? TEXT("Removing a library") : TEXT("Bringing items back"),
            .done = one->at,
            .total = one->levels.count,
            .since = one->since,
        };
}

/* ---- beginning ---- */

static struct work_below *make_work(const struct forgetting *what)
{
    struct work_below *below = alloc_bytes(sizeof(*below));

    *below = (struct work_below){
        .work = { .part = forget_part, .drop = free_below, .outlives_its_call = true },
        .what = *what,
        .since = clock_now(),
    };
    (void)levels_add(&below->levels, what->folder);
    return below;
}

static enum err begin_work(struct persist *p, struct call *call, const struct forgetting *what)
{
    uint32_t count = 0;

    for (struct work_below *at = next_work(p->multiparts); at; at = next_work(at->work.next))
        count++;
    if (count >= AT_ONCE)
        return refuse(call, ERR_BUSY, "the items of %u folders are being forgotten or brought back already", count);
    return multipart_begin(p, call, &make_work(what)->work);
}

/* True: the request is being worked on, because the client gave up its first call; `e` is the handler's result. Just
 * after an opening its work has not begun again yet, and its library is gone already. */
static bool join_work(struct persist *p, struct call *call, enum err *e)
{
    struct multipart *work = multipart_of(p, call_request(call));

    if (!work && forgetting_has_row(p, call_request(call)))
        *e = refuse(call, ERR_BUSY, "this request is not continued yet: repeat it in a moment");
    if (!work)
        return forgetting_has_row(p, call_request(call));
    work->ticket = call_defer(call);
    *e = work->ticket.number ? ERR_OK : ERR_BUSY;
    return true;
}

enum err forgetting_begin_library(struct persist *p, struct call *call, struct id folder)
{
    const struct forgetting what = {
        .folder = folder, .forgets = true, .request = call_request(call), .digest = call_digest(call)
    };
    struct library library;
    struct folder unused;
    char text[ID_TEXT_SIZE];
    enum err e;

    if (join_work(p, call, &e))
        return e;
    e = library_row_read(p, folder, &library, &unused);
    return e == ERR_OK ? begin_work(p, call, &what) : refuse(call, e, "no library %s", id_write(folder, text));
}

enum err forgetting_begin_recall(struct persist *p, struct call *call, struct id folder)
{
    const struct forgetting what = { .folder = folder, .request = call_request(call), .digest = call_digest(call) };
    enum err e;

    if (join_work(p, call, &e))
        return e;
    e = places_check_folder(p, folder, call_fault(call));
    return e == ERR_OK ? begin_work(p, call, &what) : e;
}

/* ---- undo and redo ---- */

static enum err take_library(struct persist *p, const struct undo_step *row, bool back, struct fault *fault)
{
    struct library library;
    struct folder folder;
    enum err e = library_row_read(p, row->library.id, &library, &folder);
    bool is_there = e == ERR_OK;

    if (e == ERR_NOT_FOUND)
        e = catalogue_folder(p->w.txn, &p->arena, row->library.id, &folder);
    if (e == ERR_NOT_FOUND)
        return fault_set(fault, e, "the folder of the library is no longer in the catalogue");
    if (e == ERR_OK && is_there != back)
        e = back ? library_row_put(p, &row->library, &folder) : library_row_remove(p, &folder);
    return e == ERR_OK ? e : fault_set(fault, e, "the library cannot be read");
}

enum err forgetting_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                         struct fault *fault)
{
    const struct forgetting what = {
        .folder = row->library.id, .forgets = !back, .has_at = true, .at = row->forgotten, .request = id_new()
    };
    enum err e = take_library(p, row, back, fault);

    if (e == ERR_OK)
        e = forgetting_put_row(p, &what);
    *done = (struct done){ .revision = p->head, .id = row->library.id };
    return e;
}

/* ---- after a death, and after an undo ---- */

/* Does the first part under the request of the work. The turn belongs to another request, whose change must not appear
 * in the answer to the work. */
static enum err run_first_part(struct persist *p, struct work_below *below, bool *ended, struct fault *fault)
{
    const struct id request = p->request;
    uint64_t revision = p->request_revision;

    p->request = below->what.request;
    p->request_revision = 0;
    enum err e = forget_part(p, &below->work, ended, fault);
    below->work.revision = p->request_revision;
    p->request = request;
    p->request_revision = revision;
    return e;
}

static enum err continue_row(struct persist *p, const struct forgetting *what)
{
    struct work_below *below = make_work(what);
    struct fault fault = { 0 };
    bool ended = false;
    enum err e;

    below->is_begun = true;
    below->work.request = what->request;
    below->work.digest = what->digest;
    multipart_queue(p, &below->work);
    turn_begin_part(p);
    e = run_first_part(p, below, &ended, &fault);
    if (turn_is_broken(p)) /* turn_end drops the work */
        return e;
    if (e != ERR_OK || ended)
        multipart_forget(p, &below->work);
    return e;
}

enum err forgetting_continue(struct persist *p)
{
    struct forgetting what;
    struct id request = { { 0 } }, before;
    enum err first = ERR_OK;

    do {
        before = request;
        arena_reset(&p->arena);
        enum err e = forgetting_next_row(p, &request, &what);
        if (e == ERR_NOT_FOUND)
            break;
        if (e == ERR_OK)
            e = continue_row(p, &what);
        first = first == ERR_OK ? e : first;
    } while (!turn_is_broken(p) && !id_equal(request, before));
    return first;
}

static void continue_soon(void *persist)
{
    struct persist *p = persist;
    struct fault fault = { 0 };
    enum err e;

    if (!p->store || p->alarm[0]) {
        service_every(p->service, pause_without_writes, continue_soon, p);
        return;
    }
    service_every(p->service, 0, continue_soon, p);
    e = turn_continue(p, id_new(), &fault);
    if (e == ERR_OK)
        e = forgetting_continue(p);
    if (e == ERR_INTERNAL && !turn_is_broken(p))
        log_error("items below a folder cannot be forgotten or brought back: run loophole store check");
    else if (e != ERR_OK)
        try_again(p, e);
}

void forgetting_resume(struct persist *p)
{
    if (p->service)
        service_every(p->service, turn_is_broken(p) ? pause_after_an_error : soon, continue_soon, p);
}
