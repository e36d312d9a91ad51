#include "services/worker/tags/pieces.h"

#include <string.h>

void pieces_begin(struct pieces *pieces, struct arena *arena)
{
    *pieces = (struct pieces){ .arena = arena, .list.at = arena_array(arena, PIECES_MOST, sizeof(struct label_piece)) };
}

static struct label_piece *add_piece(struct pieces *pieces)
{
    if (pieces->list.count == PIECES_MOST)
        pieces->is_full = true;
    return pieces->is_full ? NULL : &pieces->list.at[pieces->list.count++];
}

void pieces_copy(struct pieces *pieces, int64_t at, int64_t len)
{
    struct label_piece *last = pieces->list.count ? &pieces->list.at[pieces->list.count - 1] : NULL;

    if (len <= 0)
        return;
    pieces->size += (uint64_t)len;
    if (last && last->len > 0 && last->at + last->len == (uint64_t)at) {
        last->len += (uint64_t)len;
        return;
    }
    struct label_piece *piece = add_piece(pieces);
    if (piece)
        *piece = (struct label_piece){ .at = (uint64_t)at, .len = (uint64_t)len };
}

void pieces_add(struct pieces *pieces, const void *bytes, size_t len)
{
    struct label_piece *piece = len > 0 ? add_piece(pieces) : NULL;

    if (!piece)
        return;
    uint8_t *copy = arena_alloc(pieces->arena, len);
    memcpy(copy, bytes, len);
    *piece = (struct label_piece){ .bytes = bytes_of(copy, len) };
    pieces->size += len;
}

void pieces_append(struct pieces *pieces, const struct pieces *more)
{
    for (uint32_t i = 0; i < more->list.count; i++) {
        const struct label_piece *piece = &more->list.at[i];

        if (piece->len > 0)
            pieces_copy(pieces, (int64_t)piece->at, (int64_t)piece->len);
        else
            pieces_add(pieces, piece->bytes.at, piece->bytes.len);
    }
    pieces->is_full = pieces->is_full || more->is_full;
}
