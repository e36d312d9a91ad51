/* uses_note.h: writes the items that a project uses as uses of its context (persist.use), for queries such as
 * used:"Name", role:, section:, unused. Items that the catalogue does not know are added as missing first. After each
 * change of a project; nothing is sent when its uses are the same. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_USES_NOTE_H
#define LOOPHOLE_PROJECT_USES_NOTE_H

#include "services/project/base/project.h"

void uses_note(struct project *p, struct id project);

/* After a start: looks at one project after another, since the service may have died before it noted the uses. */
void uses_note_all(struct project *p);

#endif
