/* requester.h: the asks in progress of one client or service: one connection for each service, resending, deadlines.
 * ask.h waits for it in front-ends; service_ask runs it in a service's loop. Each ask ends in exactly one delivery.
 *
 * A connection loses data only if the service dies. So all asks in progress are sent again at once on a new connection.
 * Otherwise they are sent again at growing intervals (LIMIT_RESEND_*), so that a slow service gets no extra work. One
 * thread. */
#ifndef LOOPHOLE_PROTO_REQUESTER_H
#define LOOPHOLE_PROTO_REQUESTER_H

#include <poll.h>

#include "common/clock.h"
#include "common/paths.h"
#include "proto/transport/sockets.h"
#include "proto/wire/codec.h"

struct requester;

/* Allows `limit` asks at a time. `sockets` and `paths` must outlive it. requester_free frees it. */
struct requester *requester_new(struct sockets *sockets, const struct paths *paths, uint32_t limit);
void requester_free(struct requester *requester);     /* drops all asks in progress; NULL is allowed */
void *requester_abandon(struct requester *requester); /* drops one ask and returns its token; NULL if there is none */

/* Sends an ask; its delivery returns `token`. `digest` is that of a client's ask if this one is sent under the client's
 * request id (codec.h); else 0. `client` is the name of the client, at most FRAME_CLIENT bytes; empty: none. Both texts
 * and the body are copied. Errors: bad_request (budget, name), busy (the limit), exists (this request id is in use for
 * that service), not_found (no such service), too_large, full; offline if neither the service nor the supervisor
 * runs. */
enum err requester_send(struct requester *requester, struct text name, struct bytes body, uint32_t budget_ms,
                        struct id request, uint64_t digest, struct text client, void *token, struct fault *fault);

struct delivery {
    void *token;
    struct id request;
    enum err error;    /* of the answer; timeout or offline if none came */
    struct bytes body; /* the answer or its fault; valid until the requester's next call */
};

/* Takes the next answer, or the next ask whose budget ended; false if there is none. Never blocks. Call it until it
 * returns false, then wait with requester_wait_for and requester_due. */
bool requester_take(struct requester *requester, struct delivery *delivery);

/* Waits up to LIMIT_SOON_MS for the answer to the only ask in progress; false if it has not come, or if it may be due
 * for something else meanwhile. */
bool requester_take_soon(struct requester *requester, struct delivery *delivery);

/* On the steady clock: the latest time of the next requester_take; 0: at once. */
usec_t requester_due(const struct requester *requester);

/* Adds up to `room` descriptors to poll() for POLLIN; returns their number. */
enum { REQUESTER_FDS = 64 };
uint32_t requester_wait_for(const struct requester *requester, struct pollfd *at, uint32_t room);

#endif
