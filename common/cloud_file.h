/* cloud_file.h: files whose content is only in a cloud: reading one fetches it. Any thread. */
#ifndef LOOPHOLE_COMMON_CLOUD_FILE_H
#define LOOPHOLE_COMMON_CLOUD_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/* Whether the file has no content here: a size without blocks, or the mark of a provider's program. Ask only about
 * files of a cloud: elsewhere sparse and compressed files have no blocks either. It may hang like any call to that file
 * system, and it reads no content. `st` is of the file at `path`. */
bool cloud_file_is_online_only(const char *path, const struct stat *st);

/* Whether one of the globs, separated by commas, matches the absolute path or a folder above it. A glob that begins
 * with "~/" is below the home folder; a star does not match a slash. */
bool cloud_file_is_named(const char *globs, const char *path);

#endif
