#include "store/open/migrate.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/process/log.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/check/check.h"
#include "store/files.h"
#include "store/keys.h"
#include "store/open/migrate_mark.h"
#include "store/open/migrate_steps.h"
#include "store/open/replace.h"

/* The bounds of one commit. The progress is reported every few rows, because the slowest row takes milliseconds. */
enum { ROWS_A_COMMIT = 10000, BYTES_A_COMMIT = 32 << 20, ROWS_A_REPORT = 32, PROBLEM_ROOM = 400 };
static const struct bytes none = { 0, NULL };

struct run {
    struct store *old, *new;
    struct txn *from; /* a read transaction of the old store */
    struct writing w; /* a write transaction of the new store; w.txn NULL: none is open */
    struct arena arena;
    struct migrate_mark mark;
    uint64_t total;   /* rows of all stages and of the check */
    uint64_t checked; /* rows of the checks that ended */
    bool went_on;     /* this process continues the work of a dead one */
    const struct long_work *work;
    struct fault *fault;
};

static void report_progress(const struct run *r, uint64_t done)
{
    work_report(r->work, WORK_MIGRATING, done, r->total);
}

/* ---- stages: each database is copied, then each step runs ---- */

static bool is_copy(const struct run *r)
{
    return r->mark.stage < DB_COUNT;
}

static const struct migrate_step *step_of(const struct run *r)
{
    return &migrate_steps[r->mark.stage - DB_COUNT];
}

/* True for a step that the old store has done already. */
static bool is_left_out(const struct run *r, const struct migrate_step *step)
{
    return step->to <= r->mark.source.from;
}

static enum err do_row(struct run *r, struct bytes key, struct bytes value)
{
    if (!is_copy(r)) {
        enum err e = step_of(r)->row(&r->w, &r->arena, key, value);
        return e == ERR_INTERNAL ? ERR_OK : e; /* the check counts the row */
    }
    if (r->mark.stage == DB_META && text_is((struct text){ (uint32_t)key.len, (const char *)key.at }, MIGRATE_MARK))
        return ERR_OK;
    return txn_put(r->w.txn, (enum database)r->mark.stage, key, value);
}

static enum err do_and_mark_row(struct run *r, const struct walk *walk)
{
    struct migrate_mark before = { .key_len = 0 };
    struct bytes key;
    enum err e;

    if (!migrate_mark_row(&before, walk->key)) /* a copy of the key: its row may move when the step writes */
        return ERR_INTERNAL;
    key = bytes_of(before.key, before.key_len);
    e = do_row(r, key, walk->value);
    arena_reset(&r->arena);
    (void)migrate_mark_row(&r->mark, key);
    if (++r->mark.rows % ROWS_A_REPORT == 0)
        report_progress(r, r->mark.rows);
    return e;
}

/* A copy reads the old store in one walk. A step may write to the database that it walks. Since a write ends a walk, a
 * step begins a new walk after each row. */
static enum err find_next(const struct run *r, struct walk *walk, bool *found)
{
    struct bytes after = bytes_of(r->mark.key, r->mark.key_len);
    enum err e;

    if (!is_copy(r) || !walk->started) {
        walk_end(walk);
        e = is_copy(r) ? walk_begin(r->from, (enum database)r->mark.stage, after, none, walk)
                       : walk_begin(r->w.txn, step_of(r)->over, after, none, walk);
        if (e != ERR_OK)
            return e;
    }
    *found = walk_next(walk);
    if (*found && migrate_mark_is_at(&r->mark, walk->key))
        *found = walk_next(walk);
    return ERR_OK;
}

/* Handles the rows of one commit. `more`: the stage may have others. */
static enum err do_piece(struct run *r, bool *more)
{
    uint64_t rows = 0, bytes = 0;
    struct walk walk = { 0 };
    bool found = false;
    enum err e;

    *more = false;
    while ((e = find_next(r, &walk, &found)) == ERR_OK && found) {
        if (rows++ == ROWS_A_COMMIT || bytes > BYTES_A_COMMIT) {
            *more = true;
            break;
        }
        bytes += walk.value.len;
        if ((e = do_and_mark_row(r, &walk)) != ERR_OK)
            break;
    }
    walk_end(&walk);
    return e;
}

static enum err next_stage(struct run *r)
{
    enum err e = ERR_OK;

