/* bundle_project.h: the project.json with which an imported bundle is opened. Any thread; all memory is in
 * the arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_PROJECT_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_PROJECT_H

#include "frontends/cli/bundle/bundle_check.h"

#define BUNDLE_PROJECT_KEPT "from_bundle" /* the key of an imported project.json with what its bundle had */

/* Makes the project of a checked bundle: that of its project.json, or one with the name, tempo and mixers of its
 * manifest. With `name` it is a copy: it gets this name and no id. Its key `from_bundle` has what an export needs
 * to write the same manifest again. */
void bundle_project_make(const struct bundle_intake *intake, const struct bundle_checked *checked, const char *name,
                         struct arena *arena, struct tree *to);

/* The slot of a pattern of the manifest: that of its key `from_bundle`, else the first free one. `slots` has
 * those that are taken, by number. */
enum { BUNDLE_PROJECT_SLOTS = 128 * 128 };
uint32_t bundle_project_slot(const struct tree *project, struct text pattern, bool taken[BUNDLE_PROJECT_SLOTS + 1]);

/* Notes in the project which slots its patterns are in, for an export: an object {id of the manifest: number}. */
void bundle_project_keep_slots(struct tree *project, struct tree slots, struct arena *arena);

#endif
