/* orders.h: timed orders that wait for their frame. RT.
 *
 * A period reads new orders at its start. A later one waits here, and is refused if there is no room. Orders for the
 * same frame are done in the order in which they were read. */
#ifndef LOOPHOLE_AUDIO_RT_ORDERS_H
#define LOOPHOLE_AUDIO_RT_ORDERS_H

#include <stdbool.h>

#include "services/audio/rt/state/orders.h"

struct engine;

void orders_read(struct engine *engine);                         /* from the rings */
int64_t orders_next(const struct engine *engine);                /* frame of the next waiting order; INT64_MAX: none */
void orders_due(struct engine *engine);                          /* does the orders whose frame has come */
void orders_release(struct engine *engine);                      /* after the flip: frees their cells in the rings */
void orders_forget(struct engine *engine, enum order_verb verb); /* drops the waiting orders with this verb */

/* Drops the waiting orders for a generation of the stream voice, or for sounds with the producer's tag. */
void orders_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation);
void orders_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag);

#endif
