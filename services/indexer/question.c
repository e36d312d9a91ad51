#include "services/indexer/question.h"

#include "common/process/log.h"

enum { SOON_US = 1000000, PATH_SHOWN = 120 };

static struct missing_many question_of(const struct library_state *lib)
{
    return (struct missing_many){ .library = lib->library.id,
                                  .path = lib->library.path,
                                  .missing = lib->asked_missing,
                                  .of = lib->asked_of,
                                  .lost = lib->asked_lost };
}

static void publish_missing(struct indexer *indexer, const struct library_state *lib)
{
    struct indexer_asks event = { .missing = question_of(lib) };

    service_publish(indexer->service, "asks", &event);
}

static void ask_person(struct indexer *indexer, struct library_state *lib, const struct scan_result *result)
{
    bool is_lost = result->verdict == VERDICT_LOST;

    if (lib->asked_missing == result->missing && lib->asked_of == result->of && lib->asked_lost == is_lost)
        return;
    lib->asked_missing = result->missing;
    lib->asked_of = result->of;
    lib->asked_lost = is_lost;
    log_warn("%llu of %llu files of %s are gone: %s; `loophole library rescan %s --accept-missing` marks them as "
             "missing",
             (unsigned long long)result->missing, (unsigned long long)result->of, (const char *)lib->library.path.at,
             is_lost ? "they are treated like a volume that is away" : "none is marked missing",
             (const char *)lib->library.path.at);
    publish_missing(indexer, lib);
}

static void close_question(struct indexer *indexer, struct library_state *lib)
{
    log_info("the question about missing files in %s is settled", (const char *)lib->library.path.at);
    lib->asked_missing = lib->asked_of = 0;
    lib->asked_lost = false;
    publish_missing(indexer, lib);
}

void question_settle(struct indexer *indexer, struct library_state *lib, bool was_whole,
                     const struct scan_result *result)
{
    bool asks = result->verdict != VERDICT_MARK;

    if (result->away)
        return;
    if (was_whole || result->failed)
        lib->unread = result->failed;
    if (asks && (was_whole || !lib->asked_missing))
        ask_person(indexer, lib, result);
    else if (!asks && lib->asked_missing && was_whole && !result->failed)
        close_question(indexer, lib);
    if (lib->asked_missing && !was_whole)
        library_state_look_within(lib, SOON_US);
}

enum err question_list(const struct indexer *indexer, struct arena *arena, struct missing_many_list *to)
{
    uint32_t count = 0;

    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        count += lib->asked_missing > 0;
    to->at = arena_array(arena, count, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (lib->asked_missing)
            to->at[to->count++] = question_of(lib);
    return ERR_OK;
}

static struct text name_of(const struct library_state *lib)
{
    const struct bytes path = lib->library.path;

    return path.len > PATH_SHOWN ? TEXT("a library") : (struct text){ path.len, (const char *)path.at };
}

static struct text question_words(const struct library_state *lib, struct arena *arena)
{
    return arena_printf(arena, "%llu of %llu files of %.*s are gone; `loophole library list` shows what to do",
                        (unsigned long long)lib->asked_missing, (unsigned long long)lib->asked_of,
                        TEXT_ARG(name_of(lib)));
}

static struct text unread_words(const struct library_state *lib, struct arena *arena)
{
    return arena_printf(arena,
                        "%llu files and folders of %.*s could not be read: nothing there is marked as missing until "
                        "a scan reads all",
                        (unsigned long long)lib->unread, TEXT_ARG(name_of(lib)));
}

struct text question_alarm(const struct indexer *indexer, struct arena *arena)
{
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (lib->asked_missing)
            return question_words(lib, arena);
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (lib->unread)
            return unread_words(lib, arena);
    return (struct text){ 0 };
}
