#include "services/indexer/scan/scan_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/hash.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "services/indexer/scan/scan_library.h"
#include "services/indexer/sessions/session_file.h"
#include "services/indexer/sessions/session_resolve.h"
#include "services/indexer/sessions/session_role.h"
#include "store/row.h"

enum { SESSIONS_TOGETHER = 32 };

enum err scan_sessions_see(struct scan *scan, const struct folder_node *node, const struct entry_list *files,
                           struct fault *fault)
{
    struct seen_session_list *list = &scan->sessions;

    for (uint32_t i = 0; i < files->count; i++) {
        if (list->count == list->room && !limits_leave(2 * list->room * (sizeof(*list->at) + PATH_MAX)))
            return limits_refuse(fault, "the sessions");
        const char *path = walk_join(&scan->arena, node->path, (const char *)files->at[i].name.at);
        if (session_file_is_backup(bytes_of(path, strlen(path))))
            continue;
        ALLOC_ROOM(list->at, list->count, list->room, 64);
        list->at[list->count++] = (struct seen_session){ path, files->at[i].trace };
    }
    return ERR_OK;
}

/* ---- some sessions at a time ---- */

struct settling {
    struct scan *scan;
    struct arena arena; /* of these sessions */
    struct session sessions[SESSIONS_TOGETHER];
    bool changed[SESSIONS_TOGETHER];
    uint32_t count;
    struct key after; /* of the walk over the known ones */
    bool is_over;
};

static struct id id_of_path(struct bytes path)
{
    struct hash hash = hash_of(path.at, path.len);
    struct id id;

    memcpy(id.b, hash.b, sizeof(id.b));
    return id;
}

static enum err put_session(struct scan *scan, const struct persist_put_session *put, struct fault *fault)
{
    const struct bytes path = put->session.path;
    struct done done;
    enum err e = scan_writer_ask(&scan->writer, "persist.put_session", put, &done, fault);

    if (e == ERR_OK || e == ERR_TIMEOUT)
        return e;
    log_warn("the session %.*s is not kept: %s", (int)path.len, (const char *)path.at, fault->what);
    *fault = (struct fault){ 0 };
    return ERR_OK;
}

static enum err settle_some(struct settling *s, struct fault *fault)
{
    struct scan *scan = s->scan;
    enum err e = session_resolve(&scan->errand, scan->catalogue, &s->arena, s->sessions, s->changed, s->count);

    if (e != ERR_OK)
        fault_set(fault, e, "the references of sessions cannot be found now");
    for (uint32_t i = 0; e == ERR_OK && i < s->count; i++)
        if (s->changed[i])
            e = put_session(scan, &(struct persist_put_session){ .session = s->sessions[i] }, fault);
    s->count = 0;
    memset(s->changed, 0, sizeof(s->changed));
    arena_reset(&s->arena);
    return e;
}

/* ---- new and changed files ---- */

struct known_session {
    const struct seen_session *seen;
    struct id library;
    struct arena *arena; /* of `row` */
    struct session row;
    bool is_there, is_unchanged;
};

static enum err compare_session(void *state, struct txn *txn)
{
    struct known_session *known = state;
    const struct seen_session *seen = known->seen;
    struct arena scratch = { 0 };
    struct session found;
    struct key key = key_id(id_of_path(bytes_of(seen->path, strlen(seen->path))));
    enum err e = row_get(txn, &scratch, DB_SESSION, &key, &session_shape, &found);

    known->is_there = e == ERR_OK;
    known->is_unchanged = e == ERR_OK && found.size == seen->trace.size && found.mtime == seen->trace.mtime &&
                          id_equal(found.library, known->library);
    if (e == ERR_OK && (!known->is_unchanged || found.failure.len > 0))
        codec_keep(&session_shape, &found, known->arena, &known->row);
    arena_free(&scratch);
    return e;
}

