/* availability.h: the service: opening, the loop, closing. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_AVAILABILITY_H
#define LOOPHOLE_AVAILABILITY_AVAILABILITY_H

#include "services/availability/state.h"

void availability_open(struct availability *availability); /* ends the process if it cannot */
void availability_close(struct availability *availability);
void availability_turn(void *state); /* the end of each turn of the loop */
void availability_report(void *state, struct arena *arena, struct service_status *to);
enum err availability_cancel(void *state, struct id task, struct fault *fault); /* a fetch; errors: not_found */

extern const struct availability_handlers asks_handlers;

#endif
