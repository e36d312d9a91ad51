/* streams.h: 32 voices that play the rings that the streamer fills. RT.
 *
 * A voice starts with a generation. It begins when the ring's header names that generation and contains enough frames.
 * A start has no fade, wherever in the file it is, because a fade would remove a drum's attack; nor has a seek to the
 * file's first frame. Any other generation fades in over 5 ms, and so does a start that comes too late. When the header
 * (a seek) or a start names another generation, the old one fades out over 5 ms while the new one begins. The old cells
 * before `begin` are then dropped. If the header's generation is due
 * later, cues that name it mean the voice already, and a slow stop continues in it.
 *
 * The last 5 ms of the ready frames are held back until more arrive or the end is known. If none arrive, they fade out.
 * Then the voice is dry, and fades in again at the very next frame when 10 ms are ready. A voice that stops slowly
 * fades out in the same way, and then ends.
 *
 * The streamer writes `begin`, `source` and `end` first, then `generation` (release), and only then new cells. */
#ifndef LOOPHOLE_AUDIO_RT_STREAMS_H
#define LOOPHOLE_AUDIO_RT_STREAMS_H

#include <stdbool.h>

#include "common/rt/cue.h"
#include "services/audio/rt/state/streams.h"

struct engine;

/* Each executes one cue; false: the cue is refused. */
bool streams_start(struct engine *engine, const struct cue *cue, uint32_t producer);
bool streams_stop(struct engine *engine, const struct cue *cue, uint32_t producer);
bool streams_pause(struct engine *engine, const struct cue *cue, uint32_t producer);
bool streams_gain(struct engine *engine, const struct cue *cue, uint32_t producer);
void streams_silence(struct engine *engine, uint32_t frames); /* stops all voices within `frames` */

bool streams_sounds(const struct streams_voice *voice); /* it plays or stops */

void streams_follow(struct engine *engine);                  /* at the start of a period: reads the rings' headers */
void streams_skip(struct engine *engine, uint32_t frames);   /* skips frames that were not played */
void streams_render(struct engine *engine, uint32_t frames); /* adds all streams to the block */
void streams_release(struct engine *engine);                 /* after the flip */
void streams_state(const struct engine *engine, struct state *state); /* fills the part of `state` about streams */

#endif
