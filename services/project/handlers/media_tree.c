#include "services/project/handlers/media_tree.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_indexer.h"
#include "services/project/catalogue/missing_note.h"
#include "services/project/parts/uses.h"

enum { BUDGET_MS = 30000 };
enum { TICK_US = 50000, LOOK_US = 200000, PROGRESS_MS = 2000 };

static void note_tree(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct project *p = state;

    (void)answer;
    p->is_media_added = true;
    if (error != ERR_OK && error != ERR_NOT_FOUND)
        log_warn("the Media of a project is not scanned: %s", fault->what);
}

static void add_tree(struct project *p, struct txn *txn, struct arena *arena, struct id project)
{
    struct text folder = elements_folder(txn, arena, project);
    struct indexer_add_library ask = { .has_project = true, .project = project };

    p->is_media_added = folder.len == 0;
    if (folder.len == 0)
        return;
    folder = arena_printf(arena, "%.*s/Media/Audio", TEXT_ARG(folder));
    ask.path = bytes_of(folder.at, folder.len);
    if (service_ask(p->service, "indexer.add_library", &ask, BUDGET_MS, NULL, note_tree, p, NULL) == ERR_OK)
        return;
    p->is_media_added = true;
    log_warn("the Media of a project is not scanned: too many asks are in progress");
}

static void add_noted(struct project *p, struct id project, bool added)
{
    struct arena arena = { 0 };
    struct txn *txn;

    (void)added;
    if (project_read(p, &txn, NULL) != ERR_OK)
        return;
    add_tree(p, txn, &arena, project);
    txn_end(txn);
    arena_free(&arena);
}

void media_tree_add(struct project *p, struct id project)
{
    p->is_media_added = false;
    missing_note(p, project, add_noted);
}

/* ---- waiting for it ---- */

struct media_wait {
    struct work *work;
    usec_t until, look; /* when the sounds are counted again: a large project takes long, so each pause is longer */
    usec_t pause;
    struct media_wait *next;
};

static uint32_t count_missing(struct txn *txn, struct arena *arena, struct id project)
{
    struct element_list parts;
    struct item_uses uses;
    uint32_t missing = 0;

    if (parts_all(txn, arena, project, &parts) != ERR_OK)
        return 0;
    uses_find(arena, &parts, &uses);
    uses_resolve(txn, arena, &parts, &uses);
    for (uint32_t i = 0; i < uses.count; i++)
        missing += uses.at[i].state == USE_MISSING;
    return missing;
}

static bool is_missing_some(struct project *p, struct id project)
{
    struct arena arena = { 0 };
    struct txn *txn;
    bool is;

    if (project_read(p, &txn, NULL) != ERR_OK)
        return false;
    is = count_missing(txn, &arena, project) > 0;
    txn_end(txn);
    arena_free(&arena);
    return is;
}

static bool is_over(struct project *p, struct media_wait *wait, usec_t now)
{
    if (now >= wait->until)
        return true;
    if (now < wait->look)
        return false;
    wait->pause *= 4;
    wait->look = now + wait->pause;
    return !is_missing_some(p, wait->work->id);
}

/* Ends those that are over, or all. A work that continues may begin another wait. */
static void end_waits(struct project *p, bool all)
{
    const usec_t now = clock_steady();
    struct media_wait *ended = NULL, **at = &p->media_waits;

    while (*at) {
        struct media_wait *wait = *at;
        if (!all && !is_over(p, wait, now)) {
            at = &wait->next;
            continue;
        }
        *at = wait->next;
        wait->next = ended;
        ended = wait;
    }
    while (ended) {
        struct media_wait *wait = ended;
        ended = wait->next;
        work_continue(wait->work);
        free(wait);
    }
}

/* The indexer finds the sounds of Media before it is idle. */
static void take_progress(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct project *p = state;

    (void)fault;
    p->is_progress_asked = false;
    if (error == ERR_OK && p->is_media_added && ((const struct progress *)answer)->idle)
        end_waits(p, true);
}

static void tick_waits(void *project)
{
    struct project *p = project;

    end_waits(p, false);
    if (!p->media_waits)
        service_every(p->service, 0, tick_waits, p);
    else if (p->is_media_added && !p->is_progress_asked)
        p->is_progress_asked =
            service_ask(p->service, "indexer.progress", NULL, PROGRESS_MS, NULL, take_progress, p, NULL) == ERR_OK;
}

void media_tree_wait(struct work *work, usec_t until)
{
    struct media_wait *wait = alloc_zeroed(1, sizeof(*wait));

    *wait = (struct media_wait){
        .work = work, .until = until, .look = clock_steady() + LOOK_US, .pause = LOOK_US, .next = work->p->media_waits
    };
    work->p->media_waits = wait;
    work->is_sent = true;
    service_every(work->p->service, TICK_US, tick_waits, work->p);
}

void media_tree_close(struct project *p)
{
    while (p->media_waits) {
        struct media_wait *wait = p->media_waits;
        p->media_waits = wait->next;
        free(wait);
    }
}
