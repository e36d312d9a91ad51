/* service_link.h: a requester's connection to one service, and whether that service runs. One thread. */
#ifndef LOOPHOLE_PROTO_SERVICE_LINK_H
#define LOOPHOLE_PROTO_SERVICE_LINK_H

#include "common/clock.h"
#include "common/paths.h"
#include "proto/transport/sockets.h"

enum { SERVICE_LINK_NAME_SIZE = 32 };

/* service_link_open sets it. Other files use only `service` and `socket`. */
struct service_link {
    char service[SERVICE_LINK_NAME_SIZE];
    struct socket *socket;
    const struct paths *paths;
    uint32_t connections;
    usec_t looked; /* when `runs` was last determined; 0: never */
    usec_t ran;    /* when the engine was last seen running */
    bool runs;
    bool is_left_out;
};

/* Connects to `service`, whether it runs or not; service_link_close disconnects. Errors: bad_request (the name is too
 * long), and those of sockets_open. */
enum err service_link_open(struct service_link *link, struct sockets *sockets, const struct paths *paths,
                           struct text service, struct fault *fault);
void service_link_close(struct service_link *link);

/* Connects to the service if it has begun to run, and to its successor if it has one. */
void service_link_follow(struct service_link *link);

/* True once for each new connection: the service is up for the first time, or again. */
bool service_link_is_new(struct service_link *link);

/* False if the service runs, or a supervisor that would start it. True: neither runs, and neither has done so on this
 * link recently: for 3 s, longer than a restart of the supervisor takes. Follows a service to its successor. */
bool service_link_is_offline(struct service_link *link, usec_t now);

/* True if the engine runs without this service (service_link_leave_out), so that no wait would help. */
bool service_link_is_left_out(struct service_link *link, usec_t now);

/* Makes this engine one without `service`, until the calling process ends. Errors: those of lock_take. */
enum err service_link_leave_out(const struct paths *paths, const char *service, struct fault *fault);

/* Returns the service of a full name ("persist.put_media" gives "persist"). Errors: bad_request (not of that form),
 * not_found with the nearest name (no schema and no running service has the name). */
enum err service_link_name(const struct paths *paths, struct text full_name, struct text *service, struct fault *fault);

#endif