static void take_references(struct arena *arena, const struct session_read *read, struct session *to)
{
    to->references = (struct reference_list){ read->references.count, arena_array(arena, read->references.count + 1,
                                                                                  sizeof(struct reference)) };
    for (uint32_t i = 0; i < read->references.count; i++) {
        const struct session_reference *from = &read->references.at[i];
        to->references.at[i] = (struct reference){
            .path = from->path,
            .role = session_role(from->track),
            .size = from->size,
            .frames = from->frames,
            .state = { .value = REFERENCE_STATE_NONE },
        };
    }
}

/* A file that cannot be read may be as it was. */
static void keep_references(const struct session *known, struct session *to)
{
    to->program = known->program;
    to->version = known->version;
    to->references = known->references;
    to->more = known->more;
}

static enum err read_seen_session(struct settling *s, const struct seen_session *seen, struct session *to,
                                  struct fault *fault)
{
    struct session_read read;
    enum err e = session_file_read(&s->scan->errand, s->scan->paths, seen->path, &s->arena, &read, fault);

    *to = (struct session){ .path = bytes_of(seen->path, strlen(seen->path)),
                            .library = s->scan->order.library.id,
                            .program = read.program,
                            .version = read.version,
                            .size = seen->trace.size,
                            .mtime = seen->trace.mtime,
                            .failure = read.failure,
                            .more = read.more };
    to->id = id_of_path(to->path);
    if (e == ERR_OK)
        take_references(&s->arena, &read, to);
    return e;
}

static enum err settle_file(struct settling *s, const struct seen_session *seen, struct fault *fault)
{
    struct known_session known = { .seen = seen, .library = s->scan->order.library.id, .arena = &s->arena };
    struct session *to = &s->sessions[s->count];
    const bool retries = !s->scan->order.targets || s->scan->order.retry_failed;

    (void)catalogue_reader_within(s->scan->catalogue, compare_session, &known);
    if (known.is_unchanged && (known.row.failure.len == 0 || !retries))
        return ERR_OK;
    enum err e = read_seen_session(s, seen, to, fault);
    if (e != ERR_OK)
        return e;
    if (known.is_unchanged && text_equal(known.row.failure, to->failure))
        return ERR_OK;
    if (known.is_there && to->failure.len > 0 && to->references.count == 0)
        keep_references(&known.row, to);
    s->changed[s->count++] = true;
    return s->count == SESSIONS_TOGETHER ? settle_some(s, fault) : ERR_OK;
}

/* ---- known sessions ---- */

static bool has_open_reference(const struct session *session)
{
    for (uint32_t i = 0; i < session->references.count; i++)
        if (!session->references.at[i].has_media)
            return true;
    return false;
}

