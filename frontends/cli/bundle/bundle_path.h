/* bundle_path.h: the paths of files in a bundle. They come from strangers. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_PATH_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_PATH_H

#include "common/arena.h"
#include "common/err.h"

#define BUNDLE_MANIFEST "project_manifest.json"
#define BUNDLE_PROJECT  "project.json"

enum { BUNDLE_PATH_MOST = 1024 /* bytes */, BUNDLE_PATH_WRITTEN = 200 /* characters of a path that we write */ };

/* Brings a path into its form with slashes, in the arena: backslashes are read as slashes. Refuses a path that is
 * absolute, leads upwards, has an empty part, a drive or a character that steers a terminal, or is deeper than a tree
 * may be. Errors (explained, with the path): bad_request. */
enum err bundle_path_read(struct text from, struct arena *arena, struct text *to, struct fault *fault);

/* True if the import keeps files of its own there: Media, slots and backups of patterns, names with a leading dot. */
bool bundle_path_is_reserved(struct text path);

#endif
