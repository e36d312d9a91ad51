/* guard.h: a process survives the truncation of shared memory that it maps. The kernel answers the next access with
 * SIGBUS; the guard then replaces the mapping for good by zeroed memory of the process's own, and the access continues
 * there. Any other SIGBUS goes to the handler that was installed before. */
#ifndef LOOPHOLE_COMMON_GUARD_H
#define LOOPHOLE_COMMON_GUARD_H

#include <stdbool.h>
#include <stddef.h>

enum { GUARD_MAPPINGS = 256 };

/* `start` is the mapping's first byte. Past GUARD_MAPPINGS of them: unguarded. One thread at a time. */
void guard_add(void *start, size_t size);
void guard_drop(const void *start); /* before it is unmapped */

/* A file of a disk: when a page of it cannot be read, the process ends at once with the exit code of `io` and a line on
 * standard error. A touch past the file's end is no fault of the disk: its SIGBUS goes to its handler before. `file` is
 * a descriptor of the file, or -1; guard_drop takes all back and closes it. */
void guard_add_disk(void *start, size_t size, int file);

/* Its memory is not shared any more. Any thread. */
bool guard_lost(const void *start);

#endif
