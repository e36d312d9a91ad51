/* folders.h: volumes, folders and libraries. Each explains its errors; nothing is written, and no revision used, when
 * nothing would change. */
#ifndef LOOPHOLE_PERSIST_FOLDERS_H
#define LOOPHOLE_PERSIST_FOLDERS_H

#include "services/persist/turn/persist.h"

enum err folders_put_volume(struct persist *p, const struct volume *volume, struct done *done, struct fault *fault);

/* Its id if it is known; a parent that is the mount's own folder counts as none. */
enum err folders_put(struct persist *p, const struct folder *folder, struct done *done, struct fault *fault);

/* Errors: not_found, exists (another folder has that name there), bad_request (below itself, on another volume). */
enum err folders_move(struct persist *p, struct id id, struct id parent, struct bytes name, struct done *done,
                      struct fault *fault);

enum err folders_put_library(struct persist *p, const struct library *library, struct done *done, struct fault *fault);

#endif
