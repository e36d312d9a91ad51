#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "common/log.h"
#include "services/indexer/scan_parts.h"
#include "services/indexer/watch.h"

enum { PATIENCE_US = 60000000, NEWS_EVERY_US = 100000 };

/* ---- news to the loop ---- */

static void send_news(struct scan *scan)
{
    struct news *next;

    scan->news_sent = clock_steady();
    if (news_is_empty(scan->news))
        return;
    next = news_new(scan->order.library.id, scan->listener.heard, scan->listener.state);
    if (!next)
        return;
    news_send(scan->news, atomic_load(&scan->errand.lost) ? NULL : scan->mailbox);
    scan->news = next;
}

static void add_work(struct scan *scan, struct id id, const char *path, const struct trace *trace, bool created,
                    bool retry)
{
    struct work *work = work_new(bytes_of(path, strlen(path)));

    if (!work) {
        log_error("no memory for %s: it waits for the next scan", path);
        return;
    }
    work->id = id;
    work->library = scan->order.library.id;
    work->size = trace->size;
    work->mtime = trace->mtime;
    work->created = created;
    work->retry = retry;
    work_push(&scan->news->work, work);
}

/* An operation is durable, or refused. A place that has no analysis of this state of its file is to be heard. */
static void answered(void *state, const struct operation *operation, const struct outcome *outcome, const char *path)
{
    struct scan *scan = state;
    const struct place *place = &operation->place;
    struct trace trace = { .inode = place->inode, .size = place->size, .mtime = place->mtime };

    if (!text_is(outcome->error, "ok")) {
        log_warn("persist refused what a scan saw%s%s: %.*s: %.*s", path ? " of " : "", path ? path : "",
                 TEXT_ARG(outcome->error), TEXT_ARG(outcome->what));
        return;
    }
    if (!operation->has_place)
        return;
    scan->added += outcome->created;
    if (outcome->stale)
        add_work(scan, outcome->id, path, &trace, outcome->created, false);
}

/* ---- one folder ---- */

static void watch(struct scan *scan, const struct node *node)
{
    int wd = scan->order.inotify < 0 ? -1 : inotify_add_watch(scan->order.inotify, node->path, WATCH_MASK);

    if (wd >= 0)
        news_watched(scan->news, wd, node->path);
    else if (scan->order.inotify >= 0 && (errno == ENOSPC || errno == ENOMEM))
        scan->news->watches_full = true;
}

static struct node *add_node(struct scan *scan, struct node *parent, struct bytes name, bool deep)
{
    struct node *node = arena_alloc(&scan->arena, sizeof(*node));

    if (!node)
        return NULL;
    *node = (struct node){ .parent = parent, .name = arena_bytes(&scan->arena, name), .deep = deep };
    node->path = walk_join(&scan->arena, parent->path, (const char *)node->name.at);
    node->below = walk_join(&scan->arena, parent->below, (const char *)node->name.at);
    return node->path[0] && strlen(node->path) < PATH_MAX ? node : NULL;
}

static bool hold(struct scan *scan, struct node *node, const struct entry *entry)
{
    struct newcomer_list *list = &scan->newcomers;

    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        struct newcomer *more = realloc(list->at, room * sizeof(*more));
        if (!more)
            return false;
        list->at = more;
        list->room = room;
    }
    list->at[list->count] = (struct newcomer){ .node = node, .entry = *entry };
    list->at[list->count].entry.name = arena_bytes(&scan->arena, entry->name);
    return list->at[list->count++].entry.name.len > 0;
}

/* A library's first scan has nothing to wait for: what could have moved was never seen. */
static enum err meet_new(struct scan *scan, struct node *node, const struct entry *entry, struct fault *fault)
{
    if (entry->unsure)
        return ERR_OK;
    if (!scan->order.targets && scan->order.library.files == 0)
        return scan_place(scan, node, entry, fault);
    return hold(scan, node, entry) ? ERR_OK : fault_set(fault, ERR_FULL, "no memory for new files");
}

static bool wants_hearing(const struct scan *scan, const struct compared *compared)
{
    switch (compared->analysis) {
    case ANALYSIS_STATE_WAITING:
        return true;
    case ANALYSIS_STATE_FAILED:
    case ANALYSIS_STATE_QUARANTINED:
        return scan->order.retry_failed || compared->analyser < scan->order.analyser;
    case ANALYSIS_STATE_DONE:
        return compared->analyser < scan->order.analyser;
    case ANALYSIS_STATE_OTHER:
    case ANALYSIS_STATE_NONE:
        break;
    }
    return false;
}

static enum err meet(struct scan *scan, struct node *node, const struct compared *compared, struct fault *fault)
{
    const struct entry *entry = compared->entry;