    if (!is_copy(r) && step_of(r)->end && !is_left_out(r, step_of(r)))
        e = step_of(r)->end(r->w.txn);
    r->mark.stage++;
    r->mark.key_len = 0;
    if (e == ERR_OK && r->mark.stage == r->mark.source.stages)
        e = txn_set_version(r->w.txn, STORE_VERSION);
    return e;
}

static enum err commit_part(struct run *r)
{
    enum err e = migrate_mark_put(r->w.txn, &r->mark);
    struct txn *txn = r->w.txn;

    if (e != ERR_OK)
        return e;
    r->w.txn = NULL;
    return txn_commit(txn, r->fault);
}

static enum err do_commit(struct run *r)
{
    bool more = false;
    enum err e = store_write(r->new, &r->w.txn, r->fault);

    if (e == ERR_OK && (is_copy(r) || !is_left_out(r, step_of(r))))
        e = do_piece(r, &more);
    if (e == ERR_OK && !more)
        e = next_stage(r);
    if (e == ERR_OK)
        e = commit_part(r);
    txn_end(r->w.txn);
    r->w.txn = NULL;
    return e;
}

static enum err do_stages(struct run *r)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && r->mark.stage < r->mark.source.stages) {
        if (!is_copy(r) && r->mark.key_len == 0 && !is_left_out(r, step_of(r)))
            log_info("migrating the store to version %llu: %s", (unsigned long long)step_of(r)->to, step_of(r)->what);
        e = do_commit(r);
        report_progress(r, r->mark.rows);
    }
    return e;
}

/* ---- the check ---- */

/* The problems of one store. */
struct found_problems {
    struct check_counts counts;
    char first[PROBLEM_ROOM];
};

static void keep_first(void *state, const char *what)
{
    struct found_problems *found = state;

    if (!found->first[0])
        (void)snprintf(found->first, sizeof(found->first), "%s", what);
}

static void report_check(void *state, enum work_kind kind, uint64_t done, uint64_t total)
{
    const struct run *r = state;

    (void)kind, (void)total;
    report_progress(r, r->mark.rows + r->checked + done);
}

static enum err find_problems(struct run *r, struct txn *txn, struct found_problems *found)
{
    const struct long_work work = { report_check, r };
    enum err e;

    *found = (struct found_problems){ .first = "" };
    e = check_store_work(txn, NULL, keep_first, found, &work, &found->counts);
    r->checked += found->counts.rows;
    return e == ERR_OK ? e : fault_set(r->fault, e, "the check of the migration cannot read the rows");
}

/* Damaged rows of the old store are in the new one too, and stop no service. The version of the old store is one of its
 * problems. */
static enum err compare_problems(struct run *r, const struct found_problems *now)
{
    struct found_problems before;
    enum err e;

    r->total += r->mark.source.rows;
    e = find_problems(r, r->from, &before);
    if (e != ERR_OK)
        return e;
    log_error("inconsistent rows of the migrated store: %llu; the first: %s", (unsigned long long)now->counts.problems,
              now->first);
    if (now->counts.problems < before.counts.problems)
        return ERR_OK;
    return fault_set(r->fault, ERR_INTERNAL, "the migrated store has %llu inconsistent rows, and the old one had %llu",
                     (unsigned long long)now->counts.problems, (unsigned long long)before.counts.problems - 1);
}

static enum err verify_new(struct run *r)
{
    struct found_problems found;
    struct txn *txn;
    enum err e = store_read(r->new, &txn, r->fault);

    if (e != ERR_OK)
        return e;
    e = find_problems(r, txn, &found);
    txn_end(txn);
    if (e == ERR_OK && found.counts.rows < r->mark.source.rows)
        return fault_set(r->fault, ERR_INTERNAL, "the migrated store has %llu rows, and the old one had %llu",
                         (unsigned long long)found.counts.rows, (unsigned long long)r->mark.source.rows);
    return e == ERR_OK && found.counts.problems ? compare_problems(r, &found) : e;
}

/* ---- begin and continue ---- */

static uint64_t count_rows(struct txn *txn)
{
    uint64_t rows = 0;

    for (int db = 0; db < DB_COUNT; db++)
        rows += txn_count(txn, (enum database)db);
    return rows;
}

static enum err look_at_source(struct run *r, const char *directory, uint64_t from)
{
    struct migrate_source *source = &r->mark.source;
    struct stat st;
    enum err e = store_read(r->old, &r->from, r->fault);

