/* waiting_asks.h: asks that need the audio core wait here while no core runs. A core that restarts, or that other
 * programs keep from the processor, runs again after moments. So an ask of that time is done late instead of being
 * refused. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_WAITING_ASKS_H
#define LOOPHOLE_STREAMER_WAITING_ASKS_H

#include "proto/service/service.h"
#include "services/streamer/base/core_link.h"

enum { WAITING_ASKS = 64 };

struct streamer;

/* Does an ask that needs the core, or refuses it if no core runs. */
typedef enum err waiting_asks_do(struct streamer *streamer, struct call *call, const void *ask);

struct waiting_asks {
    struct streamer *streamer; /* passed to the asks */
    struct service *service;
    struct core_link *core;
    struct waiting_asks_ask {
        waiting_asks_do *act;
        const void *ask; /* in the call's arena; valid, like the call, while the ticket is open */
        struct call *call;
        struct ticket ticket;
        usec_t until;     /* steady clock */
        uint64_t since;   /* the core's count of periods when it came … */
        uint32_t periods; /* … and how many more it waits for */
    } each[WAITING_ASKS];
    uint32_t count;
};

/* Calls `act` at once if a core runs or there is no room; else as soon as one runs, but at the latest after 5 s or half
 * a second before the ask's deadline. `act` answers by a ticket, or returns an error. Asks are done in the order in
 * which they came. */
enum err waiting_asks_wait(struct waiting_asks *waiting, struct call *call, waiting_asks_do *act, const void *ask);

/* Likewise, but not before the core has taken all cues that were sent before the ask. Its state is then that of the
 * transport which the client has seen in its answers. */
enum err waiting_asks_settle(struct waiting_asks *waiting, struct call *call, waiting_asks_do *act, const void *ask);

/* Does the asks that are due. */
void waiting_asks_tick(struct waiting_asks *waiting);

/* Fails the waiting asks of `act` with conflict: they were stopped before they began. */
void waiting_asks_drop(struct waiting_asks *waiting, waiting_asks_do *act);

#endif
