/* capture.h: copies the inputs into a ring for the streamer. RT.
 *
 * A take begins and ends at the frames of its cues. Frames without room and frames in a gap of the clock count as lost.
 * So do frames before an input is connected again after a restart. The header says where they are missing. Header
 * and frames are published after the flip, so they agree with the half. */
#ifndef LOOPHOLE_AUDIO_RT_CAPTURE_H
#define LOOPHOLE_AUDIO_RT_CAPTURE_H

#include <stdbool.h>

#include "common/rt/cue.h"
#include "services/audio/rt/state/capture.h"

struct core_stage;
struct engine;

/* Each executes one cue; false: the cue is refused. */
bool capture_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer);
bool capture_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer);
void capture_period(struct engine *engine);               /* at the start of a period: checks the inputs' connections */
void capture_gap(struct engine *engine, uint64_t frames); /* counts `frames` as lost */
void capture_take(struct engine *engine, uint32_t frames);                   /* captures the block that was rendered */
void capture_begin(struct engine *engine);                                   /* at the start of a period */
void capture_stage(struct engine *engine, struct core_stage *stage);         /* before the flip */
void capture_copy_in(struct engine *engine, const struct core_stage *stage); /* copies a predecessor's stage */
void capture_show(struct engine *engine);                                    /* after the flip; may be repeated */

#endif
