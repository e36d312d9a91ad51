#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "services/indexer/scan/scan_folder.h"
#include "services/indexer/scan/scan_library.h"
#include "services/indexer/scan/scan_links.h"
#include "services/indexer/scan/scan_sessions.h"
#include "services/indexer/scan/scan_settle.h"
#include "services/indexer/scan/scan_state.h"
#include "services/indexer/scan/scan_trees.h"

enum { PATIENCE_US = 60000000, STOPPED_US = 5000000, NEWS_EVERY_US = 100000 };

/* ---- reports to the loop ---- */

static void send_report(struct scan *scan)
{
    struct scan_report *next;

    scan->report_sent = clock_steady();
    if (scan_report_is_empty(scan->report))
        return;
    next = scan_report_new(scan->order.library.id, scan->events.reported, scan->events.state);
    scan_report_send(scan->report, atomic_load(&scan->errand.lost) ? NULL : scan->mailbox);
    scan->report = next;
}

static void send_report_now_and_then(struct scan *scan)
{
    if (clock_steady() - scan->report_sent > NEWS_EVERY_US)
        send_report(scan);
}

/* An operation about a folder, or about a file in it, is durable or refused. The file of a stale place must be
 * analysed. Another one may have been analysed by an older analyser, before it was away or moved. */
static void take_outcome(void *state, const struct operation *operation, const struct outcome *outcome, void *about)
{
    struct scan *scan = state;
    struct folder_node *node = about;
    const struct place *place = &operation->place;
    struct trace trace = {
        .inode = place->inode, .size = place->size, .mtime = place->mtime, .changed = place->changed
    };
    const char *path = "";

    if (operation->has_folder)
        node->id = outcome->id; /* zero: persist refused it */
    if (operation->has_place)
        path = walk_join(&scan->folder, node->path, (const char *)place->file.at);
    if (!text_is(outcome->error, "ok")) {
        log_warn("persist refused a result of a scan%s%s: %.*s: %.*s", path[0] ? " of " : "", path,
                 TEXT_ARG(outcome->error), TEXT_ARG(outcome->what));
        return;
    }
    if (!operation->has_place)
        return;
    scan->added += outcome->created;
    if (place->availability.value == ITEM_STATE_ONLINE_ONLY)
        return;
    if (outcome->stale)
        scan_add_work(scan, node, outcome->id, path, &trace)->created = outcome->created;
    else
        scan_analyse_placed(scan, node, outcome->id, place);
    send_report_now_and_then(scan);
}

/* ---- all folders ---- */

static struct folder_node *root_of(struct scan *scan)
{
    struct bytes path = arena_bytes(&scan->arena, scan->result.library.path);
    struct folder_node *root = arena_alloc(&scan->arena, sizeof(*root));

    *root =
        (struct folder_node){ .id = scan->order.library.id, .path = (const char *)path.at, .below = "", .deep = true };
    return root;
}

/* The node of a path below the library, with the ids that the catalogue has; NULL: it is ignored, or in a tree. */
static struct folder_node *node_below(struct scan *scan, struct folder_node *root, const char *below)
{
    struct folder_node *node = root;

    while (node && *below) {
        size_t len = strcspn(below, "/");
        struct folder_node *next = scan_folder_below(scan, node, bytes_of(below, len), false);
        if (!next || naming_passed_over(&scan->rules, next->below) || scan_trees_meet(scan, node, next->name))
            return NULL;
        if (!id_is_zero(node->id))
            catalogue_reader_subfolder(scan->catalogue, node->id, next->name, &next->id);
        below += below[len] ? len + 1 : len;
        node = next;
    }
    return node;
}

static void plan_targets(struct scan *scan)
{
    static const struct scan_target whole = { .below = "", .deep = true };
    const struct scan_target *targets = scan->order.targets ? scan->order.targets : &whole;
    uint32_t count = scan->order.targets ? scan->order.target_count : 1;
    struct folder_node *root = root_of(scan);

    for (uint32_t i = 0; i < count; i++) {
        struct folder_node *node = targets[i].below[0] ? node_below(scan, root, targets[i].below) : root;
        if (!node || node == scan->pending)
            continue;
        node->deep = targets[i].deep;
        node->next = scan->pending;
        scan->pending = node;
    }
}

static bool has_read_all(const struct scan *scan)
{
    return !scan->order.targets && !scan->result.failed && !scan->denied && !scan->went;
}

/* Only a scan of all folders that could read all of them can lower the count. */
static void count_too_long(struct scan *scan)
{
    struct library *is = &scan->result.library;

    if (has_read_all(scan) || scan->too_long > is->too_long)
        is->too_long = scan->too_long;
    if (is->too_long == 0)
        is->too_long_in = is->too_long_first = (struct bytes){ 0 };
}

