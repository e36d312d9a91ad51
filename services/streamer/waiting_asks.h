/* waiting_asks.h: asks that need the audio core wait here while none runs. A core that is being started again, or that
 * busy programs keep from the processor, runs again within moments: an ask that came just then is done late instead of
 * being refused. The loop's. */
#ifndef LOOPHOLE_STREAMER_WAITING_ASKS_H
#define LOOPHOLE_STREAMER_WAITING_ASKS_H

#include "proto/service/service.h"
#include "services/streamer/base/core_link.h"

enum { WAITING_ASKS = 64 };

struct streamer;

/* Does an ask that needs the core. It refuses the ask itself when no core runs. */
typedef enum err waiting_asks_do(struct streamer *streamer, struct call *call, const void *ask);

struct waiting_asks {
    struct streamer *streamer; /* for the asks */
    struct service *service;
    struct core_link *core;
    struct waiting_asks_ask {
        waiting_asks_do *act;
        const void *ask; /* in the call's arena, as the call: alive while the ticket is open */
        struct call *call;
        struct ticket ticket;
        usec_t until; /* on the steady clock */
    } each[WAITING_ASKS];
    uint32_t count;
};

/* At once when a core runs, or when there is no room; else as soon as one runs. `act` is called after
 * 5 s, or half a second before the ask's deadline, in any case. It answers by a ticket, or returns an error.
 * Asks are done in the order in which they came. */
enum err waiting_asks_wait(struct waiting_asks *waiting, struct call *call, waiting_asks_do *act, const void *ask);

void waiting_asks_tick(struct waiting_asks *waiting);

/* Those that would call `act` are answered conflict: they were stopped before they began. */
void waiting_asks_drop(struct waiting_asks *waiting, waiting_asks_do *act);

#endif
