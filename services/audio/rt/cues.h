/* cues.h: the cues that wait for their frame. RT.
 *
 * A period reads new cues at its start. A later one waits here, and is refused if there is no room. Cues for the
 * same frame are done in the order in which they were read. */
#ifndef LOOPHOLE_AUDIO_RT_CUES_H
#define LOOPHOLE_AUDIO_RT_CUES_H

#include <stdbool.h>

#include "services/audio/rt/state/cues.h"

struct engine;

void cues_read(struct engine *engine);          /* from the rings */
int64_t cues_next(const struct engine *engine); /* frame of the next waiting cue; INT64_MAX: none */
void cues_due(struct engine *engine);           /* does the cues whose frame has come */
void cues_release(struct engine *engine);       /* after the flip: frees their cells in the rings */

/* Drops the waiting cues for a generation of the stream voice, or for sounds with the producer's tag. */
void cues_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation);
void cues_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag);

/* Gives gain and pan to the waiting cues that start this generation of a stream voice. False: none waits. */
bool cues_aim_stream(struct engine *engine, const struct cue *gain);

/* Gives gain, pan and ratio, as the flags of `change` say, to the waiting cues that start sounds with the producer's
 * tag. False: none waits. */
bool cues_aim_sounds(struct engine *engine, const struct cue *change, uint32_t producer);

#endif
