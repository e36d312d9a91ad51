/* kit_render.h: hits of pads become an audio file in a project's Media. A thread starts `loophole-audio --render`,
 * which plays them off line with the sounds of the pads. The file appears whole or not at all. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_KIT_RENDER_H
#define LOOPHOLE_PROJECT_KIT_RENDER_H

#include "schema_worker.h"
#include "services/project/handlers/work.h"

/* Begins it in `plan`, which is called again with the result in work->filed. `name` is that of the file below the
 * project's folder, as Media/Audio/kick.wav; it replaces the file of an earlier copy of the ask. The job is copied. */
void kit_render(struct work *work, struct text folder, struct text name, const struct render_job *job);

#endif
