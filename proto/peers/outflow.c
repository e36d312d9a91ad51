#include "proto/peers/outflow.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/alloc.h"
#include "proto/peers/inflow.h"
#include "proto/peers/pause.h"
#include "proto/peers/room.h"

enum {
    OVERHEAD = 256 /* bytes of one message within ZeroMQ */,
    EVICT_EACH_US = 10000,
    LOOK_EACH_US = 100000,
    TRIM_BYTES = 32 << 20
};

/* `is_complete` synchronises the hand-over between threads again, because ThreadSanitizer does not know ZeroMQ's
 * queues. */
struct outgoing {
    atomic_bool is_complete;
    atomic_size_t *peer; /* NULL: unknown */
    atomic_size_t *all;
    size_t cost;
    uint8_t at[];
};

static struct {
    atomic_size_t waiting[3]; /* bytes of each kind */
    _Atomic usec_t evicted;   /* last attempt */
    _Atomic usec_t looked;    /* last call of peers_look_after */
    atomic_size_t high;       /* most bytes in and out since memory was returned */
} out;

static size_t most_of(enum peers_kind kind)
{
    size_t share = peers_share(), most = share < LIMIT_OUT_BYTES ? share : LIMIT_OUT_BYTES;

    return kind == PEERS_EVENT ? most / 4 : most;
}

/* ---- peers that read ---- */

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    ssize_t sent = syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
    struct peer *peer = peers_of(fd);

    if (!peer)
        return sent;
    peers_note_call(PEER_SEND);
    if (sent == (ssize_t)len)
        atomic_store(&peer->deaf_since, 0);
    else if (sent > 0 || (errno == EAGAIN && atomic_load(&peer->deaf_since) == 0))
        atomic_store(&peer->deaf_since, clock_steady());
    return sent;
}

static bool is_deaf(const struct peer *peer, usec_t now, usec_t least)
{
    usec_t since = atomic_load(&peer->deaf_since);

    return peer->inode && !peer->is_leaving && since > 0 && now - since > least;
}

static struct peer *pick_deaf(usec_t now, usec_t least)
{
    struct peer *first = NULL;

    for (int fd = 0; fd < PEER_PLACES; fd++) {
        struct peer *peer = &peers_table[fd];
        if (!peer->is_subscriber && is_deaf(peer, now, least) && atomic_load(&peer->out) > LIMIT_OUT_SURE &&
            (!first || atomic_load(&peer->out) > atomic_load(&first->out)))
            first = peer;
    }
    return first;
}

static struct peer *pick_deaf_subscriber(usec_t now, usec_t least)
{
    struct peer *first = NULL;

    for (int fd = 0; fd < PEER_PLACES; fd++) {
        struct peer *peer = &peers_table[fd];
        if (peer->is_subscriber && is_deaf(peer, now, least) &&
            (!first || atomic_load(&peer->deaf_since) < atomic_load(&first->deaf_since)))
            first = peer;
    }
    return first;
}

static struct peer *pick_when_short(usec_t now)
{
    return pick_deaf(now, LIMIT_DEAF_SHORT_MS * 1000);
}

static struct peer *pick_subscriber_when_short(usec_t now)
{
    return pick_deaf_subscriber(now, LIMIT_DEAF_SHORT_MS * 1000);
}

static struct peer *pick_any(usec_t now)
{
    struct peer *first = pick_deaf(now, LIMIT_DEAF_MS * 1000);

    return first ? first : pick_deaf_subscriber(now, LIMIT_DEAF_MS * 1000);
}

/* Searching for a peer to disconnect takes some microseconds, too long for each refused message. */
static void evict_slowest(enum peers_kind kind)
{
    usec_t now = clock_steady();

    if (kind == PEERS_ASK || now - atomic_load(&out.evicted) < EVICT_EACH_US)
        return;
    atomic_store(&out.evicted, now);
    peers_pause_hang_up(kind == PEERS_EVENT ? pick_subscriber_when_short : pick_when_short, now);
}

/* ---- unsent messages ---- */

/* Each peer always has LIMIT_OUT_SURE. Beyond that a peer may have as many unsent bytes as are still free for all
 * (dynamic thresholds, Choudhury and Hahne 1998): whatever one peer takes, as much remains for the others. */
static bool has_outflow_room(enum peers_kind kind, const struct peer *peer, size_t cost)
{
    size_t all = atomic_load(&out.waiting[kind]), most = most_of(kind), own = peer ? atomic_load(&peer->out) : 0;

    if (kind == PEERS_ANSWER && peer && own + cost <= LIMIT_OUT_SURE)
        return true;
    return all < most && own + cost <= most - all;
}

static void count_outgoing(struct outgoing *outgoing)
{
    size_t all = atomic_fetch_add(outgoing->all, outgoing->cost) + outgoing->cost;

    if (outgoing->peer)
        atomic_fetch_add(outgoing->peer, outgoing->cost);
    if (all > atomic_load(&out.high))
        atomic_store(&out.high, all);
}

struct outgoing *peers_outgoing(enum peers_kind kind, int fd, const void *at, size_t len)
{
    struct peer *peer = kind == PEERS_ANSWER ? peers_of(fd) : NULL;
    struct outgoing *outgoing;

    if (!has_outflow_room(kind, peer, len + OVERHEAD)) {
        evict_slowest(kind);
        return NULL;
    }
    outgoing = alloc_bytes(sizeof(*outgoing) + len);
    *outgoing =
        (struct outgoing){ .peer = peer ? &peer->out : NULL, .all = &out.waiting[kind], .cost = len + OVERHEAD };
    if (len > 0)
        memcpy(outgoing->at, at, len);
    count_outgoing(outgoing);
    atomic_store(&outgoing->is_complete, true);
    return outgoing;
}

void *peers_outgoing_bytes(struct outgoing *outgoing)
{
    return outgoing->at;
}

void peers_outgoing_gone(void *bytes, void *hint)
{
    struct outgoing *outgoing = hint;

    (void)bytes;
    (void)atomic_load(&outgoing->is_complete);
    atomic_fetch_sub(outgoing->all, outgoing->cost);
    if (outgoing->peer)
        atomic_fetch_sub(outgoing->peer, outgoing->cost);
    free(outgoing);
}

/* The C library keeps freed memory below a block in use, and returns it to the system on request. */
static void trim_memory(void)
{
    size_t high = atomic_load(&out.high), all = peers_room_bytes();

    for (int kind = PEERS_ANSWER; kind <= PEERS_ASK; kind++)
        all += atomic_load(&out.waiting[kind]);
    if (all > high)
        atomic_store(&out.high, all);
    if (high < TRIM_BYTES || all > high / 4)
        return;
    atomic_store(&out.high, all);
    malloc_trim(0);
}

void peers_look_after(void)
{
    usec_t now = clock_steady();

    if (now - atomic_load(&out.looked) < LOOK_EACH_US)
        return;
    atomic_store(&out.looked, now);
    peers_share_look();
    peers_inflow_end_overdue(now);
    peers_pause_relieve();
    peers_pause_hang_up(pick_any, now);
    trim_memory();
}
