/* mount_point.h: the mount point of a path, from the kernel's table. It touches no file system, so it never waits for
 * one. Any thread. */
#ifndef LOOPHOLE_COMMON_MOUNT_POINT_H
#define LOOPHOLE_COMMON_MOUNT_POINT_H

#include <limits.h>
#include <sys/types.h>

#include "common/err.h"

/* `path` is absolute and has no links. "/" if the table cannot be read. Returns the device of its file system, which
 * all mounts of one file system share; 0 if the table cannot be read. */
dev_t mount_point_find(const char *path, char mount[PATH_MAX]);

/* Fills `fault` with ERR_TIMEOUT and returns it: "the disk at MOUNT does not answer: " and the formatted rest, with the
 * hint that lists the disks; a caller may replace the hint. The root does answer, so a path on it leads to another disk
 * by a link: then it is "the disk of PATH". */
enum err mount_point_blame(const char *path, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
