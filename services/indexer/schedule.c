#include "services/indexer/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "common/process/log.h"
#include "schema_service.h"
#include "services/indexer/progress.h"
#include "services/indexer/question.h"
#include "services/indexer/remake.h"
#include "services/indexer/removing.h"

enum {
    ANALYSER_WAIT_US = 10000000, /* at the start, until the first worker reports its analyser's version */
    RETRY_US = 30000000,         /* after a scan that failed or hung, or found no folder on a volume that is here */
    RETURN_US = 1000000,         /* after a change above a library that is not there, which may be its return */
    STALLED_US = 2000000,        /* a scan without progress for so long delays no other one */
    QUEUE_MAX = 200000,          /* files in memory; a later scan finds the others */
};

static void note_watched(struct indexer *indexer, const struct library_state *lib, const struct watched *watched)
{
    char path[PATH_MAX];

    if (watched->path[0])
        watch_add(indexer->watch, lib->library.id, watched->wd, watched->path);
    else if (bytes_copy(path, sizeof(path), lib->library.path))
        watch_add_above(indexer->watch, lib->library.id, watched->wd, path);
}

static void take_scan_report(void *state, struct scan_report *report);
static void end_scan(void *state, struct scan *scan, const struct scan_result *result);

/* ---- starting ---- */

static void load_libraries(struct indexer *indexer)
{
    struct arena arena = { 0 };
    struct library_list all = { 0 };

    if (catalogue_reader_libraries(indexer->catalogue, &arena, &all) == ERR_OK) {
        for (uint32_t i = 0; i < all.count; i++)
            library_state_want_all(library_state_put(&indexer->libraries, &all.at[i]));
        indexer->loaded = true;
        progress_begin(indexer);
        log_info("libraries in the catalogue: %u", all.count);
    }
    arena_free(&arena);
}

static void start_scan(struct indexer *indexer, struct library_state *lib)
{
    struct scan_events events = { take_scan_report, end_scan, indexer };
    const struct scan_targets *some = library_state_next_targets(lib);
    struct scan_order order = {
        .library = lib->library,
        .targets = some ? some->at : NULL,
        .target_count = some ? some->count : 0,
        .accept_missing = some ? some == &lib->wanted.accepted : lib->wanted.accept_missing,
        .is_asked = lib->asked_missing > 0,
        .retry_failed = lib->wanted.retry_failed,
        .full = lib->wanted.full,
        .analyser = pipeline_analyser(indexer->pipeline),
        .inotify = watch_fd(indexer->watch),
        .cloud_globs = indexer->cloud_globs,
    };

    lib->scan = scan_new(service_paths(indexer->service), indexer->catalogue, indexer->mailbox, &order, &events);
    if (!some) {
        lib->seen = 0;
        lib->unwatched = order.inotify < 0;
        lib->look_at = 0;
    }
    lib->cancelled = false;
    library_state_scan_begins(lib);
    errand_start(indexer->scans, scan_errand(lib->scan));
}

/* A lane for each volume: one scan at a time, unless it waits for a file system. */
static bool is_lane_free(const struct indexer *indexer, const struct library_state *wanted)
{
    uint32_t running = 0;

    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next) {
        if (!lib->scan)
            continue;
        running++;
        if (lib == wanted)
            return false;
        bool is_stalled = clock_steady() - atomic_load(&scan_errand(lib->scan)->beat) > STALLED_US;
        if (id_equal(lib->library.volume, wanted->library.volume) && !is_stalled)
            return false;
    }
    return running < INDEXER_SCANS;
}

static bool can_start(const struct indexer *indexer)
{
    bool ready = pipeline_analyser(indexer->pipeline) || clock_steady() - indexer->started > ANALYSER_WAIT_US;

    return ready && indexer->moving == 0 && pipeline_waiting(indexer->pipeline) < QUEUE_MAX;
}

/* ---- following the store: undo puts a library back, and takes one away again ---- */

static struct library_state *state_without_row(const struct indexer *indexer, const struct library_list *all)
{
    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next) {
        bool has_row = lib->removing;
        for (uint32_t i = 0; !has_row && i < all->count; i++)
            has_row = id_equal(all->at[i].id, lib->library.id);
        if (!has_row)
            return lib;
    }
    return NULL;
}

void schedule_count_again(struct indexer *indexer, const struct library_state *tree)
{
    struct library_state *outer = library_state_of(indexer->libraries, tree->library.within);

    if (tree->library.has_within && !tree->library.link.len && outer && !outer->removing &&
        id_equal(outer->library.volume, tree->library.volume))
        library_state_want_all(outer);
}

