/* gateway.h: opens and closes the gateway, and answers the asks of schemas/web.schema. The skeleton's loop. */
#ifndef LOOPHOLE_FRONTENDS_WEB_GATEWAY_H
#define LOOPHOLE_FRONTENDS_WEB_GATEWAY_H

#include "frontends/web/web.h"

/* Opens the gateway and starts its thread. Errors: io, denied, full, and those of the settings [web]. */
enum err web_open(struct web *web, struct service *service, struct fault *fault);
void web_close(struct web *web); /* ends the thread */

bool web_is_alive(void *web); /* its thread runs its loop */

/* The asks of schemas/web.schema. */
extern const struct web_handlers web_asks;

#endif
