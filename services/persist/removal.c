#include "services/persist/removal.h"
#include <stdlib.h>
#include <string.h>
#include "services/persist/places.h"
#include "services/persist/turn.h"
#include "store/catalogue_write.h"

enum { BITE = 500, AT_ONCE = 16, DEPTH = 4096 };
static const usec_t pause_between_bites = 1000;

/* One library on its way out: its folders in an order in which each comes behind all that lie below it. */
struct removal {
    struct removal *next;
    struct ticket ticket;
    struct id request;
    uint64_t digest; /* of its ask */
    struct id library;
    struct id *folders;
    uint32_t count, room;
    uint32_t done;
    usec_t since;
};

static void bite(void *persist);

/* ---- single items ---- */

static enum err take_out(struct persist *p, const struct media *media)
{
    enum err e = turn_wrote(p, catalogue_remove_media(&p->w, media));

    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, media->id, true) : e;
}

enum err removal_forget(struct persist *p, struct id id, struct done *done, struct fault *fault)
{
    struct media media;
    enum err e = places_find(p, id, &media, fault);

    if (e == ERR_OK)
        e = take_out(p, &media);
    *done = (struct done){ .revision = p->head, .id = id };
    return e;
}

/* ---- the folders of a library ---- */

static void drop(struct persist *p, struct removal *removal)
{
    struct removal **at = &p->removals;

    while (*at && *at != removal)
        at = &(*at)->next;
    if (*at)
        *at = removal->next;
    free(removal->folders);
    free(removal);
    if (!p->removals)
        service_every(p->service, 0, bite, p);
}

static enum err add_folder(struct removal *removal, struct id folder)
{
    if (removal->count == removal->room) {
        uint32_t room = removal->room ? 2 * removal->room : 64;
        struct id *folders = realloc(removal->folders, room * sizeof(*folders));
        if (!folders)
            return ERR_FULL;
        removal->folders = folders;
        removal->room = room;
    }
    removal->folders[removal->count++] = folder;
    return ERR_OK;
}

struct gathering {
    struct removal *removal;
    enum err error;
};

static bool gather(void *state, const struct folder *folder)
{
    struct gathering *g = state;

    if (!folder->library)
        g->error = add_folder(g->removal, folder->id);
    return g->error == ERR_OK;
}

/* Level by level from the top; then turned round. */
static enum err list_folders(struct persist *p, struct removal *removal)
{
    struct gathering g = { removal, add_folder(removal, removal->library) };

    for (uint32_t i = 0; g.error == ERR_OK && i < removal->count; i++) {
        arena_reset(&p->arena);
        enum err e = catalogue_each_subfolder(p->w.txn, &p->arena, removal->folders[i], gather, &g);
        g.error = g.error == ERR_OK ? e : g.error;
    }
    for (uint32_t i = 0, j = removal->count; i + 1 < j; i++) {
        struct id swapped = removal->folders[i];
        removal->folders[i] = removal->folders[--j];
        removal->folders[j] = swapped;
    }
    return g.error;
}

/* A library inside another one: the other still has its files. */
static enum err is_covered(struct persist *p, struct id folder, bool *covered)
{
    struct folder at;
    struct id root;
    enum err e = catalogue_folder(p->w.txn, &p->arena, folder, &at);
    bool is_mount = e == ERR_OK && id_is_zero(at.parent) && at.name.len == 0;

    *covered = false;
    for (int depth = 0; e == ERR_OK && !*covered && !id_is_zero(at.parent) && depth < DEPTH; depth++) {
        e = catalogue_folder(p->w.txn, &p->arena, at.parent, &at);
        *covered = e == ERR_OK && at.library;
    }
    if (e != ERR_OK || *covered || is_mount)
        return e;
    e = catalogue_folder_named(p->w.txn, at.volume, (struct id){ { 0 } }, (struct bytes){ 0 }, &root);
    if (e == ERR_OK)
        e = catalogue_folder(p->w.txn, &p->arena, root, &at);
    *covered = e == ERR_OK && at.library;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- bites ---- */

static bool take_id(void *state, struct bytes file, const struct kept_place *place)
{
    (void)file;
    *(struct id *)state = place->id;
    return false;
}

static enum err first_in(struct persist *p, struct id folder, struct media *media)
{
    struct id id = { { 0 } };
    struct fault fault = { 0 };
    enum err e = catalogue_each_place(p->w.txn, &p->arena, folder, take_id, &id);

    if (e == ERR_OK && id_is_zero(id))
        e = ERR_NOT_FOUND;
    if (e != ERR_OK)
        return e;
    e = places_find(p, id, media, &fault);
    return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
}

static bool stop_at_first(void *state, const struct folder *folder)
{
    (void)folder;
    *(bool *)state = true;
    return false;
}

/* The library's own folder stays while something else lies in it. */
static enum err remove_folder(struct persist *p, struct id id)
{
    struct folder folder;
    bool others = false;
    enum err e = catalogue_folder(p->w.txn, &p->arena, id, &folder);

    if (e == ERR_OK)
        e = catalogue_each_subfolder(p->w.txn, &p->arena, id, stop_at_first, &others);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (others || folder.library)
        return ERR_OK;
    e = turn_wrote(p, catalogue_remove_folder(&p->w, &folder));
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_FOLDER, id, true) : e;
}

