/* pad_controls.h: gives the audio core the bindings that hit pads, so that these sound on the frame of their message,
 * also while this service is dead. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_PAD_CONTROLS_H
#define LOOPHOLE_PROJECT_PAD_CONTROLS_H

#include "services/project/base/project.h"
#include "services/project/midi/live.h"

struct pad_controls;

/* `live` are `count` bindings; they outlive it. */
struct pad_controls *pad_controls_open(struct project *p, const struct midi_live *live, uint32_t count);
void pad_controls_close(struct pad_controls *controls);

/* The bindings have changed, or the core lacks them. `waits`: a client learns, so that controls hit nothing. */
void pad_controls_send(struct pad_controls *controls, bool waits);
bool pad_controls_are_sent(const struct pad_controls *controls); /* false: the core was away */

/* True if the core knew at this frame of the audio clock that a client learns. A message from before is not the move
 * that the client waits for. If the core cannot say since when, each frame counts. */
bool pad_controls_waited(const struct pad_controls *controls, int64_t frame);

bool pad_controls_has(const struct midi_live *live); /* the core hits its pad */

/* Calls `done` once, when the core has what was sent last, or did not take it, or at `until` (steady clock). False: it
 * has it already, or did not answer the last such wait in time; `done` is not called. */
bool pad_controls_wait(struct pad_controls *controls, usec_t until, void (*done)(void *state), void *state);

#endif
