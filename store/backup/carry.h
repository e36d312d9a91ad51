/* carry.h: the files that a backup has between the image and the trailer, so that a restore makes the same engine
 * elsewhere: the library of patterns, the records of replaced labels, the settings and, on request, the folders of
 * projects below DATA. Big-endian, one after the other:
 *
 *   length of the path u32 · mode u32 · bytes of the file u64 · path · bytes
 *
 * A backup may come from a stranger: each path is checked. Any thread. */
#ifndef LOOPHOLE_STORE_CARRY_H
#define LOOPHOLE_STORE_CARRY_H

#include "common/paths.h"

struct carry {
    uint64_t files;    /* without the settings */
    bool has_projects; /* at least one file of a project */
    bool has_settings;
};

/* Appends the files to `fd`, at its position; `file` is its name for messages. Links in the folders of projects are
 * left out. A file that grows meanwhile is cut at the length that it had. Errors: busy (a file became shorter), full,
 * io, denied. */
enum err carry_pack(const struct paths *paths, int fd, const char *file, bool with_projects, struct carry *packed,
                    struct fault *fault);

/* Makes the files that lie in `from` between `at` and `end` below the fresh folder `directory`, the settings only if
 * they are asked for, and syncs them. Errors: bad_request (a path that leads elsewhere, or twice; a length beyond the
 * end), io, full, denied. */
enum err carry_unpack(int from, uint64_t at, uint64_t end, const char *directory, bool with_settings,
                      struct carry *unpacked, struct fault *fault);

#endif
