/* table.h: the connections, each at the index of its descriptor. For the files of this folder alone. */
#ifndef LOOPHOLE_PROTO_PEERS_TABLE_H
#define LOOPHOLE_PROTO_PEERS_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "common/clock.h"
#include "proto/limits.h"
#include "proto/peers/wire.h"

enum { PEER_PLACES = LIMIT_PEERS + LIMIT_DESCRIPTORS_SPARE };

/* One connection, at the index of its descriptor. The inode shows whether the descriptor is still this connection. */
struct peer {
    _Atomic ino_t inode;         /* 0: none. Cleared when ZeroMQ stops watching the descriptor, before it closes it */
    _Atomic usec_t last_message; /* time of its last message, or of its connection */
    _Atomic pid_t process;       /* 0: unknown */
    atomic_bool has_asked;
    atomic_bool is_leaving; /* disconnected */
    atomic_bool is_subscriber;

    atomic_size_t out;         /* bytes of unsent answers; a new connection of the descriptor does not reset it */
    _Atomic usec_t deaf_since; /* the peer has read none of its waiting bytes since then; 0: no bytes wait */

    /* Written by ZeroMQ's thread. */
    struct wire wire;
    atomic_size_t unfinished; /* bytes charged for the incomplete message */
    _Atomic usec_t began;     /* time of the first charge for it */
    size_t subscribed;        /* bytes of all its subscriptions */
    size_t refused;           /* charge of a frame whose head ZeroMQ has not got yet, for lack of room; 0: none */
    uint8_t *kept;            /* received bytes that ZeroMQ has not got, from the last byte of that head on */
    size_t kept_len;

    /* Under the lock of pause.c. */
    int epoll;
    struct epoll_event wanted; /* ZeroMQ's request */
    bool is_watched;           /* the kernel reports it to that epoll */
    bool was_stopped;
    bool is_paused;
    usec_t paused_at;
    size_t wants; /* the peer waits for this number of bytes for a large frame; 0: for a small message */
};

enum peer_call { PEER_ACCEPT4 = 1, PEER_RECV = 2, PEER_SEND = 4, PEER_EPOLL_CTL = 8, PEER_EPOLL_WAIT = 16 };
void peers_note_call(enum peer_call call); /* for peers_reached: ZeroMQ made this call. Any thread */

extern struct peer peers_table[PEER_PLACES];

struct peer *peers_of(int fd);         /* NULL: no accepted connection */
int peers_fd(const struct peer *peer); /* its socket */
bool peers_has_ended(int fd);          /* the other side has closed the socket, or the socket has failed */
ino_t peers_inode(int fd);             /* of a socket; 0: not a socket */
size_t peers_share(void);              /* an eighth of the process's private memory, as of … */
void peers_share_look(void);           /* … the last call of this function */

/* Which of ZeroMQ's five calls have come here: 1 accept4, 2 recv, 4 send, 8 epoll_ctl, 16 epoll_wait. For tests:
 * without all five no bound is enforced. */
unsigned peers_reached(void);

#endif
