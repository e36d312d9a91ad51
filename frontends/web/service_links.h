/* service_links.h: the gateway's connections to the services: one for asks to each, and one for all events. Each ask
 * carries the number of its sender as a route (docs/protocol.md, Ask), and the answer returns it. The gateway's
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_SERVICE_LINKS_H
#define LOOPHOLE_FRONTENDS_WEB_SERVICE_LINKS_H

#include "common/paths.h"
#include "proto/transport/sockets.h"

enum { SERVICE_LINKS_MOST = 24 };

struct service_links_events {
    void (*answered)(void *state, uint64_t sender, struct text service, struct bytes frame);
    void (*take_event)(void *state, struct text topic, struct bytes frame);
    void (*is_back)(void *state, struct text service); /* a service is up for the first time, or again */
    void *state;
};

struct service_links;

/* Connects to every service of the schemas, whether it runs or not; service_links_free frees the result. Errors: io. */
enum err service_links_new(const struct paths *paths, const struct service_links_events *events,
                           struct service_links **links, struct fault *fault);
void service_links_free(struct service_links *links); /* NULL is allowed */

/* Sends one ask. Errors: not_found (no such service), offline (it does not run), busy (it reads nothing). */
enum err service_links_send(struct service_links *links, struct text service, uint64_t sender, struct bytes frame,
                            struct fault *fault);

/* Connects again to the successors of services that keep their connections open. Call it now and then. */
void service_links_follow(struct service_links *links);

/* Delivers all messages that have arrived. Call it when one of the descriptors is readable. */
void service_links_read(struct service_links *links);

/* As service_links_read, if a sending may have taken the signal of arrived messages. Call it before each wait. */
void service_links_settle(struct service_links *links);

/* Fills up to `room` descriptors to wait for; returns their number. They stay the links'. */
uint32_t service_links_wait_for(const struct service_links *links, int *fds, uint32_t room);

#endif
