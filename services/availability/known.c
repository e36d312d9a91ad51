#include "services/availability/known.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "store/catalogue.h"
#include "store/open/store_open.h"
#include "store/row.h"

enum { CHANGED_MOST = 64, UPDATES_MOST = 1000 /* changed rows that are read one by one; after more, all are read */ };

void known_free(struct known_volumes *known)
{
    store_close(known->store);
    arena_free(&known->arena);
    free(known->at);
}

/* The volumes whose rows changed since the last reading. */
struct changed_volumes {
    uint32_t count;
    bool is_all; /* too many, or not known */
    struct id at[CHANGED_MOST];
};

static bool see_change(void *state, const struct change *change)
{
    struct changed_volumes *changed = state;

    if (change->kind.value != CHANGE_KIND_VOLUME)
        return true;
    if (changed->count == CHANGED_MOST)
        changed->is_all = true;
    else
        changed->at[changed->count++] = change->id;
    return !changed->is_all;
}

static enum err find_changed(struct known_volumes *known, struct txn *txn, struct changed_volumes *changed,
                             uint64_t *head)
{
    struct arena scratch = { 0 };
    struct id catalogue;
    uint64_t tail = 0;
    enum err e = catalogue_id(txn, &catalogue);

    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, head);
    changed->is_all = !known->is_read || !id_equal(catalogue, known->catalogue) || tail > known->head + 1 ||
                      *head < known->head || known->updates > known->count + UPDATES_MOST;
    if (e == ERR_OK && !changed->is_all && *head != known->head) {
        e = catalogue_each_change(txn, &scratch, known->head, see_change, changed);
        changed->is_all = changed->is_all || e == ERR_INTERNAL; /* a row of the log is damaged */
        e = e == ERR_INTERNAL ? ERR_OK : e;
    }
    arena_free(&scratch);
    known->catalogue = catalogue;
    return e;
}

void known_make_due(struct known_volumes *known, struct known_volume *volume)
{
    known->due += !volume->is_due;
    volume->is_due = true;
}

/* Adds a volume at its place in the order of ids. A new one is usually the last. */
static struct known_volume *insert_volume(struct known_volumes *known, struct id id)
{
    uint32_t at = known->count;

    ALLOC_ROOM(known->at, known->count, known->room, 16);
    while (at > 0 && id_compare(known->at[at - 1].row.id, id) > 0)
        at--;
    memmove(&known->at[at + 1], &known->at[at], (known->count - at) * sizeof(*known->at));
    known->at[at] = (struct known_volume){ .row.id = id };
    known->count++;
    return &known->at[at];
}

static enum err copy_row(struct known_volumes *known, struct known_volume *volume, const struct volume *row)
{
    known_make_due(known, volume);
    return codec_copy(&volume_shape, row, &known->arena, &volume->row);
}

/* A damaged row hides only its volume. */
static enum err read_all_volumes(struct known_volumes *known, struct txn *txn, struct fault *fault)
{
    const struct bytes none = { 0 };
    struct arena scratch = { 0 };
    struct volume row;
    struct walk walk;

    known->count = known->updates = known->due = 0;
    arena_reset(&known->arena);
    if (txn_count(txn, DB_VOLUME) > KNOWN_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "the catalogue has more than %d volumes", KNOWN_MOST);
    enum err e = walk_begin(txn, DB_VOLUME, none, none, &walk);
    while (e == ERR_OK && walk_next(&walk)) {
        row = (struct volume){ 0 };
        if (row_decode(txn, &scratch, walk.value, &volume_shape, &row) == ERR_OK)
            e = copy_row(known, insert_volume(known, row.id), &row);
        else
            log_error("the row of a volume is damaged, and its drive is not followed: run loophole store check");
        arena_reset(&scratch);
    }
    walk_end(&walk);
    arena_free(&scratch);
    return e == ERR_OK ? ERR_OK : fault_set(fault, e, "the volumes of the catalogue cannot be read");
}

/* Updates the row of one volume. After an error the caller reads all rows again. */
static enum err update_row(struct known_volumes *known, struct txn *txn, struct id id)
{
    struct known_volume *was = known_by_id(known, id);
    struct arena scratch = { 0 };
    struct volume row = { 0 };
    enum err e = catalogue_volume(txn, &scratch, id, &row);

    if (e == ERR_OK && !was && known->count == KNOWN_MOST)
        e = ERR_TOO_LARGE;
    if (e == ERR_OK)
        e = copy_row(known, was ? was : insert_volume(known, id), &row);
    arena_free(&scratch);
    known->updates++;
    return e;
}

static enum err follow_rows(struct known_volumes *known, struct txn *txn, struct changed_volumes *changed,
                            struct fault *fault)
{
    bool is_all = changed->is_all;

    for (uint32_t i = 0; !is_all && i < changed->count; i++)
        is_all = update_row(known, txn, changed->at[i]) != ERR_OK;
    if (!is_all)
        return ERR_OK;
    known->is_read = false;
    enum err e = read_all_volumes(known, txn, fault);
    known->is_read = e == ERR_OK;
    return e;
}

enum err known_follow(struct known_volumes *known, struct fault *fault)
{
    struct changed_volumes found = { 0 };
    struct txn *txn;
    uint64_t head = 0;
    enum err e = known->store ? ERR_OK : store_open(known->paths, STORE_READER, &known->store, fault);

    if (e == ERR_OK)
        e = store_read(known->store, &txn, fault);
    if (e != ERR_OK)
        return e;
    e = find_changed(known, txn, &found, &head);
    if (e != ERR_OK)
        fault_set(fault, e, "the change log cannot be read");
    if (e == ERR_OK && (found.is_all || found.count > 0))
        e = follow_rows(known, txn, &found, fault);
    if (e == ERR_OK)
        known->head = head;
    txn_end(txn);
    return e;
}

static int by_volume_id(const void *a, const void *b)
{
    return id_compare(((const struct known_volume *)a)->row.id, ((const struct known_volume *)b)->row.id);
}

struct known_volume *known_by_id(struct known_volumes *known, struct id id)
{
    const struct known_volume key = { .row.id = id };

    return known->count ? bsearch(&key, known->at, known->count, sizeof(key), by_volume_id) : NULL;
}

struct known_volume *known_by_identity(struct known_volumes *known, const char *identity)
{
    for (uint32_t i = 0; i < known->count; i++)
        if (text_is(known->at[i].row.identity, identity))
            return &known->at[i];
    return NULL;
}
