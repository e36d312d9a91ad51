/* pads.h: starts sounds at their frame when MIDI notes or orders hit pads. RT.
 *
 * The gain is the pad's times velocity^curve. A one-shot plays to its end, a gate until the release, a loop until the
 * next hit. The control thread gets all MIDI too, except clock and active sensing. */
#ifndef LOOPHOLE_AUDIO_RT_PADS_H
#define LOOPHOLE_AUDIO_RT_PADS_H

#include <stdbool.h>

#include "common/rt/order.h"

struct engine;
struct engine_midi;

/* Each executes one order; false: the order is refused. */
bool pads_order_hit(struct engine *engine, const struct order *order, uint32_t producer);
bool pads_order_release(struct engine *engine, const struct order *order, uint32_t producer);
void pads_midi(struct engine *engine, const struct engine_midi *midi);

#endif