    if (e != ERR_OK)
        return e;
    *source = (struct migrate_source){ .from = from, .to = STORE_VERSION, .stages = DB_COUNT + migrate_step_count };
    source->file = files_data(directory, &st) ? st.st_ino : 0;
    (void)store_readers(r->old, NULL, 0, &source->commit);
    source->rows = count_rows(r->from);
    r->total = 2 * source->rows;
    for (uint32_t i = 0; i < migrate_step_count; i++)
        r->total += is_left_out(r, &migrate_steps[i]) ? 0 : txn_count(r->from, migrate_steps[i].over);
    return ERR_OK;
}

static bool find_mark(struct run *r)
{
    struct migrate_mark mark;
    struct txn *txn;
    bool found = store_read(r->new, &txn, NULL) == ERR_OK;

    if (!found)
        return false;
    found = migrate_mark_get(txn, &r->mark.source, &mark);
    txn_end(txn);
    if (found)
        r->mark = mark;
    return found;
}

/* Continues what a predecessor built from the same source. */
static enum err open_new(struct run *r, const struct paths *paths, size_t map_bytes)
{
    char directory[REPLACE_PATH];
    struct stat st;

    replace_path(paths, MIGRATE_PLACE, directory);
    if (files_data(directory, &st) &&
        store_open_directory(directory, STORE_WRITER, map_bytes, &r->new, NULL) == ERR_OK) {
        if (find_mark(r)) {
            log_info("the migration continues after %llu of %llu rows", (unsigned long long)r->mark.rows,
                     (unsigned long long)r->total);
            r->went_on = true;
            return ERR_OK;
        }
        store_close(r->new);
    }
    replace_drop(paths, MIGRATE_PLACE);
    enum err e = file_make_dirs(directory, 0700, r->fault);
    return e == ERR_OK ? store_open_directory(directory, STORE_WRITER, map_bytes, &r->new, r->fault) : e;
}

static enum err build_new(struct run *r, const struct paths *paths, const char *directory, uint64_t from,
                          size_t map_bytes)
{
    enum err e = store_open_directory(directory, STORE_READER, map_bytes, &r->old, r->fault);

    if (e == ERR_OK)
        e = look_at_source(r, directory, from);
    report_progress(r, 0);
    if (e == ERR_OK)
        e = open_new(r, paths, map_bytes);
    if (e == ERR_OK)
        e = do_stages(r);
    return e == ERR_OK ? verify_new(r) : e;
}

static void end_run(struct run *r)
{
    txn_end(r->from);
    store_close(r->new);
    store_close(r->old);
    buffer_free(&r->w.row);
    arena_free(&r->arena);
}

static enum err run_once(const struct paths *paths, const char *directory, uint64_t from, size_t map_bytes,
                         const struct long_work *work, bool *went_on, struct fault *fault)
{
    struct run *r = alloc_zeroed(1, sizeof(*r));
    enum err e;

    *went_on = false;
    r->work = work;
    r->fault = fault;
    e = build_new(r, paths, directory, from, map_bytes);
    *went_on = r->went_on;
    end_run(r);
    free(r);
    return e;
}

enum err migrate_run(const struct paths *paths, const char *directory, uint64_t from, size_t map_bytes,
                     const struct long_work *work, struct fault *fault)
{
    char backup[32];
    bool went_on;
    enum err e = run_once(paths, directory, from, map_bytes, work, &went_on, fault);

    if (went_on && (e == ERR_IO || e == ERR_INTERNAL)) {
        log_warn("the unfinished migration cannot be continued (%s): it begins again", err_name(e));
        replace_drop(paths, MIGRATE_PLACE);
        e = run_once(paths, directory, from, map_bytes, work, &went_on, fault);
    }
    if (e != ERR_OK) {
        if (e == ERR_INTERNAL)
            replace_drop(paths, MIGRATE_PLACE);
        return fault && fault->code == e ? e : fault_set(fault, e, "the store cannot be migrated: %s", err_name(e));
    }
    snprintf(backup, sizeof(backup), "before-%llu", (unsigned long long)from);
    e = replace_take(paths, MIGRATE_PLACE, fault);
    return e == ERR_OK ? replace_commit(paths, backup, fault) : e;
}

