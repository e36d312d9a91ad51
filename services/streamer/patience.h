/* patience.h: asks that need the sound core, put off while none runs. A core that is being started again, or that busy
 * programs keep from the processor, runs again within moments: an ask that came just then is done late instead of being
 * refused. The loop's. */
#ifndef LOOPHOLE_STREAMER_PATIENCE_H
#define LOOPHOLE_STREAMER_PATIENCE_H

#include "proto/service/service.h"
#include "services/streamer/base/desk.h"

enum { PATIENCE_ASKS = 64 };

struct streamer;

/* Does an ask that needs the core. It refuses the ask itself when no core runs. */
typedef enum err patience_do(struct streamer *streamer, struct call *call, const void *ask);

struct patience {
    struct streamer *streamer; /* for the asks */
    struct service *service;
    struct desk *desk;
    struct patience_ask {
        patience_do *act;
        const void *ask; /* in the call's arena, as the call: alive while the ticket is open */
        struct call *call;
        struct ticket ticket;
        usec_t until; /* on the steady clock */
    } each[PATIENCE_ASKS];
    uint32_t count;
};

/* At once when a core runs, or when there is no room; else as soon as one runs. `act` is called at the end of the
 * patience in any case: 5 s, or half a second before the ask's deadline. It answers by a ticket, or returns an error.
 * Asks are done in the order in which they came. */
enum err patience_wait(struct patience *patience, struct call *call, patience_do *act, const void *ask);

void patience_tick(struct patience *patience);

/* Those that would call `act` are answered conflict: they were stopped before they began. */
void patience_drop(struct patience *patience, patience_do *act);

#endif
