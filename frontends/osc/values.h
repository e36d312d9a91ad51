/* values.h: the values of addresses, as the audio core last reported them. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_VALUES_H
#define LOOPHOLE_FRONTENDS_OSC_VALUES_H

#include "frontends/osc/osc.h"

/* Follows the audio core's events, and looks at it regularly, because events may be lost. Errors: not_found, full,
 * io. */
enum err values_open(struct osc *osc);

const struct osc_value *values_of(const struct osc *osc, const struct osc_route *route); /* NULL: unknown */

/* Sends the value, or a sentence if it is unknown; false: the network takes nothing now. */
bool values_send(const struct osc *osc, const struct osc_route *route, const struct sockaddr_in *to);

/* Sends what an ask has just set. */
void values_send_given(const struct osc *osc, const struct osc_route *route, const struct packet_argument *given,
                       const struct sockaddr_in *to);

#endif
