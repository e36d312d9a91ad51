/* courier.h: asks under way towards services: one connection for each service, sending again, deadlines. ask.h
 * waits on it for front-ends, service_ask drives it from a service's loop. Each ask ends in exactly one delivery.
 *
 * What is written to a connection is lost only with the service: so all asks under way are sent again at once when
 * the connection is a new one, and otherwise ever more rarely (LIMIT_RESEND_*), which does not pile work on a
 * service that is merely slow. One thread. */
#ifndef LOOPHOLE_PROTO_COURIER_H
#define LOOPHOLE_PROTO_COURIER_H

#include <poll.h>

#include "common/clock.h"
#include "common/paths.h"
#include "proto/transport/sockets.h"
#include "proto/wire/codec.h"

struct courier;

/* At most `limit` asks under way. `sockets` and `paths` must outlive it. */
struct courier *courier_new(struct sockets *sockets, const struct paths *paths, uint32_t limit);
void courier_free(struct courier *courier);     /* NULL is allowed; asks under way are forgotten */
void *courier_abandon(struct courier *courier); /* forgets one ask: its token; NULL when none is under way */

/* `token` comes back with the answer. `digest` goes with the ask when it is sent for a client under that client's
 * request id (codec.h); else 0. The body is copied. Errors: bad_request (budget, name), busy (the limit),
 * exists (an ask with this request id is under way), not_found (no such service), too_large, full; offline when
 * neither the service nor the supervisor runs. */
enum err courier_send(struct courier *courier, struct text name, struct bytes body, uint32_t budget_ms,
                      struct id request, uint64_t digest, void *token, struct fault *fault);

struct delivery {
    void *token;
    struct id request;
    enum err error;    /* of the answer; timeout or offline when none came */
    struct bytes body; /* of the answer, or of its fault; lasts until the courier's next call */
};

/* The next answer that has come, or ask that has run out of time; false when there is none. Never blocks. Call it
 * until it gives false, then wait with courier_wait_for and courier_due. */
bool courier_take(struct courier *courier, struct delivery *delivery);

usec_t courier_due(const struct courier *courier); /* steady clock: call courier_take then at the latest */

/* The descriptors to poll() for POLLIN: adds at most `room` and returns how many. */
enum { COURIER_FDS = 64 };
uint32_t courier_wait_for(const struct courier *courier, struct pollfd *at, uint32_t room);

#endif
