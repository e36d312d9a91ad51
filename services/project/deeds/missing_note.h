/* missing_note.h: items in use that the catalogue does not know, of a project that came from another machine. They
 * become items that are missing (persist.add_missing), with the ids that the project has for them. So searches find
 * them, and they are found again when a scan finds their place or their content. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_MISSING_NOTE_H
#define LOOPHOLE_PROJECT_MISSING_NOTE_H

#include "services/project/base/project.h"

/* Adds them, and then calls `done`; at once if there is none. `added`: some were sent, though persist may have refused
 * them. */
typedef void missing_noted(struct project *p, struct id project, bool added);
void missing_note(struct project *p, struct id project, missing_noted *done);

#endif
