/* run.h: begin, end, and the tick. */
#ifndef LOOPHOLE_AUDIO_RUN_H
#define LOOPHOLE_AUDIO_RUN_H

#include "services/audio/control/audio.h"

/* Maps the shared memory, locks and touches the audio thread's memory, adopts the published score, and starts to look
 * for a JACK server. Errors: offline (the supervisor has not made the shared memory), full, version, bad_request. */
enum err audio_open(struct audio *audio, struct service *service, bool stands_by, struct fault *fault);
void audio_close(struct audio *audio);

/* True if the arguments contain --standby; removes it. */
bool audio_stands_by(int *argc, char **argv);

bool audio_is_alive(void *audio); /* for the heartbeat */
void audio_tick(void *audio);     /* every 10 ms: notes, readiness, the link */

#endif