    if (id_is_zero(compared->id))
        return meet_new(scan, node, entry, fault);
    scan->items++;
    if (compared->differs)
        return scan_place(scan, node, entry, fault);
    if (!entry->unsure && wants_hearing(scan, compared))
        add_work(scan, compared->id, walk_join(&scan->folder, node->path, (const char *)entry->name.at), &entry->trace,
                false, scan->order.retry_failed);
    return ERR_OK;
}

static enum err meet_files(struct scan *scan, struct node *node, const struct entry_list *files, struct fault *fault)
{
    struct compared_list all;
    enum err e = compare_folder(scan->known, node->id, files, scan->present, &scan->folder, &all, &scan->gone);

    if (e != ERR_OK)
        return fault_set(fault, e, "cannot compare %s with the catalogue", node->path);
    scan->seen += files->count;
    scan->news->files += scan->order.targets ? 0 : files->count;
    for (uint32_t i = 0; e == ERR_OK && i < all.count; i++)
        e = meet(scan, node, &all.at[i], fault);
    return e;
}

static bool push_folder(struct scan *scan, struct node *parent, struct bytes name, struct id id)
{
    struct node *node = add_node(scan, parent, name, true);

    if (!node)
        return false;
    node->id = id;
    node->next = scan->pending;
    scan->pending = node;
    return true;
}

/* A folder that is watched since long tells its changes by itself; one that came back from elsewhere is not. */
static bool is_watched(struct scan *scan, const struct node *parent, struct bytes name)
{
    const char *path = walk_join(&scan->folder, parent->path, (const char *)name.at);
    int wd = inotify_add_watch(scan->order.inotify, path, WATCH_MASK | IN_MASK_CREATE);

    if (wd >= 0)
        news_watched(scan->news, wd, path);
    return wd < 0;
}

/* Two sorted lists, walked together: folders that are there are visited, new ones in any case; with those that are
 * not, all below them is gone. */
static enum err merge_folders(struct scan *scan, struct node *node, const struct entry_list *there,
                              const struct folder_list *known)
{
    enum err e = ERR_OK;

    for (uint32_t t = 0, k = 0; e == ERR_OK && (t < there->count || k < known->count);) {
        int order = t == there->count   ? 1
                    : k == known->count ? -1
                                        : compare_names(there->at[t].name, known->at[k].name);
        struct id id = order == 0 ? known->at[k].id : (struct id){ { 0 } };
        if (order > 0)
            e = compare_gone(scan->known, known->at[k].id, &scan->gone);
        else if ((node->deep || order < 0 || !is_watched(scan, node, there->at[t].name)) && !push_folder(scan, node, there->at[t].name, id))
            scan->result.unread++;
        t += order <= 0;
        k += order >= 0;
    }
    return e;
}

static enum err meet_folders(struct scan *scan, struct node *node, const struct entry_list *folders,
                             struct fault *fault)
{
    struct folder_list known = { 0 };
    enum err e = id_is_zero(node->id) ? ERR_OK : known_subfolders(scan->known, &scan->folder, node->id, &known);

    if (e == ERR_OK)
        e = merge_folders(scan, node, folders, &known);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot compare the folders in %s with the catalogue", node->path);
}

/* A folder that can't be read says nothing of what lies in it: that stays as it was. Of one that is not there, the
 * folder above tells. */
static void not_read(struct scan *scan, enum err e, struct fault *fault)
{
    if (e != ERR_NOT_FOUND) {
        log_warn("%s", fault->what);
        scan->result.unread++;
    }
    *fault = (struct fault){ 0 };
}

static enum err visit(struct scan *scan, struct node *node, struct fault *fault)
{
    struct listing listing;
    enum err e;

    watch(scan, node);
    e = walk_read(&scan->errand, node->path, node->below, &scan->rules, &scan->folder, &listing, fault);
    if (e == ERR_TIMEOUT || e == ERR_FULL)
        return e;
    if (e != ERR_OK) {
        not_read(scan, e, fault);
        e = ERR_OK;
    } else {
        e = meet_files(scan, node, &listing.files, fault);
        if (e == ERR_OK)
            e = meet_folders(scan, node, &listing.folders, fault);
    }
    arena_reset(&scan->folder);
    if (clock_steady() - scan->news_sent > NEWS_EVERY_US)
        send_news(scan);
    return e;
}

/* ---- all of them ---- */

static struct node *root_of(struct scan *scan)
{
    struct bytes path = arena_bytes(&scan->arena, scan->result.library.path);
    struct node *root = arena_alloc(&scan->arena, sizeof(*root));

    if (root && path.len)
        *root = (struct node){ .id = scan->order.library.id, .path = (const char *)path.at, .below = "", .deep = true };
    return path.len ? root : NULL;
}

/* The node of a path below the library, with the ids that the catalogue has; NULL for one that is passed over. */
static struct node *node_below(struct scan *scan, struct node *root, const char *below)
{
    struct node *node = root;

