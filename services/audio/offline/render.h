/* render.h: plays hits of pads with the engine, off line, into a file: `loophole-audio --render`, which another service
 * starts with a socket as descriptor 3 (schemas/worker.schema, render_job). It has a studio of its own with a clock
 * that it turns itself, and reads score and sounds of the engine's studio. Nothing that sounds changes. One thread. */
#ifndef LOOPHOLE_AUDIO_RENDER_H
#define LOOPHOLE_AUDIO_RENDER_H

#include "common/shared/studio.h"
#include "schema_worker.h"

/* True if the only argument is --render. */
bool render_is_asked(int argc, char **argv);

/* Answers one job, and returns the exit code of the process. */
int render_run(void);

/* Plays the hits in this studio, which is of this process alone, into the file: a WAV of 32-bit floats with two
 * channels. It has the channel of pads as the mixer has it, the effects of its sends, and neither the master nor its
 * limiter; sound that lasts beyond the last frame is added, for at most 10 s. Sets the frames of the file. Errors
 * (explained): conflict (a sound of a pad that is hit is not loaded, or was replaced meanwhile), too_large, those of
 * file_write_fd. */
enum err render_hits(struct studio *studio, const struct render_job *job, int fd, uint64_t *frames,
                     struct fault *fault);

#endif
