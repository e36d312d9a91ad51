/* port.h: the UDP port. The settings [osc] port and listen choose it, and users its senders. Without a setting it is
 * 7770, or another one, drawn once, if another program has that; DATA/osc.port keeps a drawn one. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_PORT_H
#define LOOPHOLE_FRONTENDS_OSC_PORT_H

#include "frontends/osc/osc.h"

/* Errors: bad_request (the settings, with file and line), and those of config_load. */
enum err port_read_settings(struct osc *osc, struct fault *fault);

/* Opens the socket. Errors: exists (another program has the port that the settings name), io. */
enum err port_open(struct osc *osc, struct fault *fault);
void port_close(struct osc *osc);

#endif
