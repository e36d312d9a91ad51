/* peers_parts.h: shared by the files of peers.h. No other file includes it.
 *
 *   peers.c          accept4: which connections are accepted
 *   peers_inflow.c   recv: what a peer may send now
 *   peers_pause.c    epoll_ctl, epoll_wait: peers that are not read for a while
 *   peers_room.c     the bytes that peers have sent, and the room that is left for more
 *   peers_table.c    the connections
 *   peers_reserve.c  malloc: memory for ZeroMQ after the process has used up its own
 *   peers_outflow.c  send: which answers may wait, for which peer */
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

    /* Under the lock of peers_pause.c. */
    int epoll;
    struct epoll_event wanted; /* ZeroMQ's request */
    bool is_watched;           /* the kernel reports it to that epoll */
    bool was_stopped;
    bool is_paused;
    usec_t paused_at;
    size_t wants; /* the peer waits for this number of bytes for a large frame; 0: for a small message */
};

/* ---- peers_table.c ---- */
enum peer_call { PEER_ACCEPT4 = 1, PEER_RECV = 2, PEER_SEND = 4, PEER_EPOLL_CTL = 8, PEER_EPOLL_WAIT = 16 };
void peers_note_call(enum peer_call call); /* for peers_reached: ZeroMQ made this call. Any thread */

extern struct peer peers_table[PEER_PLACES];

struct peer *peers_of(int fd);         /* NULL: no accepted connection */
int peers_fd(const struct peer *peer); /* its socket */
bool peers_has_ended(int fd);          /* the other side has closed the socket, or the socket has failed */
ino_t peers_inode(int fd);             /* of a socket; 0: not a socket */
size_t peers_share(void);              /* an eighth of the process's private memory, as of … */
void peers_share_look(void);           /* … the last call of this function */

/* ---- peers_room.c ---- */
enum { PEER_BUFFER_BYTES = 18 << 10 };                   /* the most that a small message keeps */
void peers_room_charge(struct peer *peer, size_t bytes); /* of its incomplete message */
void peers_room_arrived(struct peer *peer);              /* the message is complete, and waits for the loop */
void peers_room_free(size_t charged);                    /* the loop has dropped it */
void peers_room_settle(void);                            /* no message waits */
void peers_room_reset(struct peer *peer);                /* forgets bytes that ZeroMQ has not finished reading */
size_t peers_room_bytes(void);                           /* bytes charged for */
size_t peers_room_left(void);                            /* for large frames */
bool peers_room_takes_small(void);                       /* true while fewer small messages wait than their bound */

/* ---- peers_inflow.c ---- */
void peers_inflow_end_overdue(usec_t now); /* disconnects peers whose partial messages delay others */

/* ---- peers_pause.c ---- */
/* Stops reading from the peer until there is room for `wants` bytes. */
void peers_pause(struct peer *peer, size_t wants);
void peers_pause_relieve(void); /* resumes the peers for which there is room, the oldest first. Any thread */
bool peers_pause_any(void);
/* Disconnects the peer that `pick` returns, under the lock, so that no descriptor is closed meanwhile. False: none. */
bool peers_pause_hang_up(struct peer *(*pick)(usec_t now), usec_t now);

#endif
