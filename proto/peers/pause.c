#include "proto/peers/pause.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/peers/room.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_uint paused; /* number of paused peers */

static int set_events(int epoll, int op, int fd, struct epoll_event *event)
{
    return (int)syscall(SYS_epoll_ctl, epoll, op, fd, event);
}

/* While a hundred messages of a peer wait, ZeroMQ wants no input. If the connection then ends, ZeroMQ takes the event
 * for an error, and the next heartbeat from or to that peer ends the process (an assertion in out_event). So the
 * descriptor leaves the epoll until ZeroMQ reads again. It then gets the end before the unread messages. */
static bool is_stopped(const struct peer *peer)
{
    return !(peer->wanted.events & EPOLLIN);
}

static int watch_peer(struct peer *peer)
{
    struct epoll_event event = peer->wanted;
    bool was_watched = peer->is_watched;

    if (peer->epoll < 0)
        return 0;
    peer->is_watched = !is_stopped(peer);
    if (peer->is_paused)
        event.events &= ~(uint32_t)EPOLLIN;
    peer->was_stopped = peer->was_stopped || (was_watched && !peer->is_watched);
    if (peer->is_watched && !was_watched && peer->was_stopped && peers_has_ended(peers_fd(peer)))
        atomic_store(&peer->is_leaving, true);
    if (peer->is_watched)
        return set_events(peer->epoll, was_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, peers_fd(peer), &event);
    return was_watched ? set_events(peer->epoll, EPOLL_CTL_DEL, peers_fd(peer), NULL) : 0;
}

static void set_paused(struct peer *peer, bool is_paused)
{
    if (peer->is_paused == is_paused)
        return;
    peer->is_paused = is_paused;
    atomic_fetch_add(&paused, is_paused ? 1u : -1u);
    (void)watch_peer(peer);
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

/* The oldest paused peer is served first, also when others need less room. So it does not starve. */
void peers_pause_relieve(void)
{
    struct peer *peer;
    size_t room;

    if (!peers_pause_any())
        return;
    pthread_mutex_lock(&lock);
    room = peers_room_left();
    while ((peer = oldest_paused(true)) && peer->wants <= room) {
        room -= peer->wants;
        set_paused(peer, false);
    }
    while (peers_room_takes_small() && (peer = oldest_paused(false)))
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

static int forget_peer(struct peer *peer)
{
    int epoll = peer->epoll, done = 0;

    set_paused(peer, false);
    if (peer->is_watched)
        done = set_events(epoll, EPOLL_CTL_DEL, peers_fd(peer), NULL);
    peer->is_watched = false;
    peer->epoll = -1;
    peers_room_reset(peer);
    atomic_store(&peer->inode, 0);
    return done;
}

static int note_and_set(struct peer *peer, int epoll, int op, const struct epoll_event *event)
{
    if (op == EPOLL_CTL_DEL)
        return forget_peer(peer);
    if (op == EPOLL_CTL_ADD)
        peer->is_watched = peer->was_stopped = false;
    peer->epoll = epoll;
    peer->wanted = *event;
    return watch_peer(peer);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    int done;

    if (fd < 0 || fd >= PEER_PLACES)
        return set_events(epoll, op, fd, event);
    pthread_mutex_lock(&lock);
    if (peers_of(fd) || peers_table[fd].epoll == epoll) {
        peers_note_call(PEER_EPOLL_CTL);
        done = note_and_set(&peers_table[fd], epoll, op, event);
    } else {
        done = set_events(epoll, op, fd, event);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

/* If the end comes together with bytes, ZeroMQ reads twice, and may want no input the second time. */
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
    int count = (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout_ms, NULL, 0);

    peers_note_call(PEER_EPOLL_WAIT);
    for (int i = 0; i < count; i++)
        if (events[i].events & (EPOLLHUP | EPOLLERR))
            events[i].events &= ~(uint32_t)EPOLLIN;
    return count;
}
