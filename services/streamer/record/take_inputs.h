/* take_inputs.h: connects the JACK ports that a take records, in turn to the left and the right side. JACK adds those
 * of a side. The take begins when they are connected. The audio core marks these connections
 * (connection.for_take). After the take they are removed; after a crash the successor removes them. */
#ifndef LOOPHOLE_STREAMER_TAKE_INPUTS_H
#define LOOPHOLE_STREAMER_TAKE_INPUTS_H

#include "services/streamer/record/take_state.h"

/* Connects the take's inputs; then take_is_connected. */
void take_connect(struct take *take);
void take_connect_again(struct take *take); /* checks the connections */

/* False while new connections of the take may carry no sound yet: each of the two begins some periods after it was
 * made. */
bool take_is_audible(const struct take *take);
void take_free_inputs(struct takes *takes); /* each tick: disconnects the inputs after a take or a crash */

#endif
