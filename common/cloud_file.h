/* cloud_file.h: files whose content is only in a cloud: reading one fetches it. Any thread. */
#ifndef LOOPHOLE_COMMON_CLOUD_FILE_H
#define LOOPHOLE_COMMON_CLOUD_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/* True if the content of the file is not on this machine: it has a size but no blocks, or the mark of a provider's
 * program. Only for files of a cloud: elsewhere sparse and compressed files have no blocks either. The call reads no
 * content, and may hang like any call to that file system. `st` is the stat of `path`. */
bool cloud_file_is_online_only(const char *path, const struct stat *st);

/* True if one of the globs, separated by commas, matches the absolute path or a folder above it. A glob that begins
 * with "~/" is below the home folder; a star does not match a slash. */
bool cloud_file_is_named(const char *globs, const char *path);

#endif