/* A scan that could not read all knows only what it added and lost. */
static void count_files(struct scan *scan)
{
    struct scan_result *result = &scan->result;
    uint64_t less = scan->covered + (result->verdict == VERDICT_MARK ? scan->vanished : 0);
    uint64_t more = scan->order.library.files + scan->added + scan->returned;
    uint64_t files = more > less ? more - less : 0;

    result->library.files = has_read_all(scan) || scan->seen > files ? scan->seen : files;
}

static enum err look_at_targets(struct scan *scan, struct fault *fault)
{
    enum err e = ERR_OK;

    plan_targets(scan);
    while (e == ERR_OK && scan->pending) {
        struct folder_node *node = scan->pending;
        scan->pending = node->next;
        e = scan_folder_visit(scan, node, fault);
        send_report_now_and_then(scan);
    }
    if (e == ERR_OK)
        e = scan_settle(scan, fault);
    if (e == ERR_OK)
        e = scan_writer_flush(&scan->writer, fault);
    count_too_long(scan);
    return e;
}

static void run_scan(struct errand *errand)
{
    struct scan *scan = (struct scan *)errand;
    struct fault *fault = &scan->result.fault;
    enum err e = scan_writer_open(&scan->writer, scan->paths, fault);

    scan->has_as_of = catalogue_reader_head(scan->catalogue, &scan->as_of) == ERR_OK;
    if (e == ERR_OK)
        e = scan_library_find(scan, fault);
    if (e == ERR_OK && !scan->result.away)
        e = scan_trees_adopt(scan, fault);
    if (e == ERR_OK)
        e = scan->result.away ? ERR_OK : look_at_targets(scan, fault);
    if (e == ERR_OK)
        e = scan_writer_flush(&scan->writer, fault);
    if (e == ERR_OK)
        e = scan_trees_put(scan, fault);
    if (e == ERR_OK && !scan->result.away) {
        count_files(scan);
        e = scan_links_settle(scan, fault);
    }
    if (e == ERR_OK && !scan->result.away)
        e = scan_sessions_settle(scan, fault);
    if (e == ERR_OK)
        scan_library_put(scan, fault);
    scan_writer_close(&scan->writer);
    send_report(scan);
}

/* ---- as an errand ---- */

static void end_scan(struct errand *errand, bool lost)
{
    struct scan *scan = (struct scan *)errand;

    scan->events.done(scan->events.state, scan, lost ? NULL : &scan->result);
}

static void free_scan(struct errand *errand)
{
    struct scan *scan = (struct scan *)errand;

    if (scan->report)
        scan_report_send(scan->report, NULL);
    compare_free(&scan->gone);
    free(scan->newcomers.at);
    free(scan->suspects.at);
    id_table_free(&scan->copies);
    free(scan->sessions.at);
    arena_free(&scan->folder);
    arena_free(&scan->arena);
    free(scan);
}

static void copy_order(struct scan *scan, const struct scan_order *order)
{
    struct scan_target *targets = arena_array(&scan->arena, order->target_count, sizeof(*targets));

    codec_keep(&library_shape, &order->library, &scan->arena, &scan->order.library);
    scan->result.library = scan->order.library;
    for (uint32_t i = 0; i < order->target_count; i++) {
        targets[i] = order->targets[i];
        targets[i].below = arena_text(&scan->arena, text_of(order->targets[i].below)).at;
    }
    scan->order.targets = order->targets ? targets : NULL;
    scan->rules =
        (struct naming_rules){ .ignore = scan->order.library.ignore, .hidden_files = scan->order.library.hidden_files };
}

struct scan *scan_new(const struct paths *paths, struct catalogue_reader *catalogue, struct mailbox *mailbox,
                      const struct scan_order *order, const struct scan_events *events)
{
    struct scan *scan = alloc_zeroed(1, sizeof(*scan));

    scan->errand = (struct errand){ .run = run_scan, .done = end_scan, .drop = free_scan, .patience = PATIENCE_US };
    scan->paths = paths;
    scan->catalogue = catalogue;
    scan->mailbox = mailbox;
    scan->events = *events;
    scan->order = *order;
    scan->writer.errand = &scan->errand;
    scan->writer.waits = &scan->waits;
    scan->writer.answered = take_outcome;
    scan->writer.state = scan;
    scan->report = scan_report_new(order->library.id, events->reported, events->state);
    copy_order(scan, order);
    return scan;
}

struct errand *scan_errand(struct scan *scan)
{
    return &scan->errand;
}

void scan_stop(struct scan *scan)
{
    scan->errand.patience = STOPPED_US;
    errand_stop(&scan->errand);
}

const struct scan_order *scan_order(const struct scan *scan)
{
    return &scan->order;
}

bool scan_waits(const struct scan *scan)
{
    return atomic_load(&scan->waits);
}
