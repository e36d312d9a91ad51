#include "services/indexer/scan/scan_settle.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/indexer/scan/scan_exchange.h"
#include "services/indexer/scan/scan_folder_moves.h"
#include "services/indexer/scan/scan_library.h"
#include "services/indexer/scan/scan_moves.h"
#include "services/indexer/scan/scan_place.h"
#include "services/indexer/scan/scan_sessions.h"

enum { SOME = 2000 /* newcomers whose folders are reported together */ };

#define LATELY_US INT64_C(3600000000)

/* A program that saves a file again makes it just before. An older one comes from a folder that this scan does not
 * see. */
static bool comes_from_elsewhere(const struct scan *scan, const struct newcomer *newcomer, const struct fresh *fresh)
{
    return scan->order.targets && newcomer->gone && fresh->was < 0 && settle_is_old(fresh);
}

/* The items move first, and then get the new state at their new places. `fresh` NULL: none moves. */
static enum err place_newcomers(struct scan *scan, struct fresh *fresh, struct fault *fault)
{
    enum err e = fresh && scan->gone.count ? scan_folder_moves_send(scan, fresh, fault) : ERR_OK;

    if (e == ERR_OK)
        e = scan_place_folders(scan, fault);

    if (e == ERR_OK && fresh)
        e = scan_moves_send(scan, fresh, fault);
    for (size_t i = 0; e == ERR_OK && i < scan->newcomers.count; i++) {
        const struct newcomer *newcomer = &scan->newcomers.at[i];
        if (fresh && comes_from_elsewhere(scan, newcomer, &fresh[i])) {
            scan->result.needs_whole = true;
            continue;
        }
        e = scan_place(scan, newcomer->node, &newcomer->entry, newcomer->again, fault);
        arena_reset(&scan->folder);
    }
    scan->newcomers.count = 0;
    return e;
}

enum err scan_settle_some(struct scan *scan, struct fault *fault)
{
    bool is_first = !scan->order.targets && scan->order.library.files == 0 && !scan->gone.count;

    return is_first && scan->newcomers.count >= SOME ? place_newcomers(scan, NULL, fault) : ERR_OK;
}

/* True if the file is gone again: other programs make files and soon rename or remove them. Such a file would become a
 * missing item. The next scan finds its final name. */
static bool has_gone_again(struct scan *scan, const struct newcomer *newcomer)
{
    if (newcomer->entry.is_placeholder)
        return false;
    const char *path = walk_join(&scan->folder, newcomer->node->path, (const char *)newcomer->entry.name.at);
    bool has_gone = walk_is_gone(path);

    arena_reset(&scan->folder);
    return has_gone;
}

static void forget_gone(struct scan *scan)
{
    struct newcomer_list *list = &scan->newcomers;
    size_t kept = 0;

    for (size_t i = 0; i < list->count && errand_goes_on(&scan->errand); i++) {
        const bool is_kept = !has_gone_again(scan, &list->at[i]);
        if (list->at[i].gone)
            scan->gone.at[list->at[i].gone - 1].taken_by = is_kept ? kept + 1 : 0;
        if (is_kept)
            list->at[kept++] = list->at[i];
    }
    list->count = kept;
}

static usec_t find_born(struct scan *scan, const struct newcomer *newcomer)
{
    const usec_t at = walk_born(walk_join(&scan->folder, newcomer->node->path, (const char *)newcomer->entry.name.at));

    arena_reset(&scan->folder);
    return at;
}

static enum err settle_newcomers(struct scan *scan, struct fault *fault)
{
    forget_gone(scan);

    size_t count = scan->newcomers.count;
    struct fresh *fresh;

    if (!limits_leave(count * sizeof(*fresh)))
        return limits_refuse(fault, "the new files");
    fresh = alloc_zeroed(count, sizeof(*fresh));
    for (size_t i = 0; i < count; i++)
        fresh[i] = (struct fresh){ .trace = scan->newcomers.at[i].entry.trace,
                                   .is_at_known = scan->newcomers.at[i].gone > 0,
                                   .born = scan->gone.count ? find_born(scan, &scan->newcomers.at[i]) : 0 };
    settle_moves(scan->gone.at, scan->gone.count, fresh, count);
    enum err e = scan_exchange_find(scan, fresh, count, fault);
    for (size_t i = 0; i < scan->gone.count; i++)
        scan->returned += scan->gone.at[i].missing && scan->gone.at[i].moved;
    if (e == ERR_OK)
        e = place_newcomers(scan, fresh, fault);
    free(fresh);
    return e;
}

