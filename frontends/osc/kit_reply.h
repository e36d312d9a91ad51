/* kit_reply.h: the answers to the addresses of kits: rows, and a sentence. One thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_KIT_REPLY_H
#define LOOPHOLE_FRONTENDS_OSC_KIT_REPLY_H

#include <netinet/in.h>

#include "frontends/osc/osc.h"
#include "frontends/osc/request.h"

/* Sends the answer of the services. False: it is not about kits, and nothing was sent. */
bool kit_reply_send(const struct osc *osc, const struct sockaddr_in *to, const struct osc_request *request,
                    struct arena *arena, const void *answer);

#endif
