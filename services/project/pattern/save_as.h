/* save_as.h: a project under another name, with its parts and its slots of patterns. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SAVE_AS_H
#define LOOPHOLE_PROJECT_SAVE_AS_H

#include "services/project/handlers/handlers.h"

extern const struct handler save_as_handler;

#endif
