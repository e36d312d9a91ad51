/* cues_queue.h: the cues that wait for their frame. RT. */
#ifndef LOOPHOLE_AUDIO_RT_CUES_QUEUE_H
#define LOOPHOLE_AUDIO_RT_CUES_QUEUE_H

#include <stdbool.h>

#include "common/rt/cue.h"
#include "services/audio/rt/state/cues.h"

struct engine;

bool cues_wait(struct engine *engine, const struct cue *cue, uint32_t producer); /* false: there is no room */
int64_t cues_next(const struct engine *engine); /* frame of the next waiting cue; INT64_MAX: none */

/* Lets the releases of hits that wait for a line wait as long: those of the pad, or those that the bits hold. False: no
 * such hit waits. */
bool cues_release_on_line(struct engine *engine, uint32_t pad, uint32_t bits);

/* Reports to the producer whether its cue was done. */
void cues_answer(struct engine *engine, const struct cue *cue, uint32_t producer, bool done);

/* Drops the waiting cues that start anything, those for a generation of the stream voice, or for sounds with the
 * producer's tag. */
void cues_forget_starts(struct engine *engine);
void cues_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation);
void cues_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag);

/* Gives gain and pan to the waiting cues that start this generation of a stream voice. False: none waits. */
bool cues_aim_stream(struct engine *engine, const struct cue *gain);

/* Gives gain, pan and ratio, as the flags of `change` say, to the waiting cues that start sounds with the producer's
 * tag. False: none waits. */
bool cues_aim_sounds(struct engine *engine, const struct cue *change, uint32_t producer);

#endif
