#include <stdlib.h>
#include <string.h>

#include "common/process/log.h"
#include "schema_service.h"
#include "services/indexer/indexer.h"
#include "services/indexer/question.h"

enum {
    ANALYSER_WAIT_US = 10000000, /* at the start, for the first worker to say which analyser it is */
    AWAY_US = 15000000,          /* between looks for a library that is away */
    RETRY_US = 30000000,         /* after a scan that failed or hung */
    QUEUE_MAX = 200000,          /* files in memory; what is past it is found by another scan */
    REMOVAL_BUDGET_MS = 600000,
};

static void take_news(void *state, struct news *news);
static void end_scan(void *state, struct scan *scan, const struct scan_result *result);

/* ---- starting ---- */

static void load_libraries(struct indexer *indexer)
{
    struct arena arena = { 0 };
    struct library_list all = { 0 };

    if (known_libraries(indexer->known, &arena, &all) == ERR_OK) {
        for (uint32_t i = 0; i < all.count; i++) {
            struct shelf *shelf = shelf_put(&indexer->shelves, &all.at[i]);
            if (shelf)
                shelf_wish_whole(shelf);
        }
        indexer->loaded = true;
        progress_begin(indexer);
        log_info("%u libraries", all.count);
    }
    arena_free(&arena);
}

static bool start_scan(struct indexer *indexer, struct shelf *shelf)
{
    struct scan_events events = { take_news, end_scan, indexer };
    struct scan_order order = {
        .library = shelf->library,
        .targets = shelf->wish.whole ? NULL : shelf->wish.targets,
        .target_count = shelf->wish.whole ? 0 : shelf->wish.count,
        .accept_missing = shelf->wish.accept_missing,
        .retry_failed = shelf->wish.retry_failed,
        .analyser = hearing_analyser(indexer->hearing),
        .inotify = watch_fd(indexer->watch),
    };

    shelf->scan = scan_new(service_paths(indexer->service), indexer->known, indexer->mailbox, &order, &events);
    if (!shelf->scan)
        return false;
    if (shelf->wish.whole) {
        shelf->seen = 0;
        shelf->unwatched = order.inotify < 0;
    }
    shelf_wish_granted(shelf);
    shelf->look_at = 0;
    errand_start(indexer->scans, scan_errand(shelf->scan));
    return true;
}

static bool can_start(const struct indexer *indexer)
{
    bool ready = hearing_analyser(indexer->hearing) || clock_steady() - indexer->started > ANALYSER_WAIT_US;

    for (const struct shelf *shelf = indexer->shelves; shelf; shelf = shelf->next)
        if (shelf->scan)
            return false;
    return ready && indexer->moving == 0 && hearing_waiting(indexer->hearing) < QUEUE_MAX;
}

/* ---- removing ---- */

struct library_removal {
    struct indexer *indexer;
    struct id library;
    struct ticket ticket;
};

static void end_removal(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct library_removal removal = *(struct library_removal *)state;
    struct shelf *shelf = shelf_of(removal.indexer->shelves, removal.library);

    (void)answer;
    free(state);
    if (shelf && error == ERR_OK)
        shelf_remove(&removal.indexer->shelves, shelf);
    else if (shelf)
        shelf->removing = false;
    if (error == ERR_OK)
        ticket_answer(removal.indexer->service, removal.ticket, &(struct nothing){ 0 });
    else
        ticket_fail(removal.indexer->service, removal.ticket, fault);
}

static void remove_now(struct indexer *indexer, struct shelf *shelf)
{
    struct persist_remove_library request = { .id = shelf->library.id };
    struct library_removal *removal = malloc(sizeof(*removal));
    struct fault fault = { .code = ERR_FULL, .what = "no memory to remove a library" };
    enum err e = ERR_FULL;

    if (removal) {
        *removal = (struct library_removal){ indexer, shelf->library.id, shelf->removal };
        e = service_ask(indexer->service, "persist.remove_library", &request, REMOVAL_BUDGET_MS, &shelf->remover,
                        end_removal, removal, &fault);
    }
    if (e == ERR_OK) {
        shelf->asked_removal = true;
        return;
    }
    free(removal);
    shelf->removing = false;
    ticket_fail(indexer->service, shelf->removal, &fault);
}

void schedule_remove(struct indexer *indexer, struct shelf *shelf, struct call *call, struct ticket ticket)
{
    shelf->removing = true;
    shelf->asked_removal = false;
    shelf->removal = ticket;
    shelf->remover = call_sender(call);
    shelf_wish_granted(shelf);
    shelf->look_at = 0;
    if (shelf->scan)
        errand_stop(scan_errand(shelf->scan));
    watch_forget(indexer->watch, shelf->library.id);
    hearing_withdraw(indexer->hearing, shelf->library.id);
    schedule_turn(indexer);
}

/* ---- reports of a scan under way ---- */

