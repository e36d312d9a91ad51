/* peers_parts.h: what the files of peers.h share. No other file includes it.
 *
 *   peers.c         accept4: which connections are accepted
 *   peers_inflow.c   recv: what a peer may send now
 *   peers_pause.c    epoll_ctl: peers that nothing is read from for a while
 *   peers_reserve.c  malloc: memory for ZeroMQ when the process has used up its own
 *   peers_outflow.c  send: which answers may wait, for which peer              */
#ifndef LOOPHOLE_PROTO_PEERS_PARTS_H
#define LOOPHOLE_PROTO_PEERS_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "common/clock.h"
#include "proto/transport/limits.h"
#include "proto/transport/peers.h"
#include "proto/transport/wire.h"

enum { PEER_PLACES = LIMIT_PEERS + LIMIT_DESCRIPTORS_SPARE };

/* One connection, at the place of its descriptor. The inode shows whether the descriptor still is this connection. */
struct peer {
    _Atomic ino_t inode;  /* 0: none. Cleared when ZeroMQ stops watching the descriptor, before it closes it */
    _Atomic usec_t heard; /* its last message; else when it came */
    atomic_bool has_asked;
    atomic_bool is_leaving; /* hung up on */
    atomic_bool is_subscriber;

    atomic_size_t out;         /* bytes of answers that wait; goes on over the connections of one descriptor */
    _Atomic usec_t deaf_since; /* since then it has read nothing of what waits; 0: nothing waits in ZeroMQ */

    /* Written by ZeroMQ's thread. */
    struct wire wire;
    atomic_size_t unfinished; /* charged for the message that is arriving */
    _Atomic usec_t began;     /* when the first of that was charged */
    size_t subscribed;        /* bytes of all its subscriptions */
    size_t refused;           /* charge of a frame whose head is read and not yet passed on; 0: none */
    uint8_t *kept;            /* from the last byte of that head on: what came and is not passed on */
    size_t kept_len;

    /* Under the lock of peers_pause.c. */
    int epoll;
    struct epoll_event wanted; /* what ZeroMQ asked for */
    bool is_paused;
    usec_t paused_at;
    size_t wants; /* room for large frames without which it stays paused; 0: for a small message */
};

enum peer_call { PEER_ACCEPT4 = 1, PEER_RECV = 2, PEER_SEND = 4, PEER_EPOLL_CTL = 8 };
void peers_note_call(enum peer_call call);

extern struct peer peers_table[PEER_PLACES];

struct peer *peers_of(int fd); /* NULL: no connection that was accepted */
int peers_fd(const struct peer *peer);
ino_t peers_inode(int fd);   /* of a socket; 0: it is none */
size_t peers_share(void);    /* an eighth of the private memory that the process may have, as it was at the … */
void peers_share_look(void); /* … last look */

void peers_inflow_reset(struct peer *peer); /* what it sent and ZeroMQ has not finished reading is gone */
size_t peers_inflow_bytes(void);            /* what is charged for */
size_t peers_inflow_room(void);             /* for large frames */
bool peers_inflow_takes_small(void);
void peers_inflow_end_overdue(usec_t now); /* hangs up on peers that keep others waiting with half a message */

/* Nothing is read from it until there is room for `wants`. */
void peers_pause(struct peer *peer, size_t wants);
void peers_pause_relieve(void); /* reads again from those there is room for, the oldest first. Any thread */
bool peers_pause_any(void);
/* Under the lock, so that no descriptor is closed meanwhile: hangs up on what `pick` chooses. False: it chose none. */
bool peers_pause_hang_up(struct peer *(*pick)(usec_t now), usec_t now);

#endif
