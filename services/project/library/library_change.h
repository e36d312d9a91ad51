/* library_change.h: what changes of patterns mean for the files of the library. In a thread, under its lock, after
 * library_look. Everything lies in the arena. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_CHANGE_H
#define LOOPHOLE_PROJECT_LIBRARY_CHANGE_H

#include "services/project/library/library_step.h"

/* The step of a change, without its request. Errors (explained): bad_request, not_found, exists. */
enum err library_plan(const struct pattern_library *library, const struct project_change_library *ask,
                      struct arena *arena, struct library_step *to, struct fault *fault);

/* The step that saves a pattern under a name: "NAME", or "FOLDER/NAME". `folder` "": user. An empty name is that of the
 * pattern. */
enum err library_plan_save(const struct pattern_library *library, struct pattern_file *file, struct text folder,
                           struct text name, struct arena *arena, struct library_step *to, struct fault *fault);

#endif
