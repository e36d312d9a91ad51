#include "store/backup/image_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/sandbox.h"
#include "common/process/trial.h"
#include "store/catalogue.h"
#include "store/check/check.h"
#include "store/open/migrate.h"

/* VALUE_MOST: no row comes near it. */
enum {
    ROWS_A_COMMIT = 100000,
    PATH_ROOM = PATH_MAX + 128,
    SENT_ROOM = 1 << 16,
    KEY_MOST = 511,
    VALUE_MOST = 256 << 20
};
static const struct bytes none = { 0, NULL };

/* Each process has a copy of its own: a hostile image may take the reader over. */
struct trying {
    const char *image;
    const char *directory; /* of the store that is made */
    size_t map_bytes;
    int socket; /* of the reader: to the writer */
    struct backup found;
    struct backup *shown; /* shared with the caller */
    char problem[160];    /* the first one */
};

/* ---- the reader: a child in a sandbox ---- */

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

    if (e == ERR_OK)
        e = look_at_rows(t, txn, fault);
    *t->shown = t->found;
    return e;
}

/* The end of the process closes the image. */
static enum err read_in_sandbox(struct trying *t,
                                enum err (*work)(struct trying *t, struct txn *txn, struct fault *fault),
                                struct fault *fault)
{
    struct store *store;
    struct txn *txn;
    enum err e = store_open_directory(t->image, STORE_IMAGE, t->map_bytes, &store, fault);

    if (e == ERR_OK && t->socket != STDERR_FILENO)
        t->socket = dup2(t->socket, STDERR_FILENO + 1); /* those above it are closed */
    if (e == ERR_OK)
        e = sandbox_enter_reader(t->socket, fault);
    if (e == ERR_OK)
        e = store_read(store, &txn, fault);
    return e == ERR_OK ? work(t, txn, fault) : e;
}

static enum err check_image(void *trying, struct fault *fault)
{
    return read_in_sandbox(trying, look_at_image, fault);
}

/* ---- rows from the reader to the writer ---- */

/* Before the key and the value of each row; db DB_COUNT: there is no further row. */
struct row_head {
    uint32_t db, key;
    uint64_t value;
};

struct sent_rows {
    int socket;
    size_t used;
    uint8_t bytes[SENT_ROOM];
};

static enum err send_bytes(int socket, const uint8_t *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = send(socket, bytes + done, len - done, MSG_NOSIGNAL);
        if (n <= 0)
            return ERR_IO;
        done += (size_t)n;
    }
    return ERR_OK;
}

static enum err flush_rows(struct sent_rows *s)
{
    size_t used = s->used;

    s->used = 0;
    return send_bytes(s->socket, s->bytes, used);
}

static enum err add_bytes(struct sent_rows *s, const void *bytes, size_t len)
{
    enum err e = len > SENT_ROOM - s->used ? flush_rows(s) : ERR_OK;

    if (e == ERR_OK && len > SENT_ROOM)
        return send_bytes(s->socket, bytes, len);
    if (e == ERR_OK && len > 0)
        memcpy(s->bytes + s->used, bytes, len);
    s->used += e == ERR_OK ? len : 0;
    return e;
}

static enum err send_row(void *sending, enum database db, const struct walk *row)
{
    const struct row_head head = { db, row->key.len, row->value.len };
    enum err e = add_bytes(sending, &head, sizeof(head));

    if (e == ERR_OK)
        e = add_bytes(sending, row->key.at, row->key.len);
    return e == ERR_OK ? add_bytes(sending, row->value.at, row->value.len) : e;
}

static enum err send_rows(struct trying *t, struct txn *txn, struct fault *fault)
{
    static const struct row_head end = { .db = DB_COUNT };
    struct sent_rows *s = alloc_zeroed(1, sizeof(*s));
    enum err e = look_at_meta(t, txn, fault);

    if (e != ERR_OK)
        return e;
    s->socket = t->socket;
    e = walk_all(t, txn, send_row, s);
    if (e != ERR_OK)
        return fault_set(fault, e, "it cannot be read");
    e = say_problem(t, fault);
    if (e == ERR_OK && (add_bytes(s, &end, sizeof(end)) != ERR_OK || flush_rows(s) != ERR_OK))
        e = fault_set(fault, ERR_IO, "its rows cannot be sent");
    return e;
}

static enum err send_image(void *trying, struct fault *fault)
{
    return read_in_sandbox(trying, send_rows, fault);
}

/* ---- the writer: a child, because its disk may fail while it is mapped ---- */

struct rebuilding {
    struct store *to;
    struct txn *txn;
    FILE *from;
    uint8_t *value;
    size_t room;
    uint64_t rows;
    struct fault *fault;
};

static enum err refuse_rows(struct fault *fault)
{
    return fault_set(fault, ERR_INTERNAL, "its rows end early, or have an impossible size");
}