static void drop_state(struct indexer *indexer, struct library_state *lib)
{
    struct library_state *outer = library_state_of(indexer->libraries, lib->library.within);

    if (lib->library.has_within && outer && !outer->removing)
        library_state_want_all(outer); /* the tree ended, and its folders are those of the library */
    if (lib->scan)
        scan_stop(lib->scan);
    watch_forget(indexer->watch, lib->library.id);
    pipeline_withdraw(indexer->pipeline, lib->library.id);
    library_state_remove(&indexer->libraries, lib);
}

/* A person may have changed them (persist.set_library, or add_library without its answer), or moved a tree. */
static void follow_settings(struct indexer *indexer, struct library_state *lib, const struct library *row)
{
    struct library library = lib->library;
    bool has_moved = row->has_within && row->online &&
                     !(bytes_equal(row->path, library.path) && bytes_equal(row->link, library.link));

    if (library.has_backend == row->has_backend && choice_equal(library.backend, row->backend) &&
        library.has_fetch == row->has_fetch && choice_equal(library.fetch, row->fetch) &&
        library_state_same_rules(&library, row) && !has_moved)
        return;
    if (has_moved) { /* with a folder around it, or another link leads to it */
        library.path = row->path;
        library.link = row->link;
    }
    library.has_backend = row->has_backend;
    library.backend = row->backend;
    library.has_fetch = row->has_fetch;
    library.fetch = row->fetch;
    library_state_take_rules(&library, row);
    library_state_put(&indexer->libraries, &library);
    if (!lib->removing)
        library_state_want_all(lib);
}

static void follow_libraries(struct indexer *indexer, const struct library_list *all)
{
    struct library_state *lib;

    while ((lib = state_without_row(indexer, all)))
        drop_state(indexer, lib);
    for (uint32_t i = 0; i < all->count; i++) {
        if ((lib = library_state_of(indexer->libraries, all->at[i].id))) {
            follow_settings(indexer, lib, &all->at[i]);
            continue;
        }
        lib = library_state_put(&indexer->libraries, &all->at[i]);
        library_state_want_all(lib);
        schedule_count_again(indexer, lib);
    }
}

void schedule_follow_store(struct indexer *indexer)
{
    struct arena arena = { 0 };
    struct library_list all = { 0 };

    if (indexer->loaded && !indexer->adopting && catalogue_reader_libraries(indexer->catalogue, &arena, &all) == ERR_OK)
        follow_libraries(indexer, &all);
    arena_free(&arena);
}

/* ---- reports of running scans ---- */

static void take_work(struct indexer *indexer, struct library_state *lib, struct scan_report *report)
{
    struct analysis *analysis;

    while ((analysis = analysis_pop(&report->analysis))) {
        if (pipeline_waiting(indexer->pipeline) < QUEUE_MAX) {
            progress_begin(indexer);
            pipeline_add(indexer->pipeline, analysis);
            continue;
        }
        analysis_free(analysis);
        library_state_want_all(lib);
    }
}

static void take_scan_report(void *state, struct scan_report *report)
{
    struct indexer *indexer = state;
    struct library_state *lib = library_state_of(indexer->libraries, report->library);

    if (!lib || lib->removing)
        return;
    lib->seen += report->files;
    for (const struct watched *watched = report->watched; watched; watched = watched->next)
        note_watched(indexer, lib, watched);
    if (report->watches_full && !lib->unwatched) {
        log_warn(
            "no inotify watches are left for %s: it is scanned every %lld minutes; raise fs.inotify.max_user_watches",
            (const char *)lib->library.path.at, (long long)(indexer->rescan_every / 60000000));
        lib->unwatched = true;
    }
    if (!lib->cancelled)
        take_work(indexer, lib, report);
}

/* ---- results of scans ---- */

static void keep_result(struct indexer *indexer, struct library_state *lib, const struct scan_result *result)
{
    struct library library = lib->library;

    if (library.online && !result->library.online)
        log_warn("%s is away", (const char *)library.path.at);
    if (!library.online && result->library.online)
        remake_want(indexer); /* some artefacts may need its files */
    library.path = result->library.path;
    library.online = result->library.online;
    library.files = result->library.files;
    library.too_long = result->library.too_long;
    library.too_long_in = result->library.too_long_in;
    library.too_long_first = result->library.too_long_first;
    library.has_vanished = result->library.has_vanished;
    library.vanished = result->library.vanished;
    library.has_vanished_at = result->library.has_vanished_at;
    library.vanished_at = result->library.vanished_at;
    library.has_mount = result->library.has_mount;
    library.mount = result->library.mount;
    library.has_device = result->library.has_device;
    library.device = result->library.device;
    library_state_put(&indexer->libraries, &library);
    if (result->away)
        watch_forget(indexer->watch, library.id);
    if (result->away && result->awaits_wd &&
        watch_await(indexer->watch, library.id, result->awaits_wd, (const char *)lib->library.path.at, result->awaits))
        library_state_look_within(lib, RETURN_US);
}

