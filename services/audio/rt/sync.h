/* sync.h: starts, stops and moves the transport, and sends MIDI clock. Other clocks: sync_lead.h, sync_follow.h. RT. */
#ifndef LOOPHOLE_AUDIO_RT_SYNC_H
#define LOOPHOLE_AUDIO_RT_SYNC_H

#include <stdbool.h>

#include "common/rt/cue.h"
#include "services/audio/rt/state/sync.h"

struct engine;

/* Each executes one cue; false: the cue is refused. */
bool sync_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sync_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sync_cue_locate(struct engine *engine, const struct cue *cue, uint32_t producer);

void sync_start(struct engine *engine, uint32_t bars); /* after a count-in of so many bars */
void sync_stop(struct engine *engine);
void sync_locate(struct engine *engine, double place); /* steps */

/* Before the steps that are due: the first one after the count-in begins the play. */
void sync_due(struct engine *engine);

void sync_clock_out(struct engine *engine, uint32_t frames); /* sends MIDI clocks for the block that begins now */

#endif