enum err migrate_draw_id(struct txn *txn, struct id *catalogue)
{
    struct key key = key_name(META_CATALOGUE);

    *catalogue = id_new();
    return txn_put(txn, DB_META, key_bytes(&key), bytes_of(catalogue->b, sizeof(catalogue->b)));
}

enum err migrate_begin(struct txn *txn)
{
    enum err e = txn_set_version(txn, STORE_VERSION);
    struct id id;

    return e == ERR_OK ? migrate_draw_id(txn, &id) : e;
}

/* ---- the steps ---- */

/* A record has the id that is its key. internal: the row is damaged. */
static enum err match_id(struct bytes key, struct id id)
{
    return key.len == sizeof(id.b) && id_equal(key_id_at(key, 0), id) ? ERR_OK : ERR_INTERNAL;
}

static enum err read_media(struct writing *w, struct arena *arena, struct bytes key, struct bytes value,
                           struct media *media)
{
    enum err e = row_decode(w->txn, arena, value, &media_shape, media);

    return e == ERR_OK ? match_id(key, media->id) : e;
}

/* To version 1: volumes are found by their identity, and a catalogue has an id. */
static enum err index_identity(struct writing *w, struct arena *arena, struct bytes row_key, struct bytes value)
{
    struct volume volume;
    enum err e = row_decode(w->txn, arena, value, &volume_shape, &volume);

    if (e == ERR_OK)
        e = match_id(row_key, volume.id);
    if (e != ERR_OK)
        return e;
    struct key key = key_identity(volume.identity);
    return txn_put(w->txn, DB_VOLUME_IDENTITY, key_bytes(&key), bytes_of(volume.id.b, sizeof(volume.id.b)));
}

static enum err draw_missing_id(struct txn *txn)
{
    struct id id;

    return catalogue_id(txn, &id) == ERR_NOT_FOUND ? migrate_draw_id(txn, &id) : ERR_OK;
}

/* To version 2: the row of a place has what a scan compares, besides the item's id. */
static enum err fill_place(struct writing *w, struct arena *arena, struct bytes key, struct bytes value)
{
    struct media media;
    enum err e = read_media(w, arena, key, value, &media);

    return e == ERR_OK ? catalogue_put_place(w, &media) : e;
}

/* To version 3: an answer is kept with a digest of its ask. */
static enum err add_digest(struct writing *w, struct arena *arena, struct bytes key, struct bytes value)
{
    (void)arena;
    return changelog_add_digest(w, key, value);
}

/* Gives the item a new revision, as every edit does. */
static enum err log_media(struct writing *w, struct media *media)
{
    struct change change = {
        .kind = { .value = CHANGE_KIND_MEDIA }, .id = media->id, .request = id_new(), .at = clock_now()
    };
    uint64_t tail, head;
    enum err e = catalogue_head(w->txn, &tail, &head);

    if (e != ERR_OK)
        return e;
    media->revision = change.revision = head + 1;
    return changelog_add(w, &change);
}

/* To version 3: an item is done only while its content has an analysis. An item without one is analysed again. */
static enum err analyse_again(struct writing *w, struct arena *arena, struct bytes key, struct bytes value)
{
    struct media was, now;
    bool is_analysed = true;
    enum err e = read_media(w, arena, key, value, &was);

    if (e != ERR_OK || was.analysis.value != ANALYSIS_STATE_DONE)
        return e;
    e = catalogue_is_analysed(w->txn, arena, was.content, &is_analysed, NULL);
    if (e != ERR_OK || is_analysed)
        return e;
    now = was;
    now.analysis = (struct choice){ .value = ANALYSIS_STATE_WAITING };
    e = log_media(w, &now);
    return e == ERR_OK ? catalogue_put_media(w, &was, &now) : e;
}

/* A new version needs a line here and a higher STORE_VERSION. */
const struct migrate_step migrate_steps[] = {
    { 1, "volumes are found by their identity", DB_VOLUME, index_identity, draw_missing_id },
    { 2, "a place has what a scan compares", DB_MEDIA, fill_place, NULL },
    { 3, "an answer is kept with a digest of its ask", DB_REQUEST, add_digest, NULL },
    { 3, "an item is done only while its content has an analysis", DB_MEDIA, analyse_again, NULL },
};
const uint32_t migrate_step_count = sizeof(migrate_steps) / sizeof(*migrate_steps);
