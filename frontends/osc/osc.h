/* osc.h: the state of the service. One thread, the skeleton's loop. */
#ifndef LOOPHOLE_FRONTENDS_OSC_OSC_H
#define LOOPHOLE_FRONTENDS_OSC_OSC_H

#include <netinet/in.h>

#include "frontends/osc/clocks.h"
#include "frontends/osc/request.h"
#include "proto/service/service.h"
#include "schema_audio.h"
#include "schema_osc.h"
#include "schema_service.h"

enum {
    OSC_PORT = 7770,
    OSC_RATE = 2000,          /* messages a second; beyond it they are dropped … */
    OSC_BURST = 4000,         /* … after this number at once */
    OSC_PACKETS_A_TURN = 256, /* read before other work … */
    OSC_PACKETS_AT_ONCE = 64, /* … in groups of this number: one look at the kernel's table for all their senders */
    OSC_COMMANDS = 512,       /* messages under way, those that wait for their time included */
    OSC_WAITING = 128,        /* that wait for their time, in this service or in the audio core */
    OSC_AHEAD_US = 10000000,  /* a time tag is at most this far in the future */
    OSC_BUDGET_MS = 10000,    /* of an ask */
    OSC_SUBSCRIBERS = 16,     /* the oldest is replaced */
    OSC_EXPECTED = 64,        /* queued patterns whose senders wait; the oldest is forgotten */
    OSC_TICK_US = 10000,      /* while a command waits here */
    OSC_SEND_US = 20000,      /* between two values of an address: 50 a second */
    OSC_LOOK_US = 500000,     /* between two looks at the audio core … */
    OSC_REST_US = 1000000,    /* … without subscribers; well below CLOCKS_STALE_US */
};

/* A message from its arrival to its answer. */
struct osc_command {
    struct osc *osc;
    struct arena arena;
    struct osc_request request;
    struct sockaddr_in from;
    usec_t due;          /* on the steady clock: it waits here; 0: it does not */
    usec_t counts_until; /* it waits in the audio core until this time; 0: it does not */
    bool is_answered;
};

struct osc_value {
    bool is_set;
    double number;
    char text[96];
};

struct subscriber {
    struct sockaddr_in to;
    uint64_t serial; /* rises with each subscription; the least is the oldest */
    bool is_behind[ROUTES_MOST];
};

/* A queued pattern, the bar of the answer, and the sender of the load. */
struct expected_pattern {
    uint64_t number;
    int64_t bar;
    struct sockaddr_in from;
};

struct osc {
    struct service *service;
    const struct paths *paths;

    /* the socket */
    struct in_addr listen;
    uint16_t wanted; /* [osc] port */
    bool is_fixed;   /* the settings name the port: no other is taken */
    bool takes_any;  /* [osc] users = any: packets of other users of this machine too */
    uint16_t port;   /* 0: none yet */
    int socket;      /* -1: none */
    char trouble[160];

    /* the rate */
    double tokens;
    usec_t filled;
    usec_t warned;
    uint64_t unsaid; /* packets refused or dropped since the last line in the log */

    struct osc_counts counts;
    struct osc_command *commands[OSC_COMMANDS];
    bool is_ticking; /* the timer of commands that wait is set */
    struct clocks clocks;
    struct expected_pattern expected[OSC_EXPECTED]; /* the oldest first */
    uint32_t expected_count;
    uint64_t began;    /* number of the pattern that plays, as far as this service knows; 0: none */
    int64_t began_bar; /* where it began; -1: unknown, its event has not arrived */

    struct osc_value values[ROUTES_MOST]; /* by route */
    struct subscriber subscribers[OSC_SUBSCRIBERS];
    uint32_t subscriber_count;
    uint64_t subscriptions;
    bool has_changes; /* a subscriber lacks a value */
    bool is_sending;  /* the timer that sends changes is set */
    uint64_t audio_epoch;
    bool is_looking, is_looking_at_pattern;
};

#endif