static void take_work(struct indexer *indexer, struct shelf *shelf, struct news *news)
{
    struct work *work;

    while ((work = work_pop(&news->work))) {
        if (hearing_waiting(indexer->hearing) < QUEUE_MAX) {
            progress_begin(indexer);
            hearing_add(indexer->hearing, work);
            continue;
        }
        work_free(work);
        shelf_wish_whole(shelf);
    }
}

static void take_news(void *state, struct news *news)
{
    struct indexer *indexer = state;
    struct shelf *shelf = shelf_of(indexer->shelves, news->library);

    if (!shelf || shelf->removing)
        return;
    shelf->seen += news->files;
    for (const struct watched *watched = news->watched; watched; watched = watched->next)
        watch_add(indexer->watch, shelf->library.id, watched->wd, watched->path);
    if (news->watches_full && !shelf->unwatched) {
        log_warn("no inotify watches are left for %s: it is looked at every %lld minutes; raise "
                 "fs.inotify.max_user_watches",
                 (const char *)shelf->library.path.at, (long long)(indexer->rescan_every / 60000000));
        shelf->unwatched = true;
    }
    take_work(indexer, shelf, news);
}

/* ---- what came of it ---- */

static void keep_result(struct indexer *indexer, struct shelf *shelf, const struct scan_result *result)
{
    struct library library = shelf->library;

    if (library.online && !result->library.online)
        log_warn("%s is away", (const char *)library.path.at);
    if (!library.online && result->library.online)
        remake_wish(indexer); /* artefacts may have waited for it */
    library.path = result->library.path;
    library.online = result->library.online;
    library.files = result->library.files;
    library.too_long = result->library.too_long;
    library.too_long_in = result->library.too_long_in;
    library.too_long_first = result->library.too_long_first;
    shelf_put(&indexer->shelves, &library);
    if (result->away)
        watch_forget(indexer->watch, library.id);
}

static void end_scan(void *state, struct scan *scan, const struct scan_result *result)
{
    struct indexer *indexer = state;
    struct shelf *shelf = shelf_of(indexer->shelves, scan_order(scan)->library.id);

    if (!shelf || shelf->scan != scan)
        return;
    bool was_whole = !scan_order(scan)->targets;
    shelf->scan = NULL;
    shelf->hung = !result;
    if (!result)
        log_error("the file system of %s does not answer", (const char *)shelf->library.path.at);
    else if (result->fault.code == ERR_OK)
        keep_result(indexer, shelf, result);
    else if (result->fault.code != ERR_TIMEOUT)
        log_fault("looking at a library", &result->fault);
    if (!result || result->fault.code != ERR_OK)
        shelf->look_at = clock_steady() + RETRY_US;
    else if (result->away)
        shelf->look_at = clock_steady() + AWAY_US;
    else if (shelf->unwatched)
        shelf->look_at = clock_steady() + indexer->rescan_every;
    if (result && result->fault.code == ERR_OK)
        question_settle(indexer, shelf, was_whole, result);
    schedule_turn(indexer);
}

/* ---- turns ---- */

void schedule_look_again(struct indexer *indexer, struct id library, const char *path)
{
    struct shelf *shelf = shelf_of(indexer->shelves, library);
    char folder[PATH_MAX], copy[PATH_MAX];
    const char *below;

    if (!shelf || !text_copy(folder, sizeof(folder), text_of(path)) || !strrchr(folder, '/'))
        return;
    *strrchr(folder, '/') = 0;
    if (shelf_at(shelf, bytes_of(folder, strlen(folder)), &below, copy) == shelf)
        shelf_wish_folder(shelf, below, false);
}

void schedule_turn(struct indexer *indexer)
{
    struct shelf *next;

    for (struct shelf *shelf = indexer->shelves; shelf; shelf = next) {
        next = shelf->next;
        if (shelf->removing && !shelf->asked_removal && !shelf->scan)
            remove_now(indexer, shelf);
    }
    for (struct shelf *shelf = indexer->shelves; shelf && can_start(indexer); shelf = shelf->next)
        if (shelf_wishes(shelf) && !shelf->removing)
            start_scan(indexer, shelf);
}

void schedule_tick(struct indexer *indexer)
{
    usec_t now = clock_steady();

    if (!indexer->loaded)
        load_libraries(indexer);
    for (struct shelf *shelf = indexer->shelves; shelf; shelf = shelf->next)
        if (shelf->look_at && shelf->look_at <= now && !shelf->scan)
            shelf_wish_whole(shelf);
    schedule_turn(indexer);
}

bool schedule_is_idle(const struct indexer *indexer)
{
    if (!indexer->loaded || indexer->adopting || indexer->moving)
        return false;
    for (const struct shelf *shelf = indexer->shelves; shelf; shelf = shelf->next)
        if (shelf->scan || shelf->removing || shelf_wishes(shelf))
            return false;
    return true;
}
