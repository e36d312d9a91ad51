#include <string.h>

#include "common/log.h"
#include "services/indexer/indexer.h"

enum {
    ANALYSER_WAIT_US = 10000000, /* at the start, for the first worker to say which analyser it is */
    AWAY_US = 15000000,          /* between looks for a library that is away */
    RETRY_US = 30000000,         /* after a scan that failed or hung */
    QUEUE_MAX = 200000,          /* files in memory; what is past it is found by another scan */
    REMOVAL_BUDGET_MS = 600000,
};

static void heard(void *state, struct news *news);
static void done(void *state, struct scan *scan, const struct scan_result *result);

/* ---- starting ---- */

static void load(struct indexer *indexer)
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
        log_info("%u libraries", all.count);
    }
    arena_free(&arena);
}

static bool start_scan(struct indexer *indexer, struct shelf *shelf)
{
    struct scan_listener listener = { heard, done, indexer };
    struct scan_order order = {
        .library = shelf->library,
        .targets = shelf->wish.whole ? NULL : shelf->wish.targets,
        .target_count = shelf->wish.whole ? 0 : shelf->wish.count,
        .accept_missing = shelf->wish.accept_missing,
        .retry_failed = shelf->wish.retry_failed,
        .analyser = hearing_analyser(indexer->hearing),
        .inotify = watch_fd(indexer->watch),
    };

    shelf->scan = scan_new(service_paths(indexer->service), indexer->known, indexer->mailbox, &order, &listener);
    if (!shelf->scan)
        return false;
    progress_begin(indexer);
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

static void removed(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct shelf *shelf = state;
    struct ticket ticket = shelf->removal;
    struct indexer *indexer = shelf->indexer;

    (void)answer;
    shelf->removal = (struct ticket){ 0 };
    shelf->removing = false;
    if (error != ERR_OK) {
        ticket_fail(indexer->service, ticket, fault);
        return;
    }
    shelf_remove(&indexer->shelves, shelf);
    ticket_answer(indexer->service, ticket, NULL);
}
