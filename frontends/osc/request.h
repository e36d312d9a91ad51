/* request.h: makes the ask of an OSC message, with arguments in any form that has a meaning. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_REQUEST_H
#define LOOPHOLE_FRONTENDS_OSC_REQUEST_H

#include "frontends/osc/packet.h"
#include "frontends/osc/routes.h"

/* A message as an ask. `ask` is NULL for a route that this service answers itself. */
struct osc_request {
    const struct osc_route *route;
    const struct ask *ask;
    void *body;                   /* of the ask, in the arena */
    struct packet_argument given; /* the first argument, as it was read */
    bool is_read;                 /* no argument: the value is asked for */
    bool is_nothing;              /* a 0 for a command without arguments: a button was released */
};

/* Fills `to`; all bounds of the ask are checked. Errors (explained): not_found (the address), bad_request,
 * too_large. */
enum err request_make(const struct packet_message *message, struct arena *arena, struct osc_request *to,
                      struct fault *fault);

/* Sets the frame of the audio clock at which the ask is done; false: the ask has no such field. */
bool request_set_frame(struct osc_request *request, struct arena *arena, int64_t frame);

#endif
