/* bitmap.h: compressed sets of row numbers. Only bitmap.c uses CRoaring. The caller frees the sets it makes. One
 * thread.
 *
 * A set takes at most a bit for each row of the index, and the index checks limits_leave for far more before it gets a
 * row. So sets take their memory from the eighth of limits.h, without a check. */
#ifndef LOOPHOLE_SEARCH_BITMAP_H
#define LOOPHOLE_SEARCH_BITMAP_H

#include "common/buffer.h"

struct bitmap;

struct bitmap *bitmap_new(void);
struct bitmap *bitmap_of(const uint32_t *rows, uint32_t count);
struct bitmap *bitmap_copy(const struct bitmap *from);
void bitmap_free(struct bitmap *bitmap); /* NULL is allowed */

void bitmap_add(struct bitmap *bitmap, uint32_t row);
void bitmap_remove(struct bitmap *bitmap, uint32_t row);
bool bitmap_has(const struct bitmap *bitmap, uint32_t row);
uint32_t bitmap_count(const struct bitmap *bitmap);
uint32_t bitmap_last(const struct bitmap *bitmap); /* the highest row; 0 if there is none */

/* `to` becomes the intersection, the union, or the difference of `to` and `from`. */
void bitmap_and(struct bitmap *to, const struct bitmap *from);
void bitmap_or(struct bitmap *to, const struct bitmap *from);
void bitmap_or_both(struct bitmap *to, const struct bitmap *a, const struct bitmap *b); /* adds the rows in both */
void bitmap_and_not(struct bitmap *to, const struct bitmap *from);
uint32_t bitmap_and_count(const struct bitmap *a, const struct bitmap *b);

/* Writes all rows in rising order; `to` has room for bitmap_count. */
void bitmap_rows(const struct bitmap *bitmap, uint32_t *to);

/* The rows as an array of *count numbers, which the caller frees. The caller has checked limits_leave if they may be
 * many. */
uint32_t *bitmap_array(const struct bitmap *bitmap, uint32_t *count);

/* The rows in chunks, sparse ones without a copy; chunks without rows are left out. The rows of a chunk are first +
 * at[i], at[i] below BITMAP_CHUNK and rising. `at` points into the set or to `room`. */
enum { BITMAP_CHUNK = 1 << 16 };
struct bitmap_chunk {
    uint32_t first, count;
    const uint16_t *at;
};
uint32_t bitmap_chunks(const struct bitmap *bitmap);
struct bitmap_chunk bitmap_chunk(const struct bitmap *bitmap, uint32_t number, uint16_t room[BITMAP_CHUNK]);

uint32_t bitmap_first(const struct bitmap *bitmap, uint32_t *to, uint32_t most); /* the lowest rows; returns how many */

void bitmap_touch(const struct bitmap *bitmap); /* reads a byte of each page of its chunks */

/* A set opened to test many rows, dense chunks without a copy. It is valid until the set changes or is freed. Each of
 * `chunks` has the bits of BITMAP_CHUNK rows. */
struct bitmap_view {
    const uint64_t **chunks;
    uint32_t count;
    uint64_t *own; /* bits of the chunks that are not dense */
};
void bitmap_view_open(struct bitmap_view *view, const struct bitmap *bitmap);
void bitmap_view_close(struct bitmap_view *view);

static inline bool bitmap_view_has(const struct bitmap_view *view, uint32_t row)
{
    return row >> 16 < view->count && (view->chunks[row >> 16][row % 65536 / 64] >> row % 64 & 1);
}

/* Writes and reads the portable format of CRoaring (https://github.com/RoaringBitmap/RoaringFormatSpec). Reading checks
 * all bounds. NULL: not a valid set. */
void bitmap_write(const struct bitmap *bitmap, struct buffer *to);
struct bitmap *bitmap_read(struct bytes from);

#endif
