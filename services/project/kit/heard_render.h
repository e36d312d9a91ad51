/* heard_render.h: bars that were heard as a job of loophole-audio --render: each hit at its frame. Pure. */
#ifndef LOOPHOLE_PROJECT_HEARD_RENDER_H
#define LOOPHOLE_PROJECT_HEARD_RENDER_H

#include "schema_worker.h"
#include "services/project/kit/heard.h"

/* Fills in the frames and the hits of `bars` bars from index `first` on; they follow each other as in a clip. A hit
 * that was not moved to a grid has the distance to its bar at which it was heard. Returns the number of hits. */
uint32_t heard_render(const struct heard_record *heard, uint32_t first, uint32_t bars, struct arena *arena,
                      struct render_job *to);

#endif
