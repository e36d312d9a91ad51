/* folders.h: volumes, folders and libraries, in the open turn. Each function explains its errors. A request that
 * changes nothing writes nothing and uses no revision. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_FOLDERS_H
#define LOOPHOLE_PERSIST_FOLDERS_H

#include "services/persist/turn/persist.h"

/* Adds the volume of this identity, or updates it. Errors: bad_request (no identity). */
enum err folders_put_volume(struct persist *p, const struct volume *volume, struct done *done, struct fault *fault);

/* Adds the folder, or returns the id that it has already. A parent that is the mount's own folder counts as none. */
enum err folders_put(struct persist *p, const struct folder *folder, struct done *done, struct fault *fault);

/* Moves or renames a folder. Errors: not_found, exists (another folder has that name there), bad_request (the folder of
 * a mount, a parent below the folder itself or on another volume). */
enum err folders_move(struct persist *p, struct id id, struct id parent, struct bytes name, struct done *done,
                      struct fault *fault);

/* Makes the folder a library, or stores a scan's results about the library. Errors: not_found (the folder). */
enum err folders_put_library(struct persist *p, const struct persist_put_library *put, struct done *done,
                             struct fault *fault);

/* Changes the settings of a library that no scan changes. Errors: not_found. */
enum err folders_set_library(struct persist *p, const struct persist_set_library *ask, struct done *done,
                             struct fault *fault);

#endif
