/* lines.h: the gateway's connections to the services: one for asks to each, and one for all events. Each ask carries
 * the number of its sender as a route (docs/protocol.md, Ask), and the answer returns it. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_LINES_H
#define LOOPHOLE_FRONTENDS_WEB_LINES_H

#include "common/paths.h"
#include "proto/transport/sockets.h"

enum { LINES_MOST = 24 };

struct lines_events {
    void (*answered)(void *state, uint64_t sender, struct text service, struct bytes frame);
    void (*take_event)(void *state, struct text topic, struct bytes frame);
    void (*is_back)(void *state, struct text service); /* a service is up for the first time, or again */
    void *state;
};

struct lines;

/* Connects to every service of the schemas, whether it runs or not; lines_free frees the result. Errors: io. */
enum err lines_new(const struct paths *paths, const struct lines_events *events, struct lines **lines,
                   struct fault *fault);
void lines_free(struct lines *lines); /* NULL is allowed */

/* Sends one ask. Errors: not_found (no such service), offline (it does not run), busy (it reads nothing). */
enum err lines_send(struct lines *lines, struct text service, uint64_t sender, struct bytes frame, struct fault *fault);

/* Delivers all that has arrived. Call it when one of the descriptors is readable, and after lines_send. */
void lines_read(struct lines *lines);

/* Fills up to `room` descriptors to wait for; returns their number. They stay the lines'. */
uint32_t lines_wait_for(const struct lines *lines, int *fds, uint32_t room);

#endif
