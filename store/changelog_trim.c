#include "store/changelog_trim.h"

#include "store/changelog.h"
#include "store/keys.h"
#include "store/parts.h"

enum { CHANGE_BYTES = 128 }; /* of a row of the change log, approximately */

const struct changelog_limits changelog_limits = {
    .rows = 1000000,
    .age = (usec_t)24 * 3600 * 1000000,
    .bytes = (uint64_t)2 << 30,
    .young = (usec_t)600 * 1000000,
    .quiet_rows = 10000,
    .quiet_bytes = 64 << 20,
};
static const struct bytes none = { 0, NULL };

/* ---- rows ---- */

static bool first_row(struct txn *txn, enum database db, struct bytes *key)
{
    struct walk walk;
    bool found = walk_begin(txn, db, none, none, &walk) == ERR_OK && walk_next(&walk);

    *key = walk.key;
    walk_end(&walk);
    return found;
}

/* Removes a request when the last of its changes is trimmed. If another request completed its work, its answer has a
 * quiet row; then it is removed with that row. */
static enum err forget_request(struct writing *w, struct id request, uint64_t revision)
{
    struct key key = key_id(request);
    struct bytes value;
    enum err e = txn_get(w->txn, DB_REQUEST, key_bytes(&key), &value);

    if (e == ERR_NOT_FOUND)
        return parts_trim(w, request, revision);
    if (e != ERR_OK || key_number_at(value, 0) > revision || (revision > 0 && key_number_at(value, 0) == 0))
        return e;
    const int64_t bytes = (int64_t)value.len + CHANGELOG_ROW_OVERHEAD;
    e = changelog_count_bytes(w, -bytes, revision == 0 ? -bytes : 0);
    return e == ERR_OK ? row_delete(w, DB_REQUEST, &key) : e;
}

/* ---- the change log ---- */

static enum err read_change(struct txn *txn, const struct key *key, struct change *to)
{
    struct arena arena = { 0 };
    enum err e = row_get(txn, &arena, DB_CHANGE, key, &change_shape, to);

    arena_free(&arena);
    return e;
}

static bool is_older(struct txn *txn, uint64_t revision, usec_t than)
{
    struct key key = key_number(revision);
    struct change change;

    return read_change(txn, &key, &change) == ERR_OK && change.at < than;
}

/* True if the first row may be trimmed. It counts as older than each later row, even if its time is later. */
static bool may_go(struct txn *txn, const struct changelog_limits *limits, usec_t now, const struct change *first)
{
    uint64_t count = txn_count(txn, DB_CHANGE);
    uint64_t bytes = changelog_bytes(txn).all + count * CHANGE_BYTES;

    if (count > limits->rows && (first->at < now - limits->age ||
                                 is_older(txn, first->revision + (count - limits->rows) - 1, now - limits->age)))
        return true;
    return limits->bytes && bytes > limits->bytes &&
           (first->at < now - limits->young || is_older(txn, first->revision + count / 2, now - limits->young));
}

static enum err trim_change(struct writing *w, const struct changelog_limits *limits, usec_t now, bool *more)
{
    struct key key = { 0 };
    struct change change;
    struct bytes first;
    enum err e;

    *more = first_row(w->txn, DB_CHANGE, &first);
    if (!*more)
        return ERR_OK;
    key_add(&key, first.at, first.len);
    e = read_change(w->txn, &key, &change);
    const bool is_damaged = e == ERR_INTERNAL;
    if (is_damaged) {
        change = (struct change){ .at = INT64_MAX };
        e = ERR_OK;
    }
    change.revision = key_number_at(key_bytes(&key), 0); /* the record may name another one */
    *more = e == ERR_OK && may_go(w->txn, limits, now, &change);
    if (!*more)
        return e;
    e = row_delete(w, DB_CHANGE, &key);
    return e == ERR_OK && !is_damaged ? forget_request(w, change.request, change.revision) : e;
}

/* ---- requests that changed nothing ---- */

/* The clock was set back since: sets the newest time to now. */
static enum err bring_back(struct writing *w, usec_t now, bool *more)
{
    struct bytes key, value;

    *more = walk_last(w->txn, DB_QUIET, &key, &value) && (int64_t)key_number_at(key, 0) > now;
    if (!*more)
        return ERR_OK;
    struct key was = key_quiet((int64_t)key_number_at(key, 0), key_id_at(key, 8));
    struct key is = key_quiet(now, key_id_at(key, 8));
    enum err e = row_delete(w, DB_QUIET, &was);
    return e == ERR_OK ? txn_put(w->txn, DB_QUIET, key_bytes(&is), none) : e;
}

static enum err trim_quiet(struct writing *w, const struct changelog_limits *limits, usec_t now, bool *more)
{
    struct bytes first;

    *more = first_row(w->txn, DB_QUIET, &first);
    if (!*more)
        return ERR_OK;
    const int64_t at = (int64_t)key_number_at(first, 0);
    const struct id request = key_id_at(first, 8);
    bool is_old = txn_count(w->txn, DB_QUIET) > limits->quiet_rows && at < now - limits->age;
    *more = is_old || (limits->quiet_bytes && changelog_bytes(w->txn).quiet > limits->quiet_bytes);
    if (!*more)
        return ERR_OK;
    struct key key = key_quiet(at, request);
    enum err e = row_delete(w, DB_QUIET, &key);
    return e == ERR_OK ? forget_request(w, request, 0) : e;
}

enum err changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most)
{
    bool more = true;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && more && i < most; i++)
        e = trim_change(w, limits, now, &more);
    more = true;
    for (uint32_t i = 0; e == ERR_OK && more && i < most; i++)
        e = bring_back(w, now, &more);
    more = true;
    for (uint32_t i = 0; e == ERR_OK && more && i < most; i++)
        e = trim_quiet(w, limits, now, &more);
    return e;
}
