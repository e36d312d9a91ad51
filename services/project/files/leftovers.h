/* leftovers.h: after a start the service removes temporary files that a predecessor left when it died, from the folder
 * of each project and from its Media, and writes a project.json that the predecessor did not write (mirror.h). One
 * folder at a time, because its disk may hang. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_LEFTOVERS_H
#define LOOPHOLE_PROJECT_LEFTOVERS_H

#include "services/project/base/project.h"

void leftovers_look(void *project); /* once a second, until all projects are done */

#endif
