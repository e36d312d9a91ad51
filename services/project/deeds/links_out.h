/* links_out.h: the links out of the folder of a project that is opened. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_LINKS_OUT_H
#define LOOPHOLE_PROJECT_LINKS_OUT_H

#include "services/project/deeds/work.h"

/* Starts to read the project.json of the folder and to find its links out; or to trust them, if the ask of `open` says so. */
void links_out_read(struct doing *work, struct text folder);

/* Lists the first links that are not followed. */
void links_out_fill(struct doing *work, struct project_line *state);

#endif
