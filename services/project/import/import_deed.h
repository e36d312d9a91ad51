/* import_deed.h: the parts of a document of another program become parts of a project (deeds/work.h). The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_IMPORT_DEED_H
#define LOOPHOLE_PROJECT_IMPORT_DEED_H

#include "services/project/deeds/work.h"

extern const struct deed import_deed;

#endif
