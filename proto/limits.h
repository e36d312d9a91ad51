/* limits.h: every bound of the messaging in one place. Past a bound the answer is an error that says so; nothing
 * waits without end and nothing grows without end. */
#ifndef LOOPHOLE_PROTO_LIMITS_H
#define LOOPHOLE_PROTO_LIMITS_H

enum {
    /* asks */
    LIMIT_BUDGET_MS = 600000,       /* of one ask; longer work is a task */
    LIMIT_DEFERRED = 4096,          /* asks whose answer a service has put off: past it busy */
    LIMIT_DEFERRED_BYTES = 64 << 20, /* of their requests */
    LIMIT_RECALLED = 64,            /* answers of a service to asks that are done once, kept for copies of these */
    LIMIT_SERVICE_ASKS = 1024,      /* asks of one service to others under way: past it busy */
    LIMIT_CLIENT_ASKS = 16384,      /* asks of one client under way: past it busy */
    LIMIT_RESEND_FIRST_MS = 1000,   /* an ask without an answer is sent again after this, then after twice as long … */
    LIMIT_RESEND_MS = 10000,        /* … and never less often than this; at once when the service is back */
    LIMIT_ARENA = 64 << 20,         /* bytes of memory of one call */

    /* one turn of a service's loop */
    LIMIT_TURN = 1000,        /* messages of one socket */
    LIMIT_TURN_MS = 100,      /* no further ask is begun after this */
    LIMIT_BEAT_MS = 200,      /* longest wait, so that the beat on the board stays young */
    LIMIT_WATCHED = 64,       /* file descriptors of the service */
    LIMIT_TIMERS = 16,        /* of the service */
    LIMIT_HEARD = 32,         /* events of others it listens to */
    LIMIT_CALLS_KEPT = 64,    /* calls whose memory is kept for the next ones */
    LIMIT_MEMORY_KEPT = 1 << 20, /* bytes that a kept call may hold on to */

    /* sockets */
    LIMIT_SOCKETS = 256,            /* of one process, not peers */
    LIMIT_BACKLOG = 4096,           /* connections that wait to be accepted */
    LIMIT_DESCRIPTORS_SPARE = 256,  /* no peer is accepted that leaves fewer */
    LIMIT_WIRE_BYTES = 16 << 20,    /* of one message with all its frames: past it the peer is hung up on */
    LIMIT_ROUTE_FRAMES = 16,        /* frames before the last of an ask */
    LIMIT_ROUTE_BYTES = 600,        /* of these frames, with one byte for each */
    LIMIT_PEER_INBOUND = 100,       /* messages of one peer that wait to be read: past it the peer waits */
    LIMIT_PEER_OUTBOUND = 20000,    /* answers to one peer that wait to be sent: past it dropped */
    LIMIT_EVENTS_WAITING = 10000,   /* events for one subscriber: past it dropped, it sees a gap */
    LIMIT_LARGE = 64 << 10,         /* an answer of more bytes counts as large */
    LIMIT_LARGE_BYTES = 512 << 20,  /* of large answers that wait to be sent: past it busy */
    LIMIT_PEERS = 2048,             /* connections to one service, about; past it the longest silent one goes, … */
    LIMIT_FIRST_WORD_MS = 1000,     /* … if it has asked nothing for so long since it came, … */
    LIMIT_IDLE_MS = 10000,          /* … or for so long since it asked; else the new one is refused */
    LIMIT_NEW_PEERS = 256,          /* of them so many at once, … */
    LIMIT_NEW_PEER_US = 1000,       /* … then one each so long: refused meanwhile */
    LIMIT_HANDSHAKE_MS = 2000,      /* for a new connection to say that it speaks ZeroMQ */
    LIMIT_WELCOME_MS = 10000,       /* for a service to answer that, until its client connects anew */
    LIMIT_HEARTBEAT_MS = 10000,     /* between signs of life on a connection */
    LIMIT_SILENCE_MS = 60000,       /* a peer that gives none for so long is disconnected */
    LIMIT_RECONNECT_MS = 10,        /* first try to connect again; doubled up to … */
    LIMIT_RECONNECT_MAX_MS = 100,
    LIMIT_LINGER_MS = 1000,         /* a service that ends waits so long for its last answers to leave */
};

#endif
