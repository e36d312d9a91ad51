#include "proto/peers.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"
#include "proto/limits.h"
#include "proto/wire.h"

enum { PLACES = LIMIT_PEERS + LIMIT_DESCRIPTORS_SPARE, LEAVING = 64 /* hung up on, and not closed by ZeroMQ yet */ };

/* One connection, at the place of its descriptor. The inode tells whether the descriptor still is this connection. */
struct peer {
    _Atomic ino_t inode;   /* 0: none */
    _Atomic usec_t heard;  /* its last message; else when it came */
    atomic_bool has_asked;
    struct wire wire; /* of ZeroMQ's thread */
};

/* The signature of accept4 has no room for a state. Written by ZeroMQ's thread; messages are told by the loop's. */
static struct peer peers[PLACES];

/* The number of a descriptor tells how many are open. */
static bool has_room(int peer, int more)
{
    struct rlimit limit = { 0 };
    rlim_t spare;

    getrlimit(RLIMIT_NOFILE, &limit);
    spare = limit.rlim_cur / 4 < LIMIT_DESCRIPTORS_SPARE ? limit.rlim_cur / 4 : LIMIT_DESCRIPTORS_SPARE;
    return (rlim_t)peer < limit.rlim_cur - spare + (rlim_t)more && peer < PLACES - LEAVING + more;
}

/* LIMIT_NEW_PEERS at once, then one each LIMIT_NEW_PEER_US (generic cell rate algorithm, ITU-T I.371). */
static bool is_in_time(void)
{
    static _Atomic usec_t full_at;
    usec_t now = clock_steady(), at = atomic_load(&full_at);

    at = (at > now ? at : now) + LIMIT_NEW_PEER_US;
    if (at - now > (usec_t)LIMIT_NEW_PEERS * LIMIT_NEW_PEER_US)
        return false;
    atomic_store(&full_at, at);
    return true;
}

static ino_t inode_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}

static bool may_go(const struct peer *peer, usec_t now)
{
    usec_t least = peer->has_asked ? LIMIT_IDLE_MS * 1000 : LIMIT_FIRST_WORD_MS * 1000;

    return now - atomic_load(&peer->heard) > least;
}

/* Who never asked goes before who did; then who was heard least lately. */
static bool goes_before(const struct peer *a, const struct peer *b)
{
    if (a->has_asked != b->has_asked)
        return b->has_asked;
    return atomic_load(&a->heard) < atomic_load(&b->heard);
}

/* Only ZeroMQ's thread closes connections, and it is the one that is here. */
static bool hang_up_on_one(void)
{
    usec_t now = clock_steady();
    struct peer *first = NULL;

    for (int fd = 0; fd < PLACES; fd++) {
        struct peer *peer = &peers[fd];
        if (!peer->inode || !may_go(peer, now) || (first && !goes_before(peer, first)))
            continue;
        if (inode_of(fd) == peer->inode)
            first = peer;
        else
            peer->inode = 0;
    }
    if (!first)
        return false;
    first->inode = 0;
    return shutdown((int)(first - peers), SHUT_RDWR) == 0;
}

static void let_in(int fd)
{
    peers[fd].has_asked = false;
    peers[fd].wire = (struct wire){ 0 };
    peers[fd].heard = clock_steady();
    peers[fd].inode = inode_of(fd);
}

void peers_heard(int fd)
{
    if (fd < 0 || fd >= PLACES)
        return;
    atomic_store(&peers[fd].heard, clock_steady());
    atomic_store(&peers[fd].has_asked, true);
}

int accept4(int listener, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    int peer = (int)syscall(SYS_accept4, listener, address.__sockaddr__, len, flags);

    if (peer < 0)
        return peer;
    if (is_in_time() && (has_room(peer, 0) || (hang_up_on_one() && has_room(peer, LEAVING)))) {
        let_in(peer);
        return peer;
    }
    close(peer);
    errno = ECONNABORTED;
    return -1;
}

/* A descriptor may be another connection's by now, whose wire this is not. */
static bool is_too_much(int fd, const void *bytes, size_t len)
{
    struct peer *peer = &peers[fd];

    if (wire_take(&peer->wire, bytes, len, LIMIT_WIRE_BYTES))
        return false;
    if (inode_of(fd) == peer->inode)
        return true;
    peer->inode = 0;
    return false;
}

ssize_t recv(int fd, void *bytes, size_t len, int flags)
{
    ssize_t got = syscall(SYS_recvfrom, fd, bytes, len, flags, NULL, NULL);

    if (got <= 0 || fd < 0 || fd >= PLACES || !peers[fd].inode || flags & MSG_PEEK ||
        !is_too_much(fd, bytes, (size_t)got))
        return got;
    peers[fd].inode = 0;
    shutdown(fd, SHUT_RDWR);
    return 0;
}
