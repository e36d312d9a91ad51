#include "services/indexer/question.h"

#include "common/process/log.h"

enum { SOON_US = 1000000, PATH_SHOWN = 120 };

static struct missing_many question_of(const struct shelf *shelf)
{
    return (struct missing_many){ .library = shelf->library.id,
                                  .path = shelf->library.path,
                                  .missing = shelf->asked_missing,
                                  .of = shelf->asked_of,
                                  .lost = shelf->asked_lost };
}

static void publish_missing(struct indexer *indexer, const struct shelf *shelf)
{
    struct indexer_asks event = { .missing = question_of(shelf) };

    service_publish(indexer->service, "asks", &event);
}

static void ask_person(struct indexer *indexer, struct shelf *shelf, const struct scan_result *result)
{
    bool is_lost = result->verdict == VERDICT_LOST;

    if (shelf->asked_missing == result->missing && shelf->asked_of == result->of && shelf->asked_lost == is_lost)
        return;
    shelf->asked_missing = result->missing;
    shelf->asked_of = result->of;
    shelf->asked_lost = is_lost;
    log_warn("%llu of %llu files of %s are gone: %s; `loophole library rescan %s --accept-missing` marks them as "
             "missing",
             (unsigned long long)result->missing, (unsigned long long)result->of, (const char *)shelf->library.path.at,
             is_lost ? "they are taken for a volume that is away" : "none is marked",
             (const char *)shelf->library.path.at);
    publish_missing(indexer, shelf);
}

static void close_question(struct indexer *indexer, struct shelf *shelf)
{
    log_info("the question about the files that are gone from %s is settled", (const char *)shelf->library.path.at);
    shelf->asked_missing = shelf->asked_of = 0;
    shelf->asked_lost = false;
    publish_missing(indexer, shelf);
}

void question_settle(struct indexer *indexer, struct shelf *shelf, bool was_whole, const struct scan_result *result)
{
    bool asks = result->verdict != VERDICT_MARK;

    if (asks)
        ask_person(indexer, shelf, result);
    else if (shelf->asked_missing && was_whole)
        close_question(indexer, shelf);
    if (shelf->asked_missing && !was_whole)
        shelf->look_at = clock_steady() + SOON_US;
}

enum err question_list(const struct indexer *indexer, struct arena *arena, struct missing_many_list *to)
{
    uint32_t count = 0;

    for (const struct shelf *shelf = indexer->shelves; shelf; shelf = shelf->next)
        count += shelf->asked_missing > 0;
    to->at = arena_array(arena, count, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    for (const struct shelf *shelf = indexer->shelves; shelf; shelf = shelf->next)
        if (shelf->asked_missing)
            to->at[to->count++] = question_of(shelf);
    return ERR_OK;
}

struct text question_alarm(const struct indexer *indexer, struct arena *arena)
{
    for (const struct shelf *shelf = indexer->shelves; shelf; shelf = shelf->next) {
        const struct bytes path = shelf->library.path;
        if (!shelf->asked_missing)
            continue;
        if (path.len > PATH_SHOWN)
            return arena_printf(arena,
                                "%llu of %llu files of a library are gone; `loophole library list` says what to do",
                                (unsigned long long)shelf->asked_missing, (unsigned long long)shelf->asked_of);
        return arena_printf(arena, "%llu of %llu files of %.*s are gone; `loophole library list` says what to do",
                            (unsigned long long)shelf->asked_missing, (unsigned long long)shelf->asked_of,
                            (int)path.len, (const char *)path.at);
    }
    return (struct text){ 0 };
}
