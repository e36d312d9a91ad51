/* line.h: a courier's connection to one service, and whether anybody can be expected at its other end. One
 * thread. */
#ifndef LOOPHOLE_PROTO_LINE_H
#define LOOPHOLE_PROTO_LINE_H

#include "common/clock.h"
#include "common/paths.h"
#include "proto/transport/sockets.h"

enum { LINE_NAME_SIZE = 32 };

/* Set by line_open, no member is for anybody else but `service` and `socket`. */
struct line {
    char service[LINE_NAME_SIZE];
    struct socket *socket;
    const struct paths *paths;
    uint32_t connections;
    usec_t looked; /* when `runs` was found out; 0: never */
    usec_t ran;    /* when the engine was last seen to run */
    bool runs;
};

enum err line_open(struct line *line, struct sockets *sockets, const struct paths *paths, struct text service,
                   struct fault *fault);
void line_close(struct line *line);

/* True once for each new connection: the service is there for the first time, or back. */
bool line_is_new(struct line *line);

/* Whether the service runs, or a supervisor that would start it. Offline: neither does, nor ever did on this line;
 * or has not done so for a while, longer than a supervisor needs to come back. */
bool line_is_offline(struct line *line, usec_t now);

/* The service of a full name ("persist.put_media" gives "persist"). Errors: bad_request (not of that form),
 * not_found (neither a schema nor a running service has this name), with the nearest one. */
enum err line_service(const struct paths *paths, struct text full_name, struct text *service, struct fault *fault);

#endif
