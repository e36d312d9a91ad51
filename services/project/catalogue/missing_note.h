/* missing_note.h: adds items that a project from another machine uses and the catalogue does not know. They become
 * missing items (persist.add_missing) with the ids that they have in the project. So searches find them, and a scan
 * that finds their place or their content gives them their files. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_MISSING_NOTE_H
#define LOOPHOLE_PROJECT_MISSING_NOTE_H

#include "services/project/base/project.h"

/* Adds the unknown items of the project, and then calls `done`. It takes turns of its own after this one, one project
 * after the other: a large project needs much time. The same noting that has not begun yet is not added again. `added`
 * is true if some were sent to persist, which may have refused them. */
typedef void missing_noted(struct project *p, struct id project, bool added);
void missing_note(struct project *p, struct id project, missing_noted *done);
void missing_note_close(struct project *p); /* drops those that have not begun */

#endif
