/* column.h: an array that begins in a mapped file and grows in memory. Its whole address space is reserved at once,
 * so it never moves. The mapping is private: a write changes memory, never the file. One thread.
 *
 *   at ─► [ pages of the file ][ pages of memory ][ reserved, not accessible … ]
 *                                                 ^ room                        ^ most */
#ifndef LOOPHOLE_SEARCH_COLUMN_H
#define LOOPHOLE_SEARCH_COLUMN_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/* All zero: closed. */
struct column {
    uint8_t *at;
    size_t width; /* bytes of an element */
    size_t count; /* elements */
    size_t room;  /* accessible bytes */
    size_t most;  /* bytes reserved */
};

/* Reserves room for `most` elements of `width` bytes. Errors: full. */
enum err column_open(struct column *column, size_t width, size_t most);
void column_close(struct column *column);

/* Maps `count` elements at `offset` (a multiple of the page size) of a file. Its last page must end with zeros. The
 * column must be empty and open. Errors: full, too_large. */
enum err column_map(struct column *column, int fd, off_t offset, size_t count);

/* Directly after mapping: releases pages that were only checked from memory, until they are used again. */
void column_release(struct column *column);

/* Appends `more` zeroed elements. Errors: full (memory, or `most`). */
enum err column_add(struct column *column, size_t more);

#endif