static bool is_tree_to_scan(const struct library_state *tree, const struct library_state *lib,
                            const struct scan_result *result)
{
    if (tree->library.link.len)
        return result->links_moved && library_state_below(lib, (const char *)tree->library.link.at);
    if (!library_state_is_in(tree, lib))
        return false;
    return id_equal(tree->library.volume, lib->library.volume) ? result->trees_moved : result->trees_hold;
}

/* The other library may have been scanned before this one, and its own item may have come here. */
static bool is_left_by_items(const struct library_state *other, const struct library_state *lib,
                             const struct scan_result *result)
{
    return result->took_items && other != lib && id_equal(other->library.volume, lib->library.volume);
}

static void look_regularly(const struct indexer *indexer, struct library_state *lib, const struct scan_result *result)
{
    if (lib->unwatched || result->failed)
        library_state_look_within(lib, indexer->rescan_every);
}

/* Decides when the library is scanned again without a reason. */
static void plan_next_look(const struct indexer *indexer, struct library_state *lib, const struct scan_result *result)
{
    if (result && result->fault.code != ERR_OK && lib->cancelled)
        look_regularly(indexer, lib, result);
    else if (result && result->fault.code == ERR_CONFLICT)
        library_state_want_all(lib);
    else if (!result || result->fault.code != ERR_OK)
        library_state_look_within(lib, RETRY_US);
    else if (result->away && !result->is_volume_here)
        lib->look_at = 0; /* availability reports when its volume comes back */
    else if (result->away)
        library_state_look_within(lib, RETRY_US);
    else
        look_regularly(indexer, lib, result);
}

static void end_scan(void *state, struct scan *scan, const struct scan_result *result)
{
    struct indexer *indexer = state;
    struct library_state *lib = library_state_of(indexer->libraries, scan_order(scan)->library.id);

    if (!lib || lib->scan != scan)
        return;
    bool was_whole = !scan_order(scan)->targets;
    lib->scan = NULL;
    lib->hung = !result;
    if (!result)
        log_error("the file system of %s does not answer", (const char *)lib->library.path.at);
    else if (result->fault.code == ERR_OK)
        keep_result(indexer, lib, result);
    else if (result->fault.code != ERR_TIMEOUT)
        log_fault("scanning a library", &result->fault);
    plan_next_look(indexer, lib, result);
    if (result && (result->uncovered || result->needs_whole) && !was_whole)
        library_state_want_all(lib);
    if (result && result->fault.code == ERR_OK)
        question_settle(indexer, lib, was_whole, result);
    if (result && result->trees)
        schedule_follow_store(indexer);
    for (struct library_state *tree = indexer->libraries; result && tree; tree = tree->next)
        if (is_tree_to_scan(tree, lib, result) || is_left_by_items(tree, lib, result))
            library_state_want_all(tree);
    schedule_turn(indexer);
}

/* ---- turns ---- */

void schedule_look_again(struct indexer *indexer, struct id library, const char *path)
{
    struct library_state *lib = library_state_of(indexer->libraries, library);
    char folder[PATH_MAX], copy[PATH_MAX];
    const char *below;

    if (!lib || !text_copy(folder, sizeof(folder), text_of(path)) || !strrchr(folder, '/'))
        return;
    *strrchr(folder, '/') = 0;
    if (library_state_at(lib, bytes_of(folder, strlen(folder)), &below, copy) == lib)
        library_state_want_folder(lib, below, false);
}

void schedule_look_later(struct indexer *indexer, struct id library)
{
    struct library_state *lib = library_state_of(indexer->libraries, library);

    if (lib)
        library_state_look_within(lib, indexer->rescan_every);
}

void schedule_turn(struct indexer *indexer)
{
    removing_turn(indexer);
    for (struct library_state *lib = indexer->libraries; lib && can_start(indexer); lib = lib->next)
        if (library_state_wants_scan(lib) && !lib->removing && is_lane_free(indexer, lib))
            start_scan(indexer, lib);
}

void schedule_tick(struct indexer *indexer)
{
    usec_t now = clock_steady();

    if (!indexer->loaded)
        load_libraries(indexer);
    else
        schedule_follow_store(indexer);
    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (lib->look_at && lib->look_at <= now && !lib->scan)
            library_state_want_all(lib);
    schedule_turn(indexer);
}
