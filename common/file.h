/* file.h: whole files, read and written in one go. Links with nothing but err, text, buffer. Any thread. */
#ifndef LOOPHOLE_COMMON_FILE_H
#define LOOPHOLE_COMMON_FILE_H

#include <sys/types.h>

#include "common/buffer.h"
#include "common/file_write.h"

/* Appends the bytes of `path` to `to`. Errors: not_found; too_large past `limit` bytes; full (memory); io; denied;
 * bad_request when it is not a regular file. */
enum err file_read_all(const char *path, size_t limit, struct buffer *to, struct fault *fault);

/* Replaces `path`: a reader sees the old bytes or all of the new, also after a power cut. Written beside it, synced,
 * renamed, the directory synced. Every file that must not be half is written through here. Errors: full, io,
 * denied, not_found (its directory); then the old file is unchanged. */
enum err file_write_atomic(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* As file_write_atomic, but there after a power cut only once it and its directory are synced (file_sync). */
enum err file_write_soon(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* A new file that no process looks for before it is complete; not synced either. Errors: exists; as
 * file_write_atomic. */
enum err file_write_new(const char *path, struct bytes bytes, mode_t mode, struct fault *fault);

/* The file or directory is on the disk. Errors: full, io, denied, not_found. */
enum err file_sync(const char *path, struct fault *fault);

/* The file system of a directory, as a descriptor to be closed, when it is of a kind that one call makes durable as a
 * whole; else -1. It is opened before files are written, so that file_sync_disk reports what failed since. */
int file_open_disk(const char *directory);

/* All that any process wrote there before is on the disk, with its names. It costs as much as one file where little
 * else waits. Errors: full; io, also when the file system is read-only by now. */
enum err file_sync_disk(int disk, struct fault *fault);

/* Makes `path` and the directories above it that are missing, each with `mode`; they are there after a power cut. */
enum err file_make_dirs(const char *path, mode_t mode, struct fault *fault);

#endif
