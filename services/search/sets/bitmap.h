/* bitmap.h: sets of row numbers, compressed. The only file with CRoaring is bitmap.c. Its maker frees
 * it. One thread. */
#ifndef LOOPHOLE_SEARCH_BITMAP_H
#define LOOPHOLE_SEARCH_BITMAP_H

#include "common/buffer.h"

struct bitmap;

/* NULL when memory is out. */
struct bitmap *bitmap_new(void);
struct bitmap *bitmap_of(const uint32_t *rows, uint32_t count);
struct bitmap *bitmap_copy(const struct bitmap *from);
void bitmap_free(struct bitmap *bitmap); /* NULL is allowed */

void bitmap_add(struct bitmap *bitmap, uint32_t row);
void bitmap_remove(struct bitmap *bitmap, uint32_t row);
bool bitmap_has(const struct bitmap *bitmap, uint32_t row);
uint32_t bitmap_count(const struct bitmap *bitmap);
uint32_t bitmap_last(const struct bitmap *bitmap); /* the highest row; 0 when there is none */

/* The first becomes the intersection, the union, the difference with the second. */
void bitmap_and(struct bitmap *to, const struct bitmap *from);
void bitmap_or(struct bitmap *to, const struct bitmap *from);
void bitmap_or_both(struct bitmap *to, const struct bitmap *a, const struct bitmap *b); /* with what is in both */
void bitmap_and_not(struct bitmap *to, const struct bitmap *from);
uint32_t bitmap_and_count(const struct bitmap *a, const struct bitmap *b);

/* All rows in rising order; `to` has room for bitmap_count. */
void bitmap_rows(const struct bitmap *bitmap, uint32_t *to);

/* The same as an array of *count numbers; the caller frees it. NULL: memory is out. */
uint32_t *bitmap_array(const struct bitmap *bitmap, uint32_t *count);

/* The rows by chunks that have any, without copying where they are sparse: those of one chunk lie within BITMAP_CHUNK
 * numbers from `first` on, and `at` has how far after it each is, rising. It points into the set, or to `room`. */
enum { BITMAP_CHUNK = 1 << 16 };
struct bitmap_chunk {
    uint32_t first, count;
    const uint16_t *at;
};
uint32_t bitmap_chunks(const struct bitmap *bitmap);
struct bitmap_chunk bitmap_chunk(const struct bitmap *bitmap, uint32_t number, uint16_t room[BITMAP_CHUNK]);

uint32_t bitmap_first(const struct bitmap *bitmap, uint32_t *to, uint32_t most); /* the lowest; how many */

/* A set opened for testing many rows: without copying where its rows are dense. It stays valid until the set changes or
 * is freed. `chunks` has the bits of BITMAP_CHUNK rows each. */
struct bitmap_view {
    const uint64_t **chunks;
    uint32_t count;
    uint64_t *own; /* bits of the chunks that are not dense */
};
bool bitmap_view_open(struct bitmap_view *view, const struct bitmap *bitmap); /* false: memory is out */
void bitmap_view_close(struct bitmap_view *view);

static inline bool bitmap_view_has(const struct bitmap_view *view, uint32_t row)
{
    return row >> 16 < view->count && (view->chunks[row >> 16][row % 65536 / 64] >> row % 64 & 1);
}

/* In the portable format of CRoaring (https://github.com/RoaringBitmap/RoaringFormatSpec). Reading takes only
 * what it has checked against `from`; NULL when it is not such a set. */
void bitmap_write(const struct bitmap *bitmap, struct buffer *to);
struct bitmap *bitmap_read(struct bytes from);

#endif