/* Takes the next sessions of this library. */
static enum err read_known(void *state, struct txn *txn)
{
    struct settling *s = state;
    struct arena scratch = { 0 };
    struct walk walk;
    enum err e = walk_begin(txn, DB_SESSION, key_bytes(&s->after), (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && s->count < SESSIONS_TOGETHER && (s->is_over = true, walk_next(&walk))) {
        struct session known;
        s->is_over = false;
        if (bytes_equal(walk.key, key_bytes(&s->after)))
            continue;
        s->after = key_id(key_id_at(walk.key, 0));
        arena_reset(&scratch);
        if (row_decode(txn, &scratch, walk.value, &session_shape, &known) == ERR_OK &&
            id_equal(known.library, s->scan->order.library.id))
            codec_keep(&session_shape, &known, &s->arena, &s->sessions[s->count++]);
    }
    walk_end(&walk);
    arena_free(&scratch);
    return e;
}

static bool is_session_gone(const struct session *session)
{
    char path[PATH_MAX];

    return bytes_copy(path, sizeof(path), session->path) && walk_is_gone(path);
}

/* True if the scan of a folder looks at the file's place: the folder lists the file, or no longer the one below it that
 * contains the file. If the folder itself is gone, only a scan around it counts the files that went with it. */
static bool target_covers(const struct scan_target *target, const char *folder, struct bytes path)
{
    char below[PATH_MAX];
    size_t len = strlen(folder);

    if (!bytes_path_contains(bytes_of(folder, len), path) || !bytes_copy(below, sizeof(below), path) ||
        walk_is_gone(folder))
        return false;
    char *slash = strchr(below + (len == 1 ? 1 : len + 1), '/');
    if (target->deep || !slash)
        return true;
    *slash = '\0';
    return walk_is_gone(below);
}

/* A scan of some folders does not count the files elsewhere, so it knows nothing about the sessions there. */
static bool is_place_scanned(const struct scan *scan, const struct session *session)
{
    char folder[PATH_MAX];

    for (uint32_t i = 0; scan->order.targets && i < scan->order.target_count; i++)
        if (scan_target_path(scan, &scan->order.targets[i], folder) &&
            target_covers(&scan->order.targets[i], folder, session->path))
            return true;
    return scan->order.targets == NULL;
}

/* A scan that marks no item as missing, or has missed some folders, ends no session either. While a question about
 * missing files is open, a scan of some folders does not know whether they are gone: the whole library is scanned
 * soon. */
static bool may_remove(const struct scan *scan)
{
    const bool is_in_question = scan->order.is_asked && scan->order.targets;

    return !scan->result.failed && !scan->went && scan->result.verdict == VERDICT_MARK && !is_in_question;
}

/* ---- how many are gone ---- */

static int by_trace(const void *a, const void *b)
{
    const struct seen_session *x = a, *y = b;

    if (x->trace.size != y->trace.size)
        return x->trace.size < y->trace.size ? -1 : 1;
    return (x->trace.mtime > y->trace.mtime) - (x->trace.mtime < y->trace.mtime);
}

/* The session files that the scan saw, sorted by size and time. */
static struct seen_session *list_seen(const struct scan *scan)
{
    size_t count = scan->sessions.count;
    struct seen_session *seen = alloc_zeroed(count + 1, sizeof(*seen));

    if (count)
        memcpy(seen, scan->sessions.at, count * sizeof(*seen));
    qsort(seen, count, sizeof(*seen), by_trace);
    return seen;
}

static bool has_name_of(const struct seen_session *seen, struct bytes path)
{
    const char *name = strrchr(seen->path, '/'), *was = memrchr(path.at, '/', path.len);
    const size_t len = was ? path.len - (size_t)(was - (const char *)path.at) : 0;

    return name && len && strlen(name) == len && memcmp(name, was, len) == 0;
}

/* The file that the scan saw with the size and the time of a session whose file is gone; of several one with its name;
 * NULL: none. */
static const struct seen_session *find_moved(const struct scan *scan, const struct seen_session *seen,
                                             const struct session *session)
{
    const struct seen_session was = { .trace = { .size = session->size, .mtime = session->mtime } };
    const struct seen_session *end = seen + scan->sessions.count, *found;

    found = bsearch(&was, seen, scan->sessions.count, sizeof(*seen), by_trace);
    while (found && found > seen && by_trace(found - 1, &was) == 0)
        found--;
    for (const struct seen_session *at = found; at && at < end && by_trace(at, &was) == 0; at++)
        if (has_name_of(at, session->path))
            return at;
    return found;
}

static void count_some(struct settling *s, const struct seen_session *seen)
{
    struct scan *scan = s->scan;

    for (uint32_t i = 0; i < s->count && errand_goes_on(&scan->errand); i++)
        scan->sessions_gone += is_place_scanned(scan, &s->sessions[i]) && is_session_gone(&s->sessions[i]) &&
                               !find_moved(scan, seen, &s->sessions[i]);
    scan->sessions_known += s->count;
    s->count = 0;
    arena_reset(&s->arena);
}

enum err scan_sessions_count(struct scan *scan, struct fault *fault)
{
    struct settling *s = alloc_zeroed(1, sizeof(*s));
    struct seen_session *seen = list_seen(scan);
    enum err e = ERR_OK;

