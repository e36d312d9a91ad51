/* excluded.h: the excluded folders, for people. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_EXCLUDED_H
#define LOOPHOLE_COMPOSER_EXCLUDED_H

#include "services/composer/state.h"

/* Lists the excluded folders, each once, and counts the items below them; a count may end early (`more`). Errors:
 * internal, full. */
enum err excluded_read(struct txn *txn, struct arena *arena, struct excluded_folder_list *to);

/* The answer to the asks about excluded folders. Errors (explained): those of excluded_read. */
enum err excluded_list(struct composer *composer, struct arena *arena, struct excluded_folders *to,
                       struct fault *fault);

/* Make the change that excludes the folder at a path, or includes it again. Errors (explained): not_found; denied (a
 * line of the settings excludes it). */
enum err excluded_add(struct composer *composer, struct arena *arena, struct bytes path,
                      struct persist_composer *changes, struct fault *fault);
enum err excluded_remove(struct composer *composer, struct arena *arena, struct bytes path,
                         struct persist_composer *changes, struct fault *fault);

#endif
