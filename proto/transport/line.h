/* line.h: a requester's connection to one service, and whether that service runs. One thread. */
#ifndef LOOPHOLE_PROTO_LINE_H
#define LOOPHOLE_PROTO_LINE_H

#include "common/clock.h"
#include "common/paths.h"
#include "proto/transport/sockets.h"

enum { LINE_NAME_SIZE = 32 };

/* line_open sets it. Other files use only `service` and `socket`. */
struct line {
    char service[LINE_NAME_SIZE];
    struct socket *socket;
    const struct paths *paths;
    uint32_t connections;
    usec_t looked; /* when `runs` was last determined; 0: never */
    usec_t ran;    /* when the engine was last seen running */
    bool runs;
};

/* Connects to `service`, whether it runs or not; line_close disconnects. Errors: bad_request (the name is too long),
 * and those of sockets_open. */
enum err line_open(struct line *line, struct sockets *sockets, const struct paths *paths, struct text service,
                   struct fault *fault);
void line_close(struct line *line);

/* True once for each new connection: the service is up for the first time, or again. */
bool line_is_new(struct line *line);

/* False if the service runs, or a supervisor that would start it. True: neither runs, and neither has done so on this
 * line recently: for 3 s, longer than a restart of the supervisor takes. */
bool line_is_offline(struct line *line, usec_t now);

/* Returns the service of a full name ("persist.put_media" gives "persist"). Errors: bad_request (not of that form),
 * not_found with the nearest name (no schema and no running service has the name). */
enum err line_service(const struct paths *paths, struct text full_name, struct text *service, struct fault *fault);

#endif
