/* column.h: an array that begins in a mapped file and grows in memory after it. Address space for all that it may
 * ever hold is reserved at once, so that it never moves; the mapping is private, so that writing changes memory and
 * never the file. One thread.
 *
 *   at ─► [ pages of the file ][ pages of memory ][ reserved, not yet allowed … ]
 *                                                 ^ room                        ^ most */
#ifndef LOOPHOLE_SEARCH_COLUMN_H
#define LOOPHOLE_SEARCH_COLUMN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/* Zeroed is closed. */
struct column {
    uint8_t *at;
    size_t width; /* bytes of an element */
    size_t count; /* elements */
    size_t room;  /* bytes that may be touched */
    size_t most;  /* bytes reserved */
};

/* At most `most` elements of `width` bytes. Errors: full. */
enum err column_open(struct column *column, size_t width, size_t most);
void column_close(struct column *column);

/* Takes `count` elements from `offset` (a multiple of the page) of a file, where zeros follow up to the page's
 * end. The column is empty and open. Errors: full, too_large. */
enum err column_map(struct column *column, int fd, off_t offset, size_t count);

/* Right after mapping: what was only looked through leaves memory until it is touched again. */
void column_release(struct column *column);

/* `more` zeroed elements after the last. Errors: full (memory, or past `most`). */
enum err column_add(struct column *column, size_t more);

#endif
