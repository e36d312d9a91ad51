#include "store/changelog.h"
#include <string.h>

const struct changelog_limits changelog_limits = { .rows = 1000000, .age = (usec_t)24 * 3600 * 1000000 };

/* A row of DB_REQUEST: revision (8 bytes, big-endian), error (1 byte), digest (8 bytes, big-endian), answer. */
enum { ERROR_AT = 8, DIGEST_AT = 9, ANSWER_AT = 17 };
static const struct bytes none = { 0, NULL };

enum err changelog_add(struct writing *w, const struct change *change)
{
    struct key key = key_number(change->revision);

    return row_put(w, DB_CHANGE, &key, &change_shape, change);
}

enum err changelog_remember(struct writing *w, struct id request, uint64_t revision, usec_t now,
                            const struct remembered *what)
{
    struct key key = key_id(request), number = key_number(revision), digest = key_number(what->digest);
    uint8_t code = (uint8_t)what->error;
    enum err e = ERR_OK;

    if (revision == 0) {
        struct key quiet = key_quiet(now, request);
        e = txn_put(w->txn, DB_QUIET, key_bytes(&quiet), none);
    }
    buffer_reset(&w->row);
    buffer_add(&w->row, number.b, number.len);
    buffer_add(&w->row, &code, 1);
    buffer_add(&w->row, digest.b, digest.len);
    buffer_add(&w->row, what->answer.at, what->answer.len);
    if (w->row.failed)
        return ERR_FULL;
    return e == ERR_OK ? txn_put(w->txn, DB_REQUEST, key_bytes(&key), buffer_bytes(&w->row)) : e;
}

enum err changelog_recall(struct txn *txn, struct id request, struct remembered *what)
{
    struct key key = key_id(request);
    struct bytes value;
    enum err e = txn_get(txn, DB_REQUEST, key_bytes(&key), &value);

    if (e != ERR_OK)
        return e;
    if (value.len < ANSWER_AT || value.at[ERROR_AT] >= ERR_COUNT)
        return ERR_INTERNAL;
    *what = (struct remembered){
        .digest = key_number_at(value, DIGEST_AT),
        .error = (enum err)value.at[ERROR_AT],
        .answer = bytes_of(value.at + ANSWER_AT, value.len - ANSWER_AT),
    };
    return ERR_OK;
}

/* ---- rows of a store before version 3 ---- */

enum err changelog_add_digest(struct writing *w, struct bytes key, struct bytes value)
{
    struct key unknown = key_number(0);

    if (value.len < DIGEST_AT)
        return ERR_INTERNAL;
    buffer_reset(&w->row);
    buffer_add(&w->row, value.at, DIGEST_AT);
    buffer_add(&w->row, unknown.b, unknown.len);
    buffer_add(&w->row, value.at + DIGEST_AT, value.len - DIGEST_AT);
    return w->row.failed ? ERR_FULL : txn_put(w->txn, DB_REQUEST, key, buffer_bytes(&w->row));
}

/* ---- trimming ---- */

static bool first_row(struct txn *txn, enum database db, struct bytes *key, struct bytes *value)
{
    struct walk walk;
    bool found = walk_begin(txn, db, none, none, &walk) == ERR_OK && walk_next(&walk);

    *key = walk.key;
    *value = walk.value;
    walk_end(&walk);
    return found;
}

/* A request of many changes goes with the last of them. */
static enum err forget_request(struct writing *w, struct id request, uint64_t revision)
{
    struct key key = key_id(request);
    struct bytes value;
    enum err e = txn_get(w->txn, DB_REQUEST, key_bytes(&key), &value);

    if (e == ERR_OK && key_number_at(value, 0) <= revision)
        return row_delete(w, DB_REQUEST, &key);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err trim_change(struct writing *w, const struct changelog_limits *limits, usec_t now, bool *more)
{
    struct bytes first, value;
    struct change change;
    struct arena arena = { 0 };
    enum err e = ERR_OK;

    *more = txn_count(w->txn, DB_CHANGE) > limits->rows && first_row(w->txn, DB_CHANGE, &first, &value);
    if (*more)
        e = row_decode(w->txn, &arena, value, &change_shape, &change);
    arena_free(&arena);
    if (e != ERR_OK || !*more)
        return e;
    *more = change.at < now - limits->age;
    if (!*more)
        return ERR_OK;
    struct key key = key_number(change.revision);
    e = row_delete(w, DB_CHANGE, &key);
    return e == ERR_OK ? forget_request(w, change.request, change.revision) : e;
}

static enum err trim_quiet(struct writing *w, const struct changelog_limits *limits, usec_t now, bool *more)
{
    struct bytes first, value;

    *more =
        first_row(w->txn, DB_QUIET, &first, &value) && (int64_t)key_number_at(first, 0) < now - limits->age;
    if (!*more)
        return ERR_OK;
    struct key key = key_quiet((int64_t)key_number_at(first, 0), key_id_at(first, 8));
    enum err e = forget_request(w, key_id_at(first, 8), 0);
    return e == ERR_OK ? row_delete(w, DB_QUIET, &key) : e;
}

enum err changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most)
{
    bool more = true;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && more && i < most; i++)
        e = trim_change(w, limits, now, &more);
    more = true;
    for (uint32_t i = 0; e == ERR_OK && more && i < most; i++)
        e = trim_quiet(w, limits, now, &more);
    return e;
}