static enum err mark_gone(struct scan *scan, enum item_state availability, struct fault *fault)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < scan->gone.count; i++) {
        struct gone *gone = &scan->gone.at[i];
        if (gone->moved || gone->missing || gone->taken_by)
            continue;
        if (availability == ITEM_STATE_MISSING)
            e = scan_moves_to_copy(scan, gone, fault);
        if (e == ERR_OK && !gone->moved)
            e = scan_place_presence(scan, gone, availability, fault);
        arena_reset(&scan->folder);
    }
    return e;
}

static void count_gone(struct scan *scan)
{
    struct scan_result *result = &scan->result;
    uint64_t before = 0;

    for (size_t i = 0; i < scan->gone.count; i++) {
        if (scan->gone.at[i].taken_by)
            continue; /* among the items of the walk */
        before += !scan->gone.at[i].missing;
        scan->absent += scan->gone.at[i].missing && !scan->gone.at[i].moved;
        scan->vanished += !scan->gone.at[i].missing && !scan->gone.at[i].moved;
    }
    result->of = before + scan->items;
    if ((scan->order.targets || scan->denied || scan->went) && result->of < scan->order.library.files)
        result->of = scan->order.library.files;
    result->missing = scan->vanished + scan->sessions_gone;
    result->of += scan->sessions_known;
}

/* Files may vanish in small pieces: inotify reports each folder of a deletion. So the files that scans have marked
 * lately count together. They are in the library's record, so that a successor knows them. A person's answer about the
 * library ends the count; one about some folders leaves it as it is. */
static uint64_t vanished_lately(const struct scan *scan)
{
    const struct library *library = &scan->order.library;
    usec_t since = clock_now() - library->vanished_at;
    bool is_answered = scan->order.accept_missing && !scan->order.targets;
    bool counts = !is_answered && library->has_vanished && since <= LATELY_US;
    uint64_t count = counts && library->vanished > scan->returned ? library->vanished - scan->returned : 0;

    return scan->order.targets || count < scan->absent ? count : scan->absent;
}

/* Writes the count of gone files before the files are marked. A scan that dies in between counts them twice, so the
 * question comes sooner. */
static enum err note_vanished(struct scan *scan, uint64_t count, struct fault *fault)
{
    struct library *is = &scan->result.library;

    if (count == is->vanished)
        return ERR_OK;
    is->has_vanished = is->has_vanished_at = count > 0;
    is->vanished = count;
    is->vanished_at = count ? clock_now() : 0;
    return scan->vanished ? scan_library_put(scan, fault) : ERR_OK;
}

/* The files that a scan of some folders misses may be those of the library's open question. A person answers it. */
static bool is_in_question(const struct scan *scan)
{
    return scan->order.is_asked && scan->order.targets && !scan->order.accept_missing;
}

/* Decides whether the scan may mark files as missing, or must ask first. If no further file is gone, there is no
 * question. */
static enum err judge_gone(struct scan *scan, struct fault *fault)
{
    struct scan_result *result = &scan->result;
    uint64_t before = vanished_lately(scan), marked = scan->order.accept_missing ? 0 : scan->vanished;

    if (result->missing && is_in_question(scan))
        result->verdict = VERDICT_ASK;
    else if (result->missing)
        result->verdict = settle_verdict(result->missing + before, result->of + before, scan->order.accept_missing);
    else
        result->verdict = VERDICT_MARK;
    return result->verdict == VERDICT_MARK ? note_vanished(scan, before + marked, fault) : ERR_OK;
}

/* A disk that fails to read one folder may leave out names of others. The next scan without an error marks them. */
static bool skips_gone(const struct scan *scan)
{
    const struct scan_result *result = &scan->result;

    if (result->failed && scan->gone.count)
        log_warn("%s: %llu files and folders could not be read: nothing is marked as missing",
                 (const char *)result->library.path.at, (unsigned long long)result->failed);
    return result->failed > 0;
}

enum err scan_settle(struct scan *scan, struct fault *fault)
{
    static const enum item_state means[] = {
        [VERDICT_MARK] = ITEM_STATE_MISSING, [VERDICT_LOST] = ITEM_STATE_EXTERNAL_OFFLINE
    };
    struct scan_result *result = &scan->result;
    enum err e = scan_sessions_count(scan, fault);

    if (e == ERR_OK)
        e = scan_exchange_suspects(scan, fault);
    if (e == ERR_OK && (scan->gone.count || scan->sessions_gone))
        e = scan_library_is_same(scan, fault);
    if (e == ERR_OK)
        e = settle_newcomers(scan, fault);
    if (e != ERR_OK || skips_gone(scan))
        return e;
    count_gone(scan);
    e = judge_gone(scan, fault);
    if (e == ERR_OK && result->verdict != VERDICT_ASK)
        e = mark_gone(scan, means[result->verdict], fault);
    return e;
}
