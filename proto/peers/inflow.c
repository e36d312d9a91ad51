#include "proto/peers/inflow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/alloc.h"
#include "proto/peers/pause.h"
#include "proto/peers/room.h"

enum { HEARTBEAT_BYTES = 7 };

void peers_drop(size_t charged)
{
    peers_room_free(charged);
    if (charged > 0)
        peers_pause_relieve();
}

void peers_settle(void)
{
    peers_room_settle();
    peers_pause_relieve();
}

/* ---- frames ---- */

/* Small frames are always charged; their peer is paused after them. */
static bool admit_bytes(struct peer *peer, size_t bytes, bool is_large)
{
    if (is_large && bytes > peers_room_left())
        return false;
    peers_room_charge(peer, bytes);
    return true;
}

static bool is_legal(struct peer *peer)
{
    const struct wire *wire = &peer->wire;

    if (wire->left > (wire_is_command(wire) ? LIMIT_COMMAND_BYTES : LIMIT_FRAME_BYTES))
        return false;
    if (!peer->is_subscriber)
        return wire->frames <= LIMIT_WIRE_FRAMES;
    if (!wire_is_command(wire) || wire->left > HEARTBEAT_BYTES)
        peer->subscribed += wire->left + 1;
    return wire->left <= LIMIT_SUBSCRIPTION_BYTES && peer->subscribed <= LIMIT_SUBSCRIPTION_BYTES;
}

static void end_frame(struct peer *peer)
{
    if (!wire_is_command(&peer->wire) && !wire_has_more(&peer->wire) && !peer->is_subscriber)
        peers_room_arrived(peer);
}

/* False: there is no room for it now. */
static bool reserve_message(struct peer *peer)
{
    const struct wire *wire = &peer->wire;
    size_t bytes;

    if (wire_is_command(wire) || peer->is_subscriber)
        return true;
    bytes = peers_charge((size_t)wire->left, wire_has_more(wire));
    if (admit_bytes(peer, bytes, wire->left > LIMIT_SMALL))
        return true;
    peer->refused = bytes;
    return false;
}

/* Returns how many of these bytes ZeroMQ may have: all up to a refused head. Bytes before `from` were checked already.
 * -1: disconnect the peer. */
static ssize_t look_through(struct peer *peer, const uint8_t *bytes, size_t from, size_t len)
{
    const uint8_t *at = bytes + from, *end = bytes + len;

    for (;;) {
        switch (wire_next(&peer->wire, &at, end, LIMIT_WIRE_BYTES)) {
        case WIRE_ALL:
            return (ssize_t)len;
        case WIRE_BAD:
            return -1;
        case WIRE_END:
            end_frame(peer);
            break;
        case WIRE_HEAD:
            if (!is_legal(peer))
                return -1;
            if (!reserve_message(peer))
                return at - 1 - bytes;
        }
    }
}

/* ---- bytes ---- */

static ssize_t nothing_now(void)
{
    errno = EAGAIN;
    return -1;
}

/* The descriptor may belong to another connection by now, with its own wire. */
static ssize_t hang_up(struct peer *peer, ssize_t got)
{
    int fd = peers_fd(peer);
    bool is_it = peers_inode(fd) == atomic_load(&peer->inode);

    peers_room_reset(peer);
    if (!is_it) {
        atomic_store(&peer->inode, 0);
        return got;
    }
    atomic_store(&peer->is_leaving, true);
    shutdown(fd, SHUT_RDWR);
    return 0;
}

static void keep_bytes(struct peer *peer, const uint8_t *bytes, size_t len)
{
    uint8_t *kept = alloc_bytes(len);

    memcpy(kept, bytes, len);
    free(peer->kept);
    peer->kept = kept;
    peer->kept_len = len;
}

static ssize_t pass_on(struct peer *peer, uint8_t *bytes, size_t from, size_t got)
{
    ssize_t pass = look_through(peer, bytes, from, got);

    if (pass < 0)
        return hang_up(peer, (ssize_t)got);
    if (peer->refused > 0) {
        keep_bytes(peer, bytes + pass, got - (size_t)pass);
        peers_pause(peer, peer->refused);
        return pass > 0 ? pass : nothing_now();
    }
    if (atomic_load(&peer->unfinished) > 0 && peers_room_left() == 0)
        peers_pause(peer, PEER_BUFFER_BYTES);
    else if (!peers_room_takes_small())
        peers_pause(peer, 0);
    return pass;
}

/* ZeroMQ reads a head into a buffer of the same size as before, when the bytes were kept. */
static ssize_t read_kept(struct peer *peer, uint8_t *bytes, size_t len)
{
    size_t got = peer->kept_len;

    if (!admit_bytes(peer, peer->refused, true)) {
        if (peers_has_ended(peers_fd(peer)))
            return hang_up(peer, 0);
        peers_pause(peer, peer->refused);
        return nothing_now();
    }
    if (got > len)
        return hang_up(peer, 0);
    memcpy(bytes, peer->kept, got);
    free(peer->kept);
    peer->kept = NULL;
    peer->kept_len = peer->refused = 0;
    return pass_on(peer, bytes, 1, got);
}

ssize_t recv(int fd, void *bytes, size_t len, int flags)
{
    struct peer *peer = peers_of(fd);
    ssize_t got;

    if (peer && !(flags & MSG_PEEK))
        peers_note_call(PEER_RECV);
    if (peer && peer->is_leaving)
        return 0;
    if (peer && peer->refused > 0 && !(flags & MSG_PEEK))
        return read_kept(peer, bytes, len);
    got = syscall(SYS_recvfrom, fd, bytes, len, flags, NULL, NULL);
    return got <= 0 || !peer || flags & MSG_PEEK ? got : pass_on(peer, bytes, 0, (size_t)got);
}

/* ---- peers that delay others ---- */

static struct peer *pick_overdue(usec_t now)
{
    for (int fd = 0; fd < PEER_PLACES; fd++) {
        struct peer *peer = &peers_table[fd];
        if (peer->inode && !peer->is_leaving && atomic_load(&peer->unfinished) > 0 &&
            now - atomic_load(&peer->began) > LIMIT_ARRIVE_MS * 1000)
            return peer;
    }
    return NULL;
}

void peers_inflow_end_overdue(usec_t now)
{
    while (peers_pause_any() && peers_pause_hang_up(pick_overdue, now))
        ;
}