static enum err commit_some(struct rebuilding *r)
{
    enum err e = txn_commit(r->txn, r->fault);

    r->txn = NULL;
    return e == ERR_OK ? store_write(r->to, &r->txn, r->fault) : e;
}

/* What the reader sends is as hostile as the image. */
static enum err rebuild_row(struct rebuilding *r, const struct row_head *head)
{
    uint8_t key[KEY_MOST];

    if (head->db >= DB_COUNT || head->key == 0 || head->key > KEY_MOST || head->value > VALUE_MOST)
        return refuse_rows(r->fault);
    if (head->value > r->room) {
        r->room = (size_t)head->value;
        r->value = alloc_grow(r->value, r->room, 1);
    }
    if (fread(key, head->key, 1, r->from) != 1 || (head->value && fread(r->value, head->value, 1, r->from) != 1))
        return refuse_rows(r->fault);
    enum err e = ++r->rows % ROWS_A_COMMIT == 0 ? commit_some(r) : ERR_OK;
    if (e != ERR_OK)
        return e;
    e = txn_put(r->txn, (enum database)head->db, bytes_of(key, head->key), bytes_of(r->value, (size_t)head->value));
    return e == ERR_OK ? e : fault_set(r->fault, e, "its rows cannot be written");
}

static enum err rebuild_rows(struct rebuilding *r)
{
    struct row_head head;
    struct id catalogue;
    enum err e = store_write(r->to, &r->txn, r->fault);

    while (e == ERR_OK) {
        if (fread(&head, sizeof(head), 1, r->from) != 1)
            e = refuse_rows(r->fault);
        else if (head.db == DB_COUNT)
            break;
        else
            e = rebuild_row(r, &head);
    }
    if (e == ERR_OK)
        e = migrate_draw_id(r->txn, &catalogue);
    if (e == ERR_OK)
        return txn_commit(r->txn, r->fault);
    txn_end(r->txn);
    return e;
}

static enum err write_rows(const struct trying *t, FILE *from, struct fault *fault)
{
    struct rebuilding r = { .from = from, .fault = fault };
    enum err e = store_open_directory(t->directory, STORE_WRITER, t->map_bytes, &r.to, fault);

    if (e != ERR_OK)
        return e;
    e = rebuild_rows(&r);
    store_close(r.to);
    free(r.value);
    return e;
}

/* The reader's error explains the writer's: then its rows have ended early. */
static enum err end_reader(struct trial *reader, enum err e, struct fault *fault)
{
    struct fault why = { 0 };
    bool died;
    enum err read = trial_wait(reader, &died, &why);

    if (read == ERR_OK || (e != ERR_OK && e != ERR_INTERNAL))
        return e;
    return fault_set(fault, read, "%s%s", died ? "it is damaged: " : "", why.what);
}

static enum err rebuild_image(void *trying, struct fault *fault)
{
    struct trying *t = trying;
    struct trial reader;
    int ends[2];
    enum err e;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fault_set(fault, ERR_FULL, "a socket pair cannot be made");
    t->socket = ends[1];
    e = trial_start(&reader, send_image, t, fault);
    close(ends[1]);
    if (e != ERR_OK)
        return e;
    FILE *from = alloc_check(fdopen(ends[0], "r"));
    e = write_rows(t, from, fault);
    (void)fclose(from);
    return end_reader(&reader, e, fault);
}

/* ---- the caller ---- */

static enum err run_trial(enum err (*work)(void *state, struct fault *fault), struct trying *t, struct fault *fault)
{
    struct fault why = { 0 };
    bool died;
    enum err e = trial_run(work, t, &died, &why);

    return e == ERR_OK ? e : fault_set(fault, e, "%s%s", died ? "it is damaged: " : "", why.what);
}

enum err image_check(const char *path, size_t map_bytes, struct backup *found, struct fault *fault)
{
    struct trying t = { .image = path, .map_bytes = map_bytes, .socket = STDERR_FILENO };
    enum err e;

    t.shown = trial_memory(sizeof(*t.shown));
    e = run_trial(check_image, &t, fault);
    if (e == ERR_OK) {
        uint64_t bytes = found->bytes;
        *found = *t.shown;
        found->bytes = bytes;
    }
    trial_memory_free(t.shown, sizeof(*t.shown));
    return e;
}

enum err image_rebuild(const char *path, const char *directory, size_t map_bytes, struct backup *found,
                       struct fault *fault)
{
    struct trying t = { .image = path, .directory = directory, .map_bytes = map_bytes };
    char made[PATH_ROOM];
    enum err e = run_trial(rebuild_image, &t, fault);

    if (e != ERR_OK)
        return e;
    (void)snprintf(made, sizeof(made), "%s/data.mdb", directory);
    return image_check(made, map_bytes, found, fault);
}
