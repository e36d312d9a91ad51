#include "proto/peers/room.h"

#include <stdlib.h>

#include "proto/wire/codec.h"

_Static_assert(LIMIT_FRAME_BYTES >= CODEC_MESSAGE_MAX + 4096 && LIMIT_FRAME_BYTES < LIMIT_IN_BYTES_LEAST / 4 * 3,
               "the largest message fits into a frame, and the largest frame into the least room");

/* A frame of more than INLINE_BYTES may keep the whole buffer that it arrived in: 8 KiB and a table. */
enum { INLINE_BYTES = 33, OVERHEAD = 128 };

/* Charged bytes: of incomplete messages, of messages that wait to be received, and of those in the loop. Between
 * counting and receiving, the loop may find no message and correct `waiting` too early; it is then negative until the
 * loop corrects it again. */
static struct {
    atomic_size_t arriving;
    atomic_long waiting, waiting_messages;
    atomic_size_t received;
} in;

size_t peers_charge(size_t frame_bytes, bool has_more)
{
    if (frame_bytes > LIMIT_SMALL)
        return frame_bytes + OVERHEAD;
    return !has_more ? 0 : frame_bytes > INLINE_BYTES ? PEER_BUFFER_BYTES : OVERHEAD;
}

void peers_room_charge(struct peer *peer, size_t bytes)
{
    if (bytes == 0)
        return;
    if (atomic_fetch_add(&peer->unfinished, bytes) == 0)
        atomic_store(&peer->began, clock_steady());
    atomic_fetch_add(&in.arriving, bytes);
}

void peers_room_arrived(struct peer *peer)
{
    size_t charged = atomic_exchange(&peer->unfinished, 0);

    atomic_fetch_add(&in.waiting, (long)charged);
    atomic_fetch_add(&in.waiting_messages, 1);
    atomic_fetch_sub(&in.arriving, charged);
}

void peers_take(size_t charged)
{
    atomic_fetch_sub(&in.waiting, (long)charged);
    atomic_fetch_sub(&in.waiting_messages, 1);
    atomic_fetch_add(&in.received, charged);
}

void peers_room_free(size_t charged)
{
    atomic_fetch_sub(&in.received, charged);
}

void peers_room_settle(void)
{
    atomic_store(&in.waiting, 0);
    atomic_store(&in.waiting_messages, 0);
}

size_t peers_room_bytes(void)
{
    long waiting = atomic_load(&in.waiting);

    return atomic_load(&in.arriving) + atomic_load(&in.received) + (waiting > 0 ? (size_t)waiting : 0);
}

/* The room holds at least one frame of the largest size, because with less its peer would never be served. */
size_t peers_room_left(void)
{
    size_t share = peers_share(), most = share < LIMIT_IN_BYTES ? share : LIMIT_IN_BYTES, taken = peers_room_bytes();

    most = most < LIMIT_IN_BYTES_LEAST ? LIMIT_IN_BYTES_LEAST : most;
    return taken < most ? most - taken : 0;
}

bool peers_room_takes_small(void)
{
    size_t most = peers_share() / PEER_BUFFER_BYTES;

    return atomic_load(&in.waiting_messages) < (most < LIMIT_IN_MESSAGES ? (long)most : LIMIT_IN_MESSAGES);
}

void peers_room_reset(struct peer *peer)
{
    atomic_fetch_sub(&in.arriving, atomic_exchange(&peer->unfinished, 0));
    free(peer->kept);
    peer->kept = NULL;
    peer->kept_len = peer->refused = 0;
}
