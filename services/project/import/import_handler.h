/* import_handler.h: the parts of a document of another program become parts of a project (handlers/work.h). The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_IMPORT_HANDLER_H
#define LOOPHOLE_PROJECT_IMPORT_HANDLER_H

#include "services/project/handlers/work.h"

extern const struct handler import_handler;

#endif
