/* limits.h: every bound of the messaging in one place. Past a bound the answer is an error that says so; nothing
 * waits without end and nothing grows without end. */
#ifndef LOOPHOLE_PROTO_LIMITS_H
#define LOOPHOLE_PROTO_LIMITS_H

enum {
    /* asks */
    LIMIT_BUDGET_MS = 600000,        /* of one ask; longer work is a task */
    LIMIT_DEFERRED = 4096,           /* asks whose answer a service has put off: past it busy */
    LIMIT_DEFERRED_BYTES = 64 << 20, /* of their requests */
    LIMIT_RECALLED = 64,             /* answers of a service to asks that are done once, kept for copies of these */
    LIMIT_RECALLED_BYTES = 16384,    /* of one of them, to outlive the service */
    LIMIT_SERVICE_ASKS = 1024,       /* asks of one service to others under way: past it busy */
    LIMIT_CLIENT_ASKS = 16384,       /* asks of one client under way: past it busy */
    LIMIT_CLIENT_BYTES = 256 << 20,  /* of these asks, of a service's too: past it busy */
    LIMIT_RESEND_FIRST_MS = 1000,    /* an ask without an answer is sent again after this, then after twice as long … */
    LIMIT_RESEND_MS = 10000,         /* … and never less often than this; at once when the service is back */
    LIMIT_SPENDERS = 256,            /* places for what the asks of peers cost lately */
    LIMIT_ASIDE_LEAST = 64 << 10,    /* an ask of as many bytes is read by a thread */
    LIMIT_ASIDE = 64,                /* of them at once, … */
    LIMIT_ASIDE_BYTES = 64 << 20,    /* … and their bytes: past either busy */
    LIMIT_ARENA = 64 << 20,          /* bytes of memory of one call: its ask may take all of them, … */
    LIMIT_HANDLER = 1 << 20,         /* … and its handler these besides, without a check, and what the ask left */

    /* one turn of a service's loop */
    LIMIT_TURN = 1000,           /* messages of one socket */
    LIMIT_TURN_MS = 100,         /* no further ask is begun after this … */
    LIMIT_HELD_MS = 10,          /* … or after this, when answers wait for the turn's commit … */
    LIMIT_HELD_EXPENSIVE_MS = 4, /* … or this, once an expensive ask was handled */
    LIMIT_BEAT_MS = 200,         /* longest wait, so that the beat on the board stays young */
    LIMIT_WATCHED = 64,          /* file descriptors of the service */
    LIMIT_TIMERS = 16,           /* of the service */
    LIMIT_HEARD = 32,            /* events of others it listens to */
    LIMIT_CALLS_KEPT = 64,       /* calls whose memory is kept for the next ones */
    LIMIT_MEMORY_KEPT = 1 << 20, /* bytes that a kept call may hold on to */

    /* sockets */
    LIMIT_SOCKETS = 256,                  /* of one process, not peers */
    LIMIT_BACKLOG = 4096,                 /* connections that wait to be accepted */
    LIMIT_DESCRIPTORS_SPARE = 256,        /* no peer is accepted that leaves fewer */
    LIMIT_WIRE_BYTES = 16 << 20,          /* of one message with all its frames: past it the peer is hung up on, … */
    LIMIT_FRAME_BYTES = (8 << 20) + 4096, /* … and past this for one frame with what is around its body, … */
    LIMIT_WIRE_FRAMES = 1024,             /* … and past so many frames … */
    LIMIT_COMMAND_BYTES = 4096,           /* … or this for one of ZeroMQ's own words */
    LIMIT_SUBSCRIPTION_BYTES = 4096,      /* of all that one subscriber subscribes to: past it hung up on */
    LIMIT_ROUTE_FRAMES = 16,              /* frames before the last of an ask */
    LIMIT_ROUTE_BYTES = 600,              /* of these frames, with one byte for each */
    LIMIT_PEER_INBOUND = 100,             /* messages of one peer that wait to be read: past it the peer waits */
    LIMIT_SMALL = 8 << 10,                /* a frame of more bytes is read only when there is room for it */
    LIMIT_IN_BYTES = 256 << 20,           /* of such frames, or an eighth of data_mb: past it their peers wait, … */
    LIMIT_IN_BYTES_LEAST = 16 << 20,      /* … but never less than this, for one must fit */
    LIMIT_IN_MESSAGES = 4096,    /* of all peers, small ones too, that wait to be read: past it their peers wait */
    LIMIT_ARRIVE_MS = 2000,      /* for half a message that keeps others waiting, until its peer is hung up on */
    LIMIT_PEER_OUTBOUND = 20000, /* answers to one peer that wait to be sent: past it dropped */
    LIMIT_OUT_BYTES = 256 << 20, /* of answers that wait, or an eighth of data_mb: one peer may have as much … */
    LIMIT_OUT_SURE = 16 << 10,   /* … as is still free, and this in any case: past it busy */
    LIMIT_DEAF_MS = 10000,       /* a peer that reads nothing of what waits for so long is hung up on, … */
    LIMIT_DEAF_SHORT_MS = 1000,  /* … after this when another finds no room */
    LIMIT_EVENTS_WAITING = 1000, /* events for one subscriber: past it dropped, it sees a gap */
    LIMIT_PEERS = 2048,          /* connections to one service, about; past it the longest silent one goes, … */
    LIMIT_FIRST_WORD_MS = 1000,  /* … if it has asked nothing for so long since it came, … */
    LIMIT_IDLE_MS = 10000,       /* … or for so long since it asked; else the new one is refused */
    LIMIT_NEW_PEERS = 256,       /* of them so many at once, … */
    LIMIT_NEW_PEER_US = 1000,    /* … then one each so long: refused meanwhile */
    LIMIT_HANDSHAKE_MS = 2000,   /* for a new connection to say that it speaks ZeroMQ */
    LIMIT_WELCOME_MS = 10000,    /* for a service to answer that, until its client connects again */
    LIMIT_HEARTBEAT_MS = 10000,  /* between signs of life on a connection */
    LIMIT_SILENCE_MS = 60000,    /* a peer that gives none for so long is disconnected */
    LIMIT_RECONNECT_MS = 10,     /* first try to connect again; doubled up to … */
    LIMIT_RECONNECT_MAX_MS = 100,
    LIMIT_LINGER_MS = 1000, /* a service that ends waits so long for its last answers to leave */
};

#endif
