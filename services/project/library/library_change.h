/* library_change.h: plans the changes of files that an ask about patterns needs. In a thread, under the library's lock,
 * after library_look. All results are in the arena. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_CHANGE_H
#define LOOPHOLE_PROJECT_LIBRARY_CHANGE_H

#include "services/project/library/library_step.h"

/* The step of a change, without its request. Errors (explained): bad_request, not_found, exists. */
enum err library_plan(const struct pattern_library *library, const struct project_change_library *ask,
                      struct arena *arena, struct library_step *to, struct fault *fault);

/* The step that saves a pattern under a name: "NAME", or "FOLDER/NAME". `folder` "": user. An empty name is that of the
 * pattern. Errors (explained): bad_request, exists (a pattern of another name has that file). */
enum err library_plan_save(const struct pattern_library *library, struct pattern_file *file, struct text folder,
                           struct text name, struct arena *arena, struct library_step *to, struct fault *fault);

#endif
