/* pads.h: hits on pads, from MIDI notes and orders, start sounds at their frame. RT.
 *
 * Gain is the pad's times velocity^curve. One-shot: plays to its end. Gate: until the release. Loop: until the next
 * hit. The control thread gets all MIDI too, but clock and active sensing. */
#ifndef LOOPHOLE_AUDIO_RT_PADS_H
#define LOOPHOLE_AUDIO_RT_PADS_H

#include <stdbool.h>

#include "common/rt/order.h"

struct engine;
struct engine_midi;

bool pads_order_hit(struct engine *engine, const struct order *order, uint32_t producer);
bool pads_order_release(struct engine *engine, const struct order *order, uint32_t producer);
void pads_midi(struct engine *engine, const struct engine_midi *midi);

#endif
