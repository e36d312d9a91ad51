/* file.h: reads and writes whole files. Depends on err, text and buffer alone. Any thread. */
#ifndef LOOPHOLE_COMMON_FILE_H
#define LOOPHOLE_COMMON_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/buffer.h"
#include "common/file_write.h"

/* Sets the fault of errno: "cannot DOING PATH: why". Returns the code. */
enum err file_refuse(struct fault *fault, const char *doing, const char *path);

/* Appends the content of `path` to `to`. Errors: not_found, denied, io, full (no memory in the kernel), too_large (more
 * than `limit` bytes), bad_request (not a regular file). */
enum err file_read_all(const char *path, size_t limit, struct buffer *to, struct fault *fault);

/* As file_read_all, from an open file; `path` is for errors. */
enum err file_read_fd(int fd, size_t limit, const char *path, struct buffer *to, struct fault *fault);

/* Replaces `path` atomically: a reader sees all old or all new bytes, also after a power cut. Writes a temporary file
 * in the same directory, syncs it, renames it and syncs the directory. Every file that must never be half written is
 * written with this function. Errors: full, io, denied, not_found (no such directory), too_large (the path); the old
 * file is then unchanged. */
enum err file_write_atomic(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* As file_write_atomic for a file in an open folder. A link of that name is replaced itself. */
enum err file_replace_at(int folder, const char *name, struct bytes bytes, mode_t mode, struct fault *fault);

/* As file_replace_at, but the folder is not synced: a power cut may leave the old file until file_replace_at of another
 * file in it. */
enum err file_replace_part(int folder, const char *name, struct bytes bytes, mode_t mode, struct fault *fault);

/* As file_write_atomic, but not synced: a power cut may undo it until file_sync of the file and its directory. */
enum err file_write_soon(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* As file_write_atomic for a file of a person. If it is a link, the file that it leads to is replaced. A file that
 * exists keeps its mode. Errors: not_found (also a link that leads nowhere), io (also a link that leads to no regular
 * file), and those of file_write_atomic. */
enum err file_write_through(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* Creates a file that no process reads before it is complete; does not sync it. Errors: exists, and those of
 * file_write_atomic. */
enum err file_write_new(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* Makes an empty temporary file in the directory, and sets its path. Returns its descriptor, which the caller closes.
 * -1: errno is set. */
int file_make_temporary(const char *directory, char path[PATH_MAX]);

/* As file_make_temporary, in an open folder: sets the file's name. */
enum { FILE_TEMPORARY = 32 };
int file_make_temporary_at(int folder, char name[FILE_TEMPORARY]);

/* True for the name of a temporary file that another process made: if it is not in use, that process left it when it
 * died. */
bool file_is_left(const char *name);

/* Writes the file or directory to the disk. Errors: full, io, denied, not_found. */
enum err file_sync(const char *path, struct fault *fault);

/* Returns a descriptor of the directory's file system, which the caller closes, if one syncfs makes that kind of file
 * system durable; else -1. Open it before writing files, so that file_sync_disk reports every later failure. */
int file_open_disk(const char *directory);

/* Makes durable everything that any process wrote to that file system, names included. If little else waits to be
 * written, it costs as much as syncing one file. Errors: full, io (also if the file system became read-only). */
enum err file_sync_disk(int disk, struct fault *fault);

/* Creates `path` and its missing parent directories with `mode`, and makes them durable. Errors: exists (not a
 * directory), too_large (the path), full, io, denied. */
enum err file_make_dirs(const char *path, mode_t mode, struct fault *fault);

#endif