static enum err take_bite(struct persist *p, struct removal *removal)
{
    struct media media;
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < BITE && removal->done < removal->count; i++) {
        struct id folder = removal->folders[removal->done];
        arena_reset(&p->arena);
        e = first_in(p, folder, &media);
        if (e == ERR_OK)
            e = take_out(p, &media);
        else if (e == ERR_NOT_FOUND && (e = remove_folder(p, folder)) == ERR_OK)
            removal->done++;
    }
    return e;
}

static enum err unmark(struct persist *p, struct id id)
{
    struct folder was, now;
    enum err e = catalogue_folder(p->w.txn, &p->arena, id, &was);

    if (e != ERR_OK)
        return e;
    now = was;
    now.library = false;
    e = turn_wrote(p, catalogue_remove_library(&p->w, id));
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_put_folder(&p->w, &was, &now));
    if (e == ERR_OK)
        e = turn_log(p, CHANGE_KIND_LIBRARY, id, true);
    return e;
}

/* The answer is remembered even when nobody waits for it any more. */
static enum err finish(struct persist *p, struct removal *removal)
{
    enum err e = unmark(p, removal->library);

    if (e == ERR_OK)
        e = remove_folder(p, removal->library);
    if (e != ERR_OK)
        return e;
    struct done done = { .revision = p->head, .id = removal->library };
    p->request_revision = p->head;
    if (ticket_is_open(p->service, removal->ticket))
        ticket_answer(p->service, removal->ticket, &done);
    else
        e = turn_remember(p, removal->request, removal->digest, p->head, &done_shape, &done);
    drop(p, removal);
    return e;
}

/* The turn before may end here, and with it, when it fails, every removal. */
static struct removal *next_removal(struct persist *p)
{
    struct removal *removal = p->removals;
    struct fault fault = { 0 };

    if (removal && turn_continue(p, removal->request, &fault) != ERR_OK)
        removal_fail_all(p, &fault);
    return p->removals == removal ? removal : NULL;
}

static void bite(void *persist)
{
    struct persist *p = persist;
    struct removal *removal = next_removal(p);
    struct fault fault = { 0 };
    enum err e;

    if (!removal)
        return;
    e = take_bite(p, removal);
    if (e == ERR_OK && removal->done == removal->count)
        e = finish(p, removal);
    if (e == ERR_OK || turn_is_broken(p))
        return;
    fault_set(&fault, e, "the library cannot be removed: run loophole store check");
    ticket_fail(p->service, removal->ticket, &fault);
    drop(p, removal);
}

void removal_tell(const struct persist *p, struct arena *arena, struct task_list *tasks)
{
    uint32_t count = 0;

    for (const struct removal *removal = p->removals; removal; removal = removal->next)
        count++;
    tasks->at = arena_array(arena, count, sizeof(*tasks->at));
    if (!tasks->at)
        return;
    for (const struct removal *removal = p->removals; removal; removal = removal->next)
        tasks->at[tasks->count++] = (struct task){
            .id = removal->request,
            .label = TEXT("Removing a library"),
            .done = removal->done,
            .total = removal->count,
            .since = removal->since,
        };
}

/* ---- beginning ---- */

static struct removal *under_way(const struct persist *p, struct id request)
{
    for (struct removal *removal = p->removals; removal; removal = removal->next)
        if (id_equal(removal->request, request))
            return removal;
    return NULL;
}

uint64_t removal_digest(const struct persist *p, struct id request)
{
    const struct removal *removal = under_way(p, request);

    return removal ? removal->digest : 0;
}

static enum err add(struct persist *p, struct call *call, struct id library, struct removal **added)
{
    struct removal **at = &p->removals;
    uint32_t count = 0;

    for (; *at; at = &(*at)->next)
        count++;
    if (count >= AT_ONCE)
        return refuse(call, ERR_BUSY, "%u libraries are being removed already", count);
    *added = *at = calloc(1, sizeof(struct removal));
    if (!*added)
        return refuse(call, ERR_FULL, "no memory to remove a library");
    (*added)->request = call_request(call);
    (*added)->digest = call_digest(call);
    (*added)->library = library;
    (*added)->since = clock_now();
    service_every(p->service, pause_between_bites, bite, p);
    return ERR_OK;
}

static enum err plan(struct persist *p, struct removal *removal)
{
    bool covered;
    enum err e = is_covered(p, removal->library, &covered);

    return e == ERR_OK && !covered ? list_folders(p, removal) : e;
}

enum err removal_begin(struct persist *p, struct call *call, struct id folder)
{
    struct removal *removal = under_way(p, call_request(call));
    struct key key = key_id(folder);
    char text[ID_TEXT_SIZE];
    struct bytes value;
    enum err e = ERR_OK;

    if (!removal) {
        e = txn_get(p->w.txn, DB_LIBRARY, key_bytes(&key), &value);
        if (e != ERR_OK)
            return refuse(call, e, "no library %s", id_write(folder, text));
        e = add(p, call, folder, &removal);
        if (e != ERR_OK)
            return e;
        e = plan(p, removal);
        if (e != ERR_OK) {
            drop(p, removal);
            return refuse(call, e, "the folders of library %s cannot be read", id_write(folder, text));
        }
    }
    removal->ticket = call_defer(call);
    return removal->ticket.number ? ERR_OK : ERR_BUSY;
}

void removal_fail_all(struct persist *p, const struct fault *fault)
{
    while (p->removals) {
        struct removal *removal = p->removals;
        ticket_fail(p->service, removal->ticket, fault);
        drop(p, removal);
    }
}
