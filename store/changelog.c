#include "store/changelog.h"

#include "proto/wire/codec.h"

/* A row of DB_REQUEST: revision (8 bytes, big-endian), error (1 byte), digest (8 bytes, big-endian), answer. */
enum { ERROR_AT = 8, DIGEST_AT = 9, ANSWER_AT = 17 };
static const struct bytes none = { 0, NULL };
enum { ROW_OVERHEAD = CHANGELOG_ROW_OVERHEAD };

/* ---- bytes ---- */

struct changelog_bytes changelog_bytes(struct txn *txn)
{
    struct key key = key_name(META_ANSWERS);
    struct bytes value = { 0, NULL };

    (void)txn_get(txn, DB_META, key_bytes(&key), &value);
    return (struct changelog_bytes){ key_number_at(value, 0), key_number_at(value, 8) };
}

static uint64_t add_signed(uint64_t is, int64_t more)
{
    if (more >= 0)
        return is + (uint64_t)more;
    return is > (uint64_t)-more ? is - (uint64_t)-more : 0;
}

enum err changelog_count_bytes(struct writing *w, int64_t all, int64_t quiet)
{
    const struct changelog_bytes is = changelog_bytes(w->txn);
    struct key key = key_name(META_ANSWERS), value = key_number(add_signed(is.all, all));
    const struct key quiet_value = key_number(add_signed(is.quiet, quiet));

    for (uint32_t i = 0; i < quiet_value.len; i++)
        value.b[value.len++] = quiet_value.b[i];
    return txn_put(w->txn, DB_META, key_bytes(&key), key_bytes(&value));
}

/* ---- changes and answers ---- */

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
    if (e == ERR_OK)
        e = txn_put(w->txn, DB_REQUEST, key_bytes(&key), buffer_bytes(&w->row));
    const int64_t bytes = (int64_t)w->row.len + ROW_OVERHEAD;
    return e == ERR_OK ? changelog_count_bytes(w, bytes, revision == 0 ? bytes : 0) : e;
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
        .revision = key_number_at(value, 0),
        .error = (enum err)value.at[ERROR_AT],
        .answer = bytes_of(value.at + ANSWER_AT, value.len - ANSWER_AT),
    };
    return ERR_OK;
}

enum err changelog_newest(struct txn *txn, struct arena *arena, const struct remembered *kept, struct change *to)
{
    const struct key key = key_number(kept->revision);

    return kept->revision ? row_get(txn, arena, DB_CHANGE, &key, &change_shape, to) : ERR_NOT_FOUND;
}

enum err changelog_done(struct txn *txn, struct id request, uint64_t digest, struct id *id)
{
    struct arena arena = { 0 };
    struct done done = { 0 };
    struct remembered kept;
    enum err e = changelog_recall(txn, request, &kept);

    if (e == ERR_OK && kept.digest && kept.digest != digest)
        e = ERR_CONFLICT;
    if (e == ERR_OK && codec_decode(&done_shape, kept.answer, &arena, &done, NULL) != ERR_OK)
        e = ERR_CONFLICT; /* the ask has another type of answer */
    *id = done.id;
    arena_free(&arena);
    return e;
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
    return txn_put(w->txn, DB_REQUEST, key, buffer_bytes(&w->row));
}
