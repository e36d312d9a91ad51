/* project_media.h: the folder that is to become a library, and Media/Audio of a project. In an errand. */
#ifndef LOOPHOLE_INDEXER_PROJECT_MEDIA_H
#define LOOPHOLE_INDEXER_PROJECT_MEDIA_H

#include <limits.h>

#include "common/paths.h"
#include "schema_indexer.h"

bool project_media_is(const char *path); /* true if it ends in /Media/Audio */

/* Finds the real path of the folder that the ask names. The folder of a project may come from a stranger, so no link
 * leads out of it unless a person trusts it (common/beneath/beneath.h). A take names the folder that it found in
 * this way, which may lie elsewhere. Errors: not_found, denied, io. */
enum err project_media_find(const struct paths *paths, const struct indexer_add_library *ask, const char *asked,
                            char real[PATH_MAX], struct fault *fault);

#endif
