/* engine_open.h: memory of the engine, from its begin to its end. Not RT. */
#ifndef LOOPHOLE_AUDIO_ENGINE_OPEN_H
#define LOOPHOLE_AUDIO_ENGINE_OPEN_H

#include "services/audio/rt/engine.h"

/* Allocates and touches all memory that the engine will use; maps nothing itself. `instance` is
 * 0 or 1; the studio must outlive the engine. Replaces a survival state of another layout. Errors: bad_request
 * (instance). */
enum err engine_open(const struct studio *studio, uint32_t instance, struct engine **engine, struct fault *fault);
void engine_close(struct engine *engine);

/* True if a program of another version made the survival state: an instance of it may still run. */
bool engine_is_of_other_layout(const struct studio *studio);

/* Any thread: the highest peaks after frame `since` of the audio clock, within the 2 s before frame `now` (peaks.h). */
void engine_peaks(const struct engine *engine, int64_t since, int64_t now, uint32_t rate, struct peaks *highest);

#endif
