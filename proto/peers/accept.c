#include "proto/peers/accept.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/peers/inflow.h"
#include "proto/peers/pause.h"
#include "proto/peers/room.h"

enum {
    LEAVING = 64 /* disconnected, and not closed by ZeroMQ yet */,
    PEER_BYTES = 64 << 10 /* bytes of buffers, measured */
};

static atomic_bool begun;

void peers_begin(void)
{
    atomic_store(&begun, true);
}

/* The number of a descriptor shows how many are open. */
static bool has_descriptors(int peer, int more)
{
    size_t places = peers_share() / PEER_BYTES + LIMIT_DESCRIPTORS_SPARE;
    struct rlimit limit = { 0 };
    rlim_t spare;

    if (places > PEER_PLACES)
        places = PEER_PLACES;
    getrlimit(RLIMIT_NOFILE, &limit);
    spare = limit.rlim_cur / 4 < LIMIT_DESCRIPTORS_SPARE ? limit.rlim_cur / 4 : LIMIT_DESCRIPTORS_SPARE;
    return (rlim_t)peer < limit.rlim_cur - spare + (rlim_t)more && peer < (int)places - LEAVING + more;
}

/* LIMIT_NEW_PEERS at once, then one every LIMIT_NEW_PEER_US (generic cell rate algorithm, ITU-T I.371). */
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

/* The run directory excludes other users; this check does so even if a person opened its mode. */
static bool is_own_user(int fd, pid_t *process)
{
    struct ucred who = { 0 };
    socklen_t len = sizeof(who);
    bool has_owner = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0;

    *process = who.pid;
    return has_owner && (who.uid == geteuid() || who.uid == 0);
}

static bool may_go(const struct peer *peer, usec_t now)
{
    usec_t least = peer->has_asked ? LIMIT_IDLE_MS * 1000 : LIMIT_FIRST_WORD_MS * 1000;

    return now - atomic_load(&peer->last_message) > least;
}

/* A peer that never asked comes first; then the peer that was silent for longest. */
static bool goes_before(const struct peer *a, const struct peer *b)
{
    if (a->has_asked != b->has_asked)
        return b->has_asked;
    return atomic_load(&a->last_message) < atomic_load(&b->last_message);
}

static struct peer *pick_silent(usec_t now)
{
    struct peer *first = NULL;

    for (int fd = 0; fd < PEER_PLACES; fd++) {
        struct peer *peer = &peers_table[fd];
        if (peer->inode && !peer->is_leaving && may_go(peer, now) && (!first || goes_before(peer, first)))
            first = peer;
    }
    return first;
}

static bool is_of_events(int listener)
{
    struct sockaddr_un address = { 0 };
    socklen_t len = sizeof(address);
    static const char end[] = ".events";
    size_t path;

    if (getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        return false;
    path = strnlen(address.sun_path, sizeof(address.sun_path));
    return path >= sizeof(end) - 1 && memcmp(address.sun_path + path - (sizeof(end) - 1), end, sizeof(end) - 1) == 0;
}

static void let_in(int fd, pid_t process, int listener)
{
    struct peer *peer = &peers_table[fd];

    peers_room_reset(peer);
    peer->wire = (struct wire){ 0 };
    peer->subscribed = 0;
    peer->has_asked = peer->is_leaving = false;
    peer->is_subscriber = is_of_events(listener);
    peer->process = process;
    peer->last_message = clock_steady();
    peer->deaf_since = 0;
    peer->inode = peers_inode(fd);
}

void peers_note_message(int fd)
{
    if (fd < 0 || fd >= PEER_PLACES)
        return;
    atomic_store(&peers_table[fd].last_message, clock_steady());
    atomic_store(&peers_table[fd].has_asked, true);
}

pid_t peers_process(int fd)
{
    const struct peer *peer = peers_of(fd);

    return peer ? atomic_load(&peer->process) : 0;
}

int accept4(int listener, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    pid_t process;
    int peer = (int)syscall(SYS_accept4, listener, address.__sockaddr__, len, flags);

    if (peer < 0 || !atomic_load(&begun))
        return peer;
    peers_note_call(PEER_ACCEPT4);
    if (is_own_user(peer, &process) && is_in_time() &&
        (has_descriptors(peer, 0) ||
         (peers_pause_hang_up(pick_silent, clock_steady()) && has_descriptors(peer, LEAVING)))) {
        let_in(peer, process, listener);
        return peer;
    }
    close(peer);
    errno = ECONNABORTED;
    return -1;
}
