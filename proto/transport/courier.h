/* courier.h: the asks in progress of one client or service: one connection for each service, resending, deadlines.
 * ask.h waits for it in front-ends; service_ask runs it in a service's loop. Each ask ends in exactly one delivery.
 *
 * A connection loses data only if the service dies. So all asks in progress are sent again at once on a new connection.
 * Otherwise they are sent again at growing intervals (LIMIT_RESEND_*), so that a slow service gets no extra work. One
 * thread. */
#ifndef LOOPHOLE_PROTO_COURIER_H
#define LOOPHOLE_PROTO_COURIER_H

#include <poll.h>

#include "common/clock.h"
#include "common/paths.h"
#include "proto/transport/sockets.h"
#include "proto/wire/codec.h"

struct courier;

/* Allows `limit` asks at a time. `sockets` and `paths` must outlive it. courier_free frees it. */
struct courier *courier_new(struct sockets *sockets, const struct paths *paths, uint32_t limit);
void courier_free(struct courier *courier);     /* drops all asks in progress; NULL is allowed */
void *courier_abandon(struct courier *courier); /* drops one ask and returns its token; NULL if there is none */

/* Sends an ask; its delivery returns `token`. `digest` is that of a client's ask if this one is sent under the client's
 * request id (codec.h); else 0. The body is copied. Errors: bad_request (budget, name), busy (the limit), exists (this
 * request id is in use), not_found (no such service), too_large, full; offline if neither the service nor the
 * supervisor runs. */
enum err courier_send(struct courier *courier, struct text name, struct bytes body, uint32_t budget_ms,
                      struct id request, uint64_t digest, void *token, struct fault *fault);

struct delivery {
    void *token;
    struct id request;
    enum err error;    /* of the answer; timeout or offline if none came */
    struct bytes body; /* the answer or its fault; valid until the courier's next call */
};

/* Takes the next answer, or the next ask whose budget ended; false if there is none. Never blocks. Call it until it
 * returns false, then wait with courier_wait_for and courier_due. */
bool courier_take(struct courier *courier, struct delivery *delivery);

usec_t courier_due(const struct courier *courier); /* on the steady clock: the latest time of the next courier_take */

/* Adds up to `room` descriptors to poll() for POLLIN; returns their number. */
enum { COURIER_FDS = 64 };
uint32_t courier_wait_for(const struct courier *courier, struct pollfd *at, uint32_t room);

#endif
