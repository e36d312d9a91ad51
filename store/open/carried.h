/* carried.h: the files of an engine that a backup carries beside the image of the store. A restore unpacks them into
 * DATA/store.new/carried, so they are in place with the new store or not at all; then each is moved to where the engine
 * reads it. A death between two moves is repaired by the next carried_install. One thread, which holds the writer's
 * lock. */
#ifndef LOOPHOLE_STORE_CARRIED_H
#define LOOPHOLE_STORE_CARRIED_H

#include "common/paths.h"

#define CARRIED          "carried"
#define CARRIED_SETTINGS "loophole.conf"
/* Folders of DATA, in the order in which a backup has them. */
#define CARRIED_FOLDERS  "patterns", "labels", CARRIED_PROJECTS
#define CARRIED_PROJECTS "projects"

/* Moves the carried files of DATA/store to their places. A file or folder that is already there is kept as
 * NAME.before-restore, or NAME.before-restore-2 and so on. Errors: io, full, denied. */
enum err carried_install(const struct paths *paths, struct fault *fault);

/* Removes the carried files of the store in `directory`, if there are any. */
void carried_remove(const char *directory);

#endif
