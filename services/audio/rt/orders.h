/* orders.h: commands that wait for their frame. RT.
 *
 * Orders are read at the beginning of a period. One that is due later waits here; when there is no room for it, it is
 * refused. Orders of one frame are done in the order in which they were read. */
#ifndef LOOPHOLE_AUDIO_RT_ORDERS_H
#define LOOPHOLE_AUDIO_RT_ORDERS_H

#include <stdbool.h>

#include "services/audio/rt/state/orders.h"

struct engine;

void orders_read(struct engine *engine);                         /* from the rings */
int64_t orders_next(const struct engine *engine);                /* the frame of the next one; INT64_MAX: none waits */
void orders_due(struct engine *engine);                          /* does those whose frame is now or past */
void orders_release(struct engine *engine);                      /* after the flip: the rings may write over them */
void orders_forget(struct engine *engine, enum order_verb verb); /* those of that verb that wait */

/* Those that wait for the stream voice (its generation), or for sounds of the producer's tag. */
void orders_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation);
void orders_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag);

#endif
