/* command.h: executes messages, at once or at the time of their tag. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_COMMAND_H
#define LOOPHOLE_FRONTENDS_OSC_COMMAND_H

#include "frontends/osc/osc.h"

/* Does all messages of the packet, or none: each is checked before the first is done. The sender gets a sentence about
 * each command, or about the first that is wrong. */
void command_take(struct osc *osc, const struct packet *packet, const struct sockaddr_in *from);

void command_drop_all(struct osc *osc);          /* forgets the commands that wait for their time */
uint32_t command_waiting(const struct osc *osc); /* their number */

#endif
