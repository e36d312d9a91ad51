#include "services/project/library/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/naming/safe_names.h"
#include "services/project/parts/kinds.h"
#include "store/pattern/gzip.h"
#include "store/pattern/message.h"

enum { GENRE_BYTES = 64 }; /* as a pattern's own genre allows */
enum { LOCK_LOOK_US = 100000 };
static const char genres[] = "library/genre/", archive[] = "archive/";

struct pattern_library *library_new(const char *data)
{
    struct pattern_library *library = alloc_zeroed(1, sizeof(*library));

    (void)snprintf(library->folder, sizeof(library->folder), "%.4000s/patterns", data);
    (void)pthread_mutex_init(&library->lock, NULL);
    return library;
}

enum err library_refuse_silent(struct fault *fault)
{
    return fault_set(fault, ERR_TIMEOUT, "the disk of the library of patterns does not answer");
}

static bool try_lock(struct pattern_library *library)
{
    const struct timespec until = clock_timespec(clock_steady() + LOCK_LOOK_US);

    return pthread_mutex_clocklock(&library->lock, CLOCK_MONOTONIC, &until) == 0;
}

/* A thread that waits for the lock makes progress: it does not wait for the disk. */
enum err library_lock(struct pattern_library *library, struct errand *errand, struct in_hand *hand, struct fault *fault)
{
    const usec_t until = clock_steady() + LIBRARY_LOCK_S * 1000000;

    do {
        if (try_lock(library)) {
            library->errand = errand;
            library->hand = hand;
            return ERR_OK;
        }
        if (!errand_goes_on(errand))
            return fault_set(fault, ERR_OFFLINE, "the service is stopping");
    } while (clock_steady() < until);
    if (atomic_load(&library->is_silent))
        return library_refuse_silent(fault);
    fault_set(fault, ERR_BUSY, "another ask has used the library of patterns for %d s", LIBRARY_LOCK_S);
    return fault_hint(fault, "ask again later"), ERR_BUSY;
}

void library_unlock(struct pattern_library *library)
{
    atomic_store(&library->is_silent, false);
    library->errand = NULL;
    (void)pthread_mutex_unlock(&library->lock);
}

void library_go_on(const struct pattern_library *library)
{
    (void)errand_goes_on(library->errand); /* what has begun is finished */
}

/* ---- names ---- */

static struct text cut_start(struct text from, const char *start)
{
    const uint32_t len = (uint32_t)strlen(start);

    return text_starts(from, text_of(start)) ? (struct text){ from.len - len, from.at + len } : from;
}

static struct text cut_end(struct text from, const char *end)
{
    const struct text ending = text_of(end);

    return (struct text){ from.len - (text_ends(from, ending) ? ending.len : 0), from.at };
}

struct text library_place(struct arena *arena, struct text path)
{
    return arena_text(arena, cut_end(cut_end(cut_start(cut_start(path, archive), genres), ".gz"), ".json"));
}

bool library_is_archived(struct text path)
{
    return text_starts(path, text_of(archive));
}

bool library_is_genre(struct text folder)
{
    return !text_is(folder, "user") && !text_is(folder, "templates");
}

enum err library_path(struct arena *arena, struct text folder, struct text name, struct text *to, struct fault *fault)
{
    char in[SAFE_NAME_SIZE], file[SAFE_NAME_SIZE];

    if (name.len == 0)
        return message_fault(MESSAGE_NO_NAME, name, name, fault);
    if (kinds_check_pattern_name(name, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    if (folder.len > GENRE_BYTES)
        return message_fault(MESSAGE_BAD_NAME, folder, (struct text){ 0 }, fault);
    if (kinds_check_pattern_name(folder, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    safe_name_write(folder, in);
    safe_name_write(name, file);
    *to = arena_printf(arena, "%s%s/%s.json", library_is_genre(folder) ? genres : "", in, file);
    return ERR_OK;
}

/* ---- finding ---- */

static bool is_entry_named(const struct library_entry *entry, struct text named)
{
    const char *slash = memrchr(entry->line.place.at, '/', entry->line.place.len);
    const uint32_t from = slash ? (uint32_t)(slash + 1 - entry->line.place.at) : 0;

    return text_equal(entry->line.name, named) ||
           text_equal((struct text){ entry->line.place.len - from, entry->line.place.at + from }, named);
}

const struct library_entry *library_find_replaced(const struct pattern_library *library, struct text path,
                                                  struct text name)
{
    for (uint32_t i = 0; i < library->count; i++) {
        const struct library_entry *entry = &library->entries[i];
        if (text_equal_caseless(entry->path, path) && !(text_equal(entry->path, path) && is_entry_named(entry, name)))
            return entry;
    }
    return NULL;
}

enum err library_find(const struct pattern_library *library, struct text named, bool archived,
                      const struct library_entry **to, struct fault *fault)
{
    const struct library_entry *found = NULL;

    if (named.len == 0)
        return message_fault(MESSAGE_NO_NAME, named, named, fault);
    for (uint32_t i = 0; i < library->count; i++)
        if (library->entries[i].line.archived == archived && text_equal(library->entries[i].line.place, named))
            return *to = &library->entries[i], ERR_OK;
    for (uint32_t i = 0; i < library->count; i++) {
        const struct library_entry *entry = &library->entries[i];

        if (entry->line.archived != archived || !is_entry_named(entry, named))
            continue;
        if (found) {
            message_fault(MESSAGE_SEVERAL_FILES, named, found->line.place, fault);
            return fault_hint(fault, "name one by its place: %.*s, %.*s", TEXT_ARG(found->line.place),
                              TEXT_ARG(entry->line.place)),
                   fault->code;
        }
        found = entry;
    }
    *to = found;
    return found ? ERR_OK : message_fault(MESSAGE_NO_FILE, named, (struct text){ 0 }, fault);
}

enum err library_text(const struct pattern_library *library, const struct library_entry *entry, struct arena *arena,
                      struct text *to, struct fault *fault)
{
    char path[PATH_MAX + 800];
    struct buffer bytes = { 0 };
    enum err e;

    (void)snprintf(path, sizeof(path), "%s/%.*s", library->folder, TEXT_ARG(entry->path));
    e = gzip_read_file(path, PATTERN_FILE_BYTES, &bytes, fault);
    if (e == ERR_OK)
        *to = arena_text(arena, (struct text){ (uint32_t)bytes.len, (const char *)bytes.at });
    buffer_free(&bytes);
    return e;
}

enum err library_need_text(const struct pattern_library *library, const struct library_entry *entry,
                           struct arena *arena, struct text *to, struct fault *fault)
{
    struct fault why = { 0 };
    enum err e = library_text(library, entry, arena, to, &why);

    if (e == ERR_OK)
        return e;
    message_fault(e == ERR_BAD_REQUEST ? MESSAGE_FILE_CORRUPT : MESSAGE_FILE_UNREADABLE, entry->line.place,
                  text_of(why.what), fault);
    return fault->code = e;
}
