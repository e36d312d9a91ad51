#include <stdio.h>

#include "common/process/trial.h"
#include "store/care/image.h"
#include "store/catalogue.h"
#include "store/check/check.h"
#include "store/open/migrate.h"

enum { ROWS_A_COMMIT = 100000, PATH_ROOM = PATH_MAX + 128 };
static const struct bytes none = { 0, NULL };

/* Shared by caller and child. */
struct trying {
    char image[PATH_ROOM];
    char directory[PATH_ROOM]; /* "": the image itself is checked */
    size_t map_bytes;
    struct backup found;
    char problem[160]; /* the first one */
};

/* ---- the child: checking ---- */

static void keep_first(void *state, const char *what)
{
    struct trying *t = state;

    if (!t->problem[0])
        snprintf(t->problem, sizeof(t->problem), "%s", what);
}

static enum err say_problem(const struct trying *t, struct fault *fault)
{
    if (!t->problem[0])
        return ERR_OK;
    return fault_set(fault, ERR_INTERNAL, "it is inconsistent: %s", t->problem);
}

static enum err look_at_meta(struct trying *t, struct txn *txn, struct fault *fault)
{
    uint64_t tail;

    if (txn_version(txn, &t->found.version) != ERR_OK || t->found.version == 0)
        return fault_set(fault, ERR_INTERNAL, "it has no version");
    if (t->found.version > STORE_VERSION)
        return fault_set(fault, ERR_VERSION, "it has version %llu; this program reads versions up to %d",
                         (unsigned long long)t->found.version, STORE_VERSION);
    if (catalogue_id(txn, &t->found.catalogue) != ERR_OK || id_is_zero(t->found.catalogue))
        return fault_set(fault, ERR_INTERNAL, "it has no catalogue id");
    if (catalogue_head(txn, &tail, &t->found.revision) != ERR_OK)
        return fault_set(fault, ERR_INTERNAL, "its change log cannot be read");
    return ERR_OK;
}

/* Passes each row of the image to `take`. A damaged tree may contain a cycle, so the walk ends at the counted number of
 * rows. */
static enum err walk_all(struct trying *t, struct txn *txn,
                         enum err (*take)(void *state, enum database db, const struct walk *row), void *state)
{
    for (enum database db = 0; db < DB_COUNT; db++) {
        uint64_t counted = txn_count(txn, db), found = 0;
        struct walk walk;
        enum err e = walk_begin(txn, db, none, none, &walk);
        while (e == ERR_OK && found <= counted && walk_next(&walk)) {
            found++;
            e = take(state, db, &walk);
        }
        walk_end(&walk);
        if (e != ERR_OK)
            return e;
        if (found != counted)
            keep_first(t, "the number of rows of a database differs from its count");
    }
    return ERR_OK;
}

static enum err read_row(void *state, enum database db, const struct walk *row)
{
    (void)state, (void)db, (void)row;
    return ERR_OK;
}

/* The migration checks the records of an older version. */
static enum err look_at_rows(struct trying *t, struct txn *txn, struct fault *fault)
{
    struct check_counts counts = { 0 };
    enum err e = walk_all(t, txn, read_row, NULL);

    if (e == ERR_OK && !t->problem[0] && t->found.version == STORE_VERSION)
        e = check_store(txn, NULL, keep_first, t, &counts);
    return e == ERR_OK ? say_problem(t, fault) : fault_set(fault, e, "it cannot be read");
}

static enum err look_at_image(struct trying *t, struct txn *txn, struct fault *fault)
{
    enum err e = look_at_meta(t, txn, fault);

    return e == ERR_OK ? look_at_rows(t, txn, fault) : e;
}

/* ---- the child: rebuilding ---- */

struct rebuilding {
    struct store *to;
    struct txn *txn;
    uint64_t rows;
    struct fault *fault;
};

static enum err rebuild_row(void *state, enum database db, const struct walk *row)
{
    struct rebuilding *r = state;
    enum err e = ERR_OK;

    if (++r->rows % ROWS_A_COMMIT == 0) {
        e = txn_commit(r->txn, r->fault);
        r->txn = NULL;
        if (e == ERR_OK)
            e = store_write(r->to, &r->txn, r->fault);
    }
    return e == ERR_OK ? txn_put(r->txn, db, row->key, row->value) : e;
}

static enum err rebuild_rows(struct trying *t, struct txn *from, struct rebuilding *r)
{
    enum err e = store_write(r->to, &r->txn, r->fault);

    if (e != ERR_OK)
        return e;
    e = walk_all(t, from, rebuild_row, r);
    if (e == ERR_OK)
        e = say_problem(t, r->fault);
    if (e == ERR_OK)
        e = migrate_draw_id(r->txn, &t->found.catalogue);
    if (e == ERR_OK)
        return txn_commit(r->txn, r->fault);
    txn_end(r->txn);
    return e;
}

static enum err rebuild_image(struct trying *t, struct txn *txn, struct fault *fault)
{
    struct fault why = { 0 };
    struct rebuilding r = { .fault = &why };
    enum err e = look_at_meta(t, txn, fault);

    if (e != ERR_OK)
        return e;
    e = store_open_directory(t->directory, STORE_WRITER, t->map_bytes, &r.to, fault);
    if (e != ERR_OK)
        return e;
    e = rebuild_rows(t, txn, &r);
    store_close(r.to);
    if (e == ERR_OK)
        return e;
    return fault_set(fault, e, "%s", why.what[0] ? why.what : "its rows cannot be written");
}

/* ---- the child ---- */

static enum err with_store(struct trying *t, const char *path, enum store_mode mode,
                           enum err (*work)(struct trying *t, struct txn *txn, struct fault *fault),
                           struct fault *fault)
{
    struct store *store;
    struct txn *txn;
    enum err e = store_open_directory(path, mode, t->map_bytes, &store, fault);

    if (e != ERR_OK)
        return e;
    e = store_read(store, &txn, fault);
    if (e == ERR_OK) {
        e = work(t, txn, fault);
        txn_end(txn);
    }
    store_close(store);
    return e;
}

static enum err try_all(void *trying, struct fault *fault)
{
    struct trying *t = trying;
    enum err e = with_store(t, t->image, STORE_IMAGE, t->directory[0] ? rebuild_image : look_at_image, fault);

    return e == ERR_OK && t->directory[0] ? with_store(t, t->directory, STORE_READER, look_at_image, fault) : e;
}

/* ---- the caller ---- */

static enum err run_trial(struct trying *t, struct backup *found, struct fault *fault)
{
    uint64_t bytes = found->bytes;
    struct fault why = { 0 };
    bool died;
    enum err e = trial_run(try_all, t, &died, &why);

    if (e != ERR_OK)
        return fault_set(fault, e, "%s%s", died ? "it is damaged: " : "", why.what);
    *found = t->found;
    found->bytes = bytes;
    return ERR_OK;
}

enum err image_rebuild(const char *path, const char *directory, size_t map_bytes, struct backup *found,
                       struct fault *fault)
{
    struct trying *t = trial_memory(sizeof(*t));
    enum err e;

    t->map_bytes = map_bytes;
    if (text_copy(t->image, PATH_ROOM, text_of(path)) && text_copy(t->directory, PATH_ROOM, text_of(directory)))
        e = run_trial(t, found, fault);
    else
        e = fault_set(fault, ERR_TOO_LARGE, "its path is too long");
    trial_memory_free(t, sizeof(*t));
    return e;
}

enum err image_check(const char *path, size_t map_bytes, struct backup *found, struct fault *fault)
{
    return image_rebuild(path, "", map_bytes, found, fault);
}
