/* taking.h: opens and closes the service, takes packets within the rate, and answers the asks of schemas/osc.schema.
 * The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_TAKING_H
#define LOOPHOLE_FRONTENDS_OSC_TAKING_H

#include "frontends/osc/osc.h"

/* Opens the service. Without its port it waits, and tries again. Errors: those of the settings [osc], full, io. */
enum err taking_open(struct osc *osc, struct service *service, struct fault *fault);
void taking_close(struct osc *osc);

/* The asks of schemas/osc.schema. */
extern const struct osc_handlers taking_asks;

#endif
