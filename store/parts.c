#include "store/parts.h"

#include "store/changelog.h"

enum { DIGEST_AT = 8, OUTCOMES_AT = 16 }; /* a row is revision and digest (8 bytes each, big-endian), then outcomes */

enum err parts_put(struct writing *w, struct id request, const struct part *part)
{
    struct key key = key_part(request, part->first), revision = key_number(part->revision);
    struct key digest = key_number(part->digest);

    buffer_reset(&w->row);
    buffer_add(&w->row, revision.b, revision.len);
    buffer_add(&w->row, digest.b, digest.len);
    buffer_add(&w->row, part->outcomes.at, part->outcomes.len);
    enum err e = txn_put(w->txn, DB_PART, key_bytes(&key), buffer_bytes(&w->row));
    return e == ERR_OK ? changelog_count_bytes(w, (int64_t)w->row.len + CHANGELOG_ROW_OVERHEAD, 0) : e;
}

static struct part part_of(struct bytes key, struct bytes value)
{
    struct part part = { .first = (uint32_t)key_number_at(key, 16),
                         .revision = key_number_at(value, 0),
                         .digest = key_number_at(value, DIGEST_AT) };

    if (value.len > OUTCOMES_AT)
        part.outcomes = bytes_of(value.at + OUTCOMES_AT, value.len - OUTCOMES_AT);
    return part;
}

enum err parts_read(struct txn *txn, struct arena *arena, struct id request,
                    bool (*take)(void *state, const struct part *part), void *state)
{
    struct key key = key_id(request);
    struct walk walk;
    enum err e = walk_begin(txn, DB_PART, key_bytes(&key), key_bytes(&key), &walk);

    while (e == ERR_OK && walk_next(&walk)) {
        struct bytes value = arena_bytes(arena, walk.value);
        struct part part = part_of(walk.key, value);
        if (value.len != walk.value.len)
            e = ERR_FULL;
        else if (!take(state, &part))
            e = ERR_INTERNAL;
    }
    walk_end(&walk);
    return e;
}

/* Finds the first part; its outcomes point into the map. */
static bool find_first(struct txn *txn, struct id request, struct key *found, struct part *part)
{
    struct key key = key_id(request);
    struct walk walk;
    bool is_there =
        txn_count(txn, DB_PART) > 0 && walk_begin(txn, DB_PART, key_bytes(&key), key_bytes(&key), &walk) == ERR_OK;

    if (!is_there)
        return false;
    is_there = walk_next(&walk);
    if (is_there) {
        *part = part_of(walk.key, walk.value);
        *found = key_part(request, part->first);
    }
    walk_end(&walk);
    return is_there;
}

uint64_t parts_newest(struct txn *txn, struct id request)
{
    struct key key = key_id(request);
    struct walk walk;
    uint64_t newest = 0;

    if (txn_count(txn, DB_PART) == 0 || walk_begin(txn, DB_PART, key_bytes(&key), key_bytes(&key), &walk) != ERR_OK)
        return 0;
    while (walk_next(&walk))
        newest = key_number_at(walk.value, 0);
    walk_end(&walk);
    return newest;
}

/* Without its first part a request could neither continue nor begin again, so all parts are removed together. */
enum err parts_trim(struct writing *w, struct id request, uint64_t revision)
{
    struct part part;
    struct key key;
    enum err e = ERR_OK;

    if (parts_newest(w->txn, request) > revision)
        return ERR_OK;
    while (e == ERR_OK && find_first(w->txn, request, &key, &part)) {
        const int64_t bytes = (int64_t)part.outcomes.len + OUTCOMES_AT + CHANGELOG_ROW_OVERHEAD;
        e = changelog_count_bytes(w, -bytes, 0);
        if (e == ERR_OK)
            e = row_delete(w, DB_PART, &key);
    }
    return e;
}

enum err parts_drop(struct writing *w, struct id request)
{
    return parts_trim(w, request, UINT64_MAX);
}

uint64_t parts_digest(struct txn *txn, struct id request)
{
    struct part part;
    struct key key;

    return find_first(txn, request, &key, &part) ? part.digest : 0;
}