    s->scan = scan;
    while (e == ERR_OK && !s->is_over && !scan->went) {
        e = catalogue_reader_within(scan->catalogue, read_known, s);
        count_some(s, seen);
    }
    arena_free(&s->arena);
    free(s);
    free(seen);
    return e == ERR_OK ? e : fault_set(fault, e, "the known sessions cannot be read");
}

/* ---- the end of known sessions ---- */

/* Looks at the library's place after the files: they may be gone because their drive went away during the scan. */
static enum err find_gone(struct settling *s, bool gone[SESSIONS_TOGETHER], bool ends[SESSIONS_TOGETHER],
                          struct fault *fault)
{
    bool any = false;

    for (uint32_t i = 0; i < s->count; i++) {
        if (!errand_goes_on(&s->scan->errand))
            return fault_set(fault, ERR_TIMEOUT, "the check of sessions was given up");
        gone[i] = is_session_gone(&s->sessions[i]) || session_file_is_backup(s->sessions[i].path);
        ends[i] = gone[i] && may_remove(s->scan) && is_place_scanned(s->scan, &s->sessions[i]);
        any |= ends[i];
    }
    return any ? scan_library_is_same(s->scan, fault) : ERR_OK;
}

static enum err remove_session(struct settling *s, const struct seen_session *seen, const struct session *session,
                               struct fault *fault)
{
    const struct seen_session *now = find_moved(s->scan, seen, session);
    struct persist_put_session put = { .session = *session, .removed = true, .has_moved_to = now != NULL };

    if (now)
        put.moved_to = id_of_path(bytes_of(now->path, strlen(now->path)));
    return put_session(s->scan, &put, fault);
}

/* Removes sessions whose file is gone; keeps the others that have references to find. */
static enum err sift_known(struct settling *s, const struct seen_session *seen, struct fault *fault)
{
    bool gone[SESSIONS_TOGETHER], ends[SESSIONS_TOGETHER];
    uint32_t kept = 0;
    enum err e = find_gone(s, gone, ends, fault);

    for (uint32_t i = 0; e == ERR_OK && i < s->count; i++) {
        if (ends[i])
            e = remove_session(s, seen, &s->sessions[i], fault);
        else if (!gone[i] && has_open_reference(&s->sessions[i]) && (s->scan->added || !s->scan->order.targets))
            s->sessions[kept++] = s->sessions[i];
    }
    s->count = kept;
    return e;
}

static enum err settle_known(struct settling *s, struct fault *fault)
{
    struct seen_session *seen = list_seen(s->scan);
    enum err e = ERR_OK;

    while (e == ERR_OK && !s->is_over) {
        e = catalogue_reader_within(s->scan->catalogue, read_known, s);
        e = e == ERR_OK ? sift_known(s, seen, fault) : fault_set(fault, e, "the known sessions cannot be read");
        if (e == ERR_OK)
            e = settle_some(s, fault);
    }
    free(seen);
    return e;
}

enum err scan_sessions_settle(struct scan *scan, struct fault *fault)
{
    struct settling *s = alloc_zeroed(1, sizeof(*s));
    enum err e = ERR_OK;

    s->scan = scan;
    for (size_t i = 0; e == ERR_OK && i < scan->sessions.count; i++)
        e = settle_file(s, &scan->sessions.at[i], fault);
    if (e == ERR_OK)
        e = settle_some(s, fault);
    if (e == ERR_OK)
        e = settle_known(s, fault);
    arena_free(&s->arena);
    free(s);
    if (e != ERR_OK && e != ERR_TIMEOUT && e != ERR_CONFLICT) {
        log_fault("reading sessions", fault);
        *fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return e;
}
