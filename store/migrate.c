#include "store/migrate.h"
#include <stdio.h>
#include "common/log.h"
#include "store/catalogue_meta.h"
#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/check.h"
#include "store/replace.h"

enum { ROWS_A_COMMIT = 10000 };
static const struct bytes none = { 0, NULL };

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

/* ---- the migrations ---- */

/* To 1: volumes are found by their identity, and a catalogue has an id. */
static enum err index_identities(struct txn *txn)
{
    struct arena arena = { 0 };
    struct volume volume;
    struct walk walk;
    struct id id;
    enum err e = walk_begin(txn, DB_VOLUME, none, none, &walk);

    while (e == ERR_OK && walk_next(&walk)) {
        e = row_decode(txn, &arena, walk.value, &volume_shape, &volume);
        if (e != ERR_OK)
            break;
        struct key key = key_identity(volume.identity);
        e = txn_put(txn, DB_VOLUME_IDENTITY, key_bytes(&key), bytes_of(volume.id.b, sizeof(volume.id.b)));
    }
    walk_end(&walk);
    arena_free(&arena);
    if (e == ERR_OK && catalogue_id(txn, &id) == ERR_NOT_FOUND)
        e = migrate_draw_id(txn, &id);
    return e;
}

/* To 2: a place tells what a scan compares, not the item's id alone. */
static enum err fill_places(struct txn *txn)
{
    struct writing w = { .txn = txn };
    struct arena arena = { 0 };
    struct media media;
    struct walk walk;
    enum err e = walk_begin(txn, DB_MEDIA, none, none, &walk);

    while (e == ERR_OK && walk_next(&walk)) {
        arena_reset(&arena);
        e = row_decode(txn, &arena, walk.value, &media_shape, &media);
        if (e == ERR_OK)
            e = catalogue_put_place(&w, &media);
    }
    walk_end(&walk);
    buffer_free(&w.row);
    arena_free(&arena);
    return e;
}

/* To 3: an answer is kept with a digest of its ask. */
static enum err add_digests(struct txn *txn)
{
    struct writing w = { .txn = txn };
    enum err e = changelog_add_digests(&w);

    buffer_free(&w.row);
    return e;
}

/* The steps to each version, in order: a version may have several. A new version is also STORE_VERSION one higher. */
static const struct {
    uint64_t to;
    const char *what;
    enum err (*run)(struct txn *txn);
} steps[] = {
    { 1, "volumes are found by their identity", index_identities },
    { 2, "a place tells what a scan compares", fill_places },
    { 3, "an answer is kept with a digest of its ask", add_digests },
};
enum { STEPS = sizeof(steps) / sizeof(*steps) };

/* ---- the copy ---- */

struct copying {
    struct store *to;
    struct txn *txn;
    uint64_t rows;
    struct fault *fault;
};

static enum err copy_row(struct copying *c, enum database db, struct bytes key, struct bytes value)
{
    enum err e = ERR_OK;

    if (c->rows && c->rows % ROWS_A_COMMIT == 0) {
        e = txn_commit(c->txn, c->fault);
        c->txn = NULL;
        if (e == ERR_OK)
            e = store_write(c->to, &c->txn, c->fault);
    }
    c->rows++;
    return e == ERR_OK ? txn_put(c->txn, db, key, value) : e;
}

static enum err copy_all(struct copying *c, struct txn *from)
{
    enum err e = store_write(c->to, &c->txn, c->fault);

    for (int db = 0; e == ERR_OK && db < DB_COUNT; db++) {
        struct walk walk;
        e = walk_begin(from, (enum database)db, none, none, &walk);
        while (e == ERR_OK && walk_next(&walk))
            e = copy_row(c, (enum database)db, walk.key, walk.value);
        walk_end(&walk);
    }
    if (e == ERR_OK)
        return txn_commit(c->txn, c->fault);
    txn_end(c->txn);
    return e;
}

static enum err run_steps(struct txn *txn, uint64_t to)
{
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < STEPS; i++) {
        if (steps[i].to != to)
            continue;
        log_info("migrating the store to version %llu: %s", (unsigned long long)to, steps[i].what);
        e = steps[i].run(txn);
    }
    return e == ERR_OK ? txn_set_version(txn, to) : e;
}

static enum err run_all(struct store *store, uint64_t from, struct fault *fault)
{
    for (uint64_t to = from + 1; to <= STORE_VERSION; to++) {
        struct txn *txn;
        enum err e = store_write(store, &txn, fault);
        if (e != ERR_OK)
            return e;
        e = run_steps(txn, to);
        if (e != ERR_OK) {
            txn_end(txn);
            return fault_set(fault, e, "migration %llu failed", (unsigned long long)to);
        }
        e = txn_commit(txn, fault);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static void log_problem(void *state, const char *what)
{
    (void)state;
    log_error("the migrated store: %s", what);
}

static enum err verify(struct store *store, uint64_t rows, struct fault *fault)
{
    struct check_counts counts;
    struct txn *txn;
    enum err e = store_read(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = check_store(txn, NULL, log_problem, NULL, &counts);
    txn_end(txn);
    if (e == ERR_OK && (counts.problems || counts.rows < rows))
        e = fault_set(fault, ERR_INTERNAL,
                      "the migrated store does not hold together: %llu problems (see the log)",
                      (unsigned long long)counts.problems);
    return e;
}

static enum err build(struct store *old, struct store *new, uint64_t from, struct fault *fault)
{
    struct copying copying = { .to = new, .fault = fault };
    struct txn *txn;
    enum err e = store_read(old, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = copy_all(&copying, txn);
    txn_end(txn);
    if (e == ERR_OK)
        e = run_all(new, from, fault);
    return e == ERR_OK ? verify(new, copying.rows, fault) : e;
}

enum err migrate_run(const struct paths *paths, const char *directory, uint64_t from, size_t map_bytes,
                     struct fault *fault)
{
    char fresh[REPLACE_PATH], backup[32];
    struct store *old = NULL, *new = NULL;
    enum err e = replace_begin(paths, fresh, fault);

    if (e == ERR_OK)
        e = store_open_directory(directory, STORE_READER, map_bytes, &old, fault);
    if (e == ERR_OK)
        e = store_open_directory(fresh, STORE_WRITER, map_bytes, &new, fault);
    if (e == ERR_OK)
        e = build(old, new, from, fault);
    store_close(new);
    store_close(old);
    if (e != ERR_OK) {
        replace_abandon(paths);
        return fault && fault->code == e
                   ? e
                   : fault_set(fault, e, "the store cannot be migrated: %s", err_name(e));
    }
    snprintf(backup, sizeof(backup), "before-%d", STORE_VERSION);
    return replace_commit(paths, backup, fault);
}
