/* limits.h: every bound of the messaging in one place. Beyond a bound the answer is an error that names it. Every wait
 * ends, and all memory is bounded. */
#ifndef LOOPHOLE_PROTO_LIMITS_H
#define LOOPHOLE_PROTO_LIMITS_H

enum {
    /* asks */
    LIMIT_BUDGET_MS = 600000,        /* of one ask; longer work is a task */
    LIMIT_DEFERRED = 4096,           /* deferred answers of a service; beyond it busy */
    LIMIT_DEFERRED_BYTES = 64 << 20, /* bytes of their requests */
    LIMIT_RECALLED = 64,             /* answers to `once` asks that a service keeps for copies of these asks */
    LIMIT_SETTLED = 256,             /* the same of asks that may set a value, while it lives */
    LIMIT_RECALLED_BYTES = 16384,    /* bytes of one such answer, in the file that outlives the service */
    LIMIT_SERVICE_ASKS = 1024,       /* asks of one service to others in progress; beyond it busy */
    LIMIT_CLIENT_ASKS = 16384,       /* asks of one client in progress; beyond it busy */
    LIMIT_CLIENT_BYTES = 256 << 20,  /* bytes of these asks, also of a service; beyond it busy */
    LIMIT_SOON_MS = 5,               /* a client first waits this long for its answer alone */
    LIMIT_RESEND_FIRST_MS = 1000,    /* an unanswered ask is sent again after this, then after twice as long … */
    LIMIT_RESEND_MS = 10000,         /* … at most after this; at once when the service is back */
    LIMIT_SPENDERS = 256,            /* processes whose asks' recent cost is known */
    LIMIT_ASIDE_LEAST = 64 << 10,    /* a thread reads an ask of at least this many bytes */
    LIMIT_ASIDE = 64,                /* such asks at a time … */
    LIMIT_ASIDE_BYTES = 64 << 20,    /* … and their bytes; beyond either busy */
    LIMIT_ARENA = 64 << 20,          /* bytes of memory of one call: all of them for its ask … */
    LIMIT_HANDLER = 1 << 20, /* … and these as well for its handler, without a check, besides what the ask left */

    /* one turn of a service's loop */
    LIMIT_TURN = 1000,           /* messages of one socket */
    LIMIT_TURN_MS = 100,         /* after this no further ask is started … */
    LIMIT_HELD_MS = 10,          /* … or after this, if answers wait for the turn's commit … */
    LIMIT_HELD_EXPENSIVE_MS = 4, /* … or after this, once an expensive ask was handled */
    LIMIT_BEAT_MS = 200,         /* longest wait, so that heartbeats stay recent */
    LIMIT_WATCHED = 64,          /* file descriptors that the service watches */
    LIMIT_TIMERS = 24,           /* timers of the service */
    LIMIT_SUBSCRIPTIONS = 32,    /* events of other services it subscribes to */
    LIMIT_CALLS_KEPT = 64,       /* calls whose memory is kept for the next ones */
    LIMIT_MEMORY_KEPT = 1 << 20, /* most bytes of a kept call */

    /* sockets */
    LIMIT_SOCKETS = 256,           /* sockets of one process, without peers */
    LIMIT_BACKLOG = 4096,          /* connections waiting to be accepted */
    LIMIT_DESCRIPTORS_SPARE = 256, /* a peer is refused if fewer descriptors would remain */
    LIMIT_WIRE_BYTES = 16 << 20,   /* bytes of one message with all its frames; beyond it the peer is disconnected … */
    LIMIT_FRAME_BYTES = (8 << 20) + 4096, /* … and beyond this for one frame with the bytes around its body … */
    LIMIT_WIRE_FRAMES = 1024,             /* … and beyond this number of frames … */
    LIMIT_COMMAND_BYTES = 4096,           /* … and beyond this for one of ZeroMQ's commands */
    LIMIT_SUBSCRIPTION_BYTES = 4096,      /* bytes of one peer's subscriptions; beyond it the peer is disconnected */
    LIMIT_ROUTE_FRAMES = 16,              /* frames of an ask before the last, with that of ROUTER */
    LIMIT_ROUTE_BYTES = 600,              /* bytes of these frames, and one more for each */
    LIMIT_PEER_INBOUND = 100,             /* unread messages of one peer; beyond it the peer waits */
    LIMIT_SMALL = 8 << 10,                /* a larger frame is read only if there is room for it */
    LIMIT_IN_BYTES = 256 << 20,      /* bytes of such frames, or an eighth of data_mb; beyond it their peers wait … */
    LIMIT_IN_BYTES_LEAST = 16 << 20, /* … but at least this much, so that one frame fits */
    LIMIT_IN_MESSAGES = 4096,        /* unread messages of all peers, small ones too; beyond it their peers wait */
    LIMIT_ARRIVE_MS = 2000, /* for the rest of a partial message that delays others; then its peer is disconnected */
    LIMIT_PEER_OUTBOUND = 20000, /* unsent answers to one peer; beyond it they are dropped */
    LIMIT_OUT_BYTES = 256 << 20, /* bytes of unsent answers, or an eighth of data_mb: one peer may use the rest … */
    LIMIT_OUT_SURE = 16 << 10,   /* … and this in any case; beyond it busy */
    LIMIT_DEAF_MS = 10000,       /* a peer that reads no waiting answer for this time is disconnected … */
    LIMIT_DEAF_SHORT_MS = 1000,  /* … after this if another peer finds no room */
    LIMIT_EVENTS_WAITING = 1000, /* unsent events for one subscriber; beyond it they are dropped, and it sees a gap */
    LIMIT_PEERS = 2048,          /* connections of one service, about; beyond it the longest silent one is closed … */
    LIMIT_FIRST_WORD_MS = 1000,  /* … if it connected that long ago and never asked … */
    LIMIT_IDLE_MS = 10000,       /* … or if its last ask is that old; else the new peer is refused */
    LIMIT_NEW_PEERS = 256,       /* new connections at once … */
    LIMIT_NEW_PEER_US = 1000,    /* … then one in this time; others are refused */
    LIMIT_HANDSHAKE_MS = 2000,   /* for a new connection to prove that it speaks ZeroMQ */
    LIMIT_WELCOME_MS = 10000,    /* for a service's reply to that; then its client connects again */
    LIMIT_HEARTBEAT_MS = 10000,  /* between heartbeats on a connection */
    LIMIT_SILENCE_MS = 60000,    /* a peer without heartbeats for this time is disconnected */
    LIMIT_LISTEN_HEARTBEAT_MS = 2000, /* the same for a subscriber, whose service reads at any time … */
    LIMIT_LISTEN_SILENCE_MS = 4000,   /* … then the subscriber connects again, perhaps to a successor */
    LIMIT_RECONNECT_MS = 10,          /* first attempt to connect again; doubled up to … */
    LIMIT_RECONNECT_MAX_MS = 100,
    LIMIT_LINGER_MS = 1000, /* the time that an ending service has to send its last answers */
};

#endif
