/* guard.h: a process survives the truncation of shared memory that it maps. The next access raises SIGBUS. The guard
 * then replaces the mapping for good by zeroed private memory, where the access continues. Any other SIGBUS goes to the
 * previous handler. */
#ifndef LOOPHOLE_COMMON_GUARD_H
#define LOOPHOLE_COMMON_GUARD_H

#include <stdbool.h>
#include <stddef.h>

enum { GUARD_MAPPINGS = 256 };

/* `start` is the mapping's first byte. More than GUARD_MAPPINGS mappings are not guarded. One thread at a time. */
void guard_add(void *start, size_t size);
void guard_drop(const void *start); /* before it is unmapped */

/* Guards a mapped file of a disk: if a page cannot be read, the process ends at once with the exit code of `io` and a
 * line on standard error. An access beyond the file's end goes to the previous handler instead, because the disk is not
 * at fault. `file` is a descriptor of the file, or -1; the guard owns it, and guard_drop closes it. */
void guard_add_disk(void *start, size_t size, int file);

/* True if the memory is no longer shared. Any thread. */
bool guard_lost(const void *start);

#endif