    while (node && *below) {
        size_t len = strcspn(below, "/");
        struct node *next = add_node(scan, node, bytes_of(below, len), false);
        if (!next || naming_passed_over(&scan->rules, next->below))
            return NULL;
        if (!id_is_zero(node->id))
            known_subfolder(scan->known, node->id, next->name, &next->id);
        below += below[len] ? len + 1 : len;
        node = next;
    }
    return node;
}

static enum err plan(struct scan *scan, struct fault *fault)
{
    static const struct scan_target whole = { .below = "", .deep = true };
    const struct scan_target *targets = scan->order.targets ? scan->order.targets : &whole;
    uint32_t count = scan->order.targets ? scan->order.target_count : 1;
    struct node *root = root_of(scan);

    if (!root)
        return fault_set(fault, ERR_FULL, "no memory for a scan");
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = targets[i].below[0] ? node_below(scan, root, targets[i].below) : root;
        if (!node || node == scan->pending)
            continue;
        node->deep = targets[i].deep;
        node->next = scan->pending;
        scan->pending = node;
    }
    return ERR_OK;
}

static enum err look(struct scan *scan, struct fault *fault)
{
    enum err e = plan(scan, fault);

    while (e == ERR_OK && scan->pending) {
        struct node *node = scan->pending;
        scan->pending = node->next;
        e = visit(scan, node, fault);
    }
    if (e == ERR_OK)
        e = scan_settle(scan, fault);
    if (e == ERR_OK)
        e = scribe_flush(&scan->scribe, fault);
    uint64_t less = scan->result.verdict == VERDICT_MARK ? scan->result.missing : 0, was = scan->order.library.files;
    scan->result.library.files = !scan->order.targets        ? scan->seen
                                 : was + scan->added > less ? was + scan->added - less
                                                             : 0;
    return e;
}

static void run(struct errand *errand)
{
    struct scan *scan = (struct scan *)errand;
    struct fault *fault = &scan->result.fault;
    enum err e = scribe_open(&scan->scribe, scan->paths, fault);

    if (e == ERR_OK)
        e = scan_library_find(scan, fault);
    if (e == ERR_OK)
        e = scan->result.away ? scan_settle_away(scan, fault) : look(scan, fault);
    if (e == ERR_OK)
        e = scribe_flush(&scan->scribe, fault);
    if (e == ERR_OK)
        scan_library_put(scan, fault);
    scribe_close(&scan->scribe);
    send_news(scan);
}

/* ---- as an errand ---- */

static void done(struct errand *errand, bool lost)
{
    struct scan *scan = (struct scan *)errand;

    scan->listener.done(scan->listener.state, scan, lost ? NULL : &scan->result);
}

static void drop(struct errand *errand)
{
    struct scan *scan = (struct scan *)errand;

    if (scan->news)
        news_send(scan->news, NULL);
    free(scan->gone.at);
    free(scan->newcomers.at);
    arena_free(&scan->folder);
    arena_free(&scan->arena);
    free(scan);
}

static enum err copy_order(struct scan *scan, const struct scan_order *order)
{
    struct scan_target *targets = arena_array(&scan->arena, order->target_count, sizeof(*targets));
    enum err e = codec_copy(&library_shape, &order->library, &scan->arena, &scan->order.library);

    if (e != ERR_OK || !targets)
        return ERR_FULL;
    scan->result.library = scan->order.library;
    for (uint32_t i = 0; i < order->target_count; i++) {
        targets[i] = order->targets[i];
        targets[i].below = arena_text(&scan->arena, text_of(order->targets[i].below)).at;
        if (!targets[i].below)
            targets[i].below = "";
    }
    scan->order.targets = order->targets ? targets : NULL;
    scan->rules = (struct naming_rules){ scan->order.library.ignore, scan->order.library.hidden_files };
    return ERR_OK;
}

struct scan *scan_new(const struct paths *paths, struct known *known, struct mailbox *mailbox,
                      const struct scan_order *order, const struct scan_listener *listener)
{
    struct scan *scan = calloc(1, sizeof(*scan));

    if (!scan)
        return NULL;
    scan->errand = (struct errand){ .run = run, .done = done, .drop = drop, .patience = PATIENCE_US };
    scan->paths = paths;
    scan->known = known;
    scan->mailbox = mailbox;
    scan->listener = *listener;
    scan->order = *order;
    scan->scribe.errand = &scan->errand;
    scan->scribe.waits = &scan->waits;
    scan->scribe.answered = answered;
    scan->scribe.state = scan;
    scan->news = news_new(order->library.id, listener->heard, listener->state);
    if (scan->news && copy_order(scan, order) == ERR_OK)
        return scan;
    drop(&scan->errand);
    return NULL;
}

struct errand *scan_errand(struct scan *scan)
{
    return &scan->errand;
}

const struct scan_order *scan_order(const struct scan *scan)
{
    return &scan->order;
}

bool scan_waits(const struct scan *scan)
{
    return atomic_load(&scan->waits);
}
