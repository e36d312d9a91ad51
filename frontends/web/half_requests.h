/* half_requests.h: connections whose request has not come yet. They need no session, and libwebsockets reads only so
 * many headers at once, so they are bounded: a further one disconnects the oldest, of its own machine if that has many.
 * A browser sends a whole request at once, so its connection is never the oldest for long. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_HALF_REQUESTS_H
#define LOOPHOLE_FRONTENDS_WEB_HALF_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "frontends/web/entry/door.h"
#include "frontends/web/entry/tries.h"

enum {
    HALF_REQUESTS_MOST = 384,       /* fewer than the headers that libwebsockets reads at once */
    HALF_REQUESTS_OF_MACHINE = 192, /* of one machine (tries.h) */
};

struct half_requests {
    uint32_t count;
    struct half_request {
        struct lws *wsi;
        uint8_t machine[TRIES_ADDRESS];
    } each[HALF_REQUESTS_MOST]; /* the oldest first */
};

/* Returns the connection that must be disconnected to make room; NULL: none. Pure. */
struct lws *half_requests_add(struct half_requests *half, struct lws *wsi, const struct sockaddr_storage *from);
void half_requests_remove(struct half_requests *half, const struct lws *wsi);

/* The connection waits for a request, and no session is known: disconnects another one if there is no room. */
void half_requests_await(struct half_requests *half, struct lws *wsi);

/* For each callback of a protocol: follows the connection from its beginning to its first request, or its end. */
void half_requests_follow(struct half_requests *half, struct lws *wsi, enum lws_callback_reasons reason);

#endif
