#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/transport/peers_parts.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_uint paused; /* number of paused peers */

static int set_events(int epoll, int op, int fd, struct epoll_event *event)
{
    return (int)syscall(SYS_epoll_ctl, epoll, op, fd, event);
}

static void watch_peer(const struct peer *peer)
{
    struct epoll_event event = peer->wanted;

    if (peer->epoll < 0)
        return;
    if (peer->is_paused)
        event.events &= ~(uint32_t)EPOLLIN;
    set_events(peer->epoll, EPOLL_CTL_MOD, peers_fd(peer), &event);
}

static void set_paused(struct peer *peer, bool is_paused)
{
    if (peer->is_paused == is_paused)
        return;
    peer->is_paused = is_paused;
    atomic_fetch_add(&paused, is_paused ? 1u : -1u);
    watch_peer(peer);
}

bool peers_pause_any(void)
{
    return atomic_load(&paused) > 0;
}

/* Checks for room again, because memory may have been freed just now, and no other call would check. */
void peers_pause(struct peer *peer, size_t wants)
{
    pthread_mutex_lock(&lock);
    peer->paused_at = peer->is_paused ? peer->paused_at : clock_steady();
    peer->wants = wants;
    set_paused(peer, true);
    pthread_mutex_unlock(&lock);
    peers_pause_relieve();
}

static struct peer *oldest_paused(bool is_large)
{
    struct peer *first = NULL;

    for (int fd = 0; fd < PEER_PLACES; fd++) {
        struct peer *peer = &peers_table[fd];
        if (peer->is_paused && (peer->wants > 0) == is_large && (!first || peer->paused_at < first->paused_at))
            first = peer;
    }
    return first;
}

/* Peers that need less never overtake the oldest, which could otherwise wait for ever. */
void peers_pause_relieve(void)
{
    struct peer *peer;
    size_t room;

    if (!peers_pause_any())
        return;
    pthread_mutex_lock(&lock);
    room = peers_inflow_room();
    while ((peer = oldest_paused(true)) && peer->wants <= room) {
        room -= peer->wants;
        set_paused(peer, false);
    }
    while (peers_inflow_takes_small() && (peer = oldest_paused(false)))
        set_paused(peer, false);
    pthread_mutex_unlock(&lock);
}

bool peers_pause_hang_up(struct peer *(*pick)(usec_t now), usec_t now)
{
    struct peer *peer;

    pthread_mutex_lock(&lock);
    peer = pick(now);
    if (peer) {
        set_paused(peer, false);
        atomic_store(&peer->is_leaving, true);
        shutdown(peers_fd(peer), SHUT_RDWR);
    }
    pthread_mutex_unlock(&lock);
    return peer != NULL;
}

static int note_and_set(struct peer *peer, int epoll, int op, int fd, struct epoll_event *event)
{
    struct epoll_event masked = event ? *event : (struct epoll_event){ 0 };

    if (op == EPOLL_CTL_DEL) {
        set_paused(peer, false);
        peer->epoll = -1;
        peers_inflow_reset(peer);
        atomic_store(&peer->inode, 0);
        return set_events(epoll, op, fd, event);
    }
    peer->epoll = epoll;
    peer->wanted = masked;
    if (peer->is_paused)
        masked.events &= ~(uint32_t)EPOLLIN;
    return set_events(epoll, op, fd, &masked);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    int done;

    if (fd < 0 || fd >= PEER_PLACES)
        return set_events(epoll, op, fd, event);
    pthread_mutex_lock(&lock);
    if (peers_of(fd) || peers_table[fd].epoll == epoll) {
        peers_note_call(PEER_EPOLL_CTL);
        done = note_and_set(&peers_table[fd], epoll, op, fd, event);
    } else {
        done = set_events(epoll, op, fd, event);
    }
    pthread_mutex_unlock(&lock);
    return done;
}
