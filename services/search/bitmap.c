#include "services/search/bitmap.h"

#include <stdlib.h>

/* Its header declares a function without parameters in the old way. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <roaring/roaring.h>
#pragma GCC diagnostic pop

/* A struct bitmap is CRoaring's own; it is complete nowhere. */
static roaring_bitmap_t *own(struct bitmap *bitmap)
{
    return (roaring_bitmap_t *)(void *)bitmap;
}

static const roaring_bitmap_t *its(const struct bitmap *bitmap)
{
    return (const roaring_bitmap_t *)(const void *)bitmap;
}

static struct bitmap *made(roaring_bitmap_t *roaring)
{
    return (struct bitmap *)(void *)roaring;
}

struct bitmap *bitmap_new(void)
{
    return made(roaring_bitmap_create());
}

struct bitmap *bitmap_of(const uint32_t *rows, uint32_t count)
{
    return made(roaring_bitmap_of_ptr(count, rows));
}

struct bitmap *bitmap_copy(const struct bitmap *from)
{
    return made(roaring_bitmap_copy(its(from)));
}

void bitmap_free(struct bitmap *bitmap)
{
    if (bitmap)
        roaring_bitmap_free(own(bitmap));
}

void bitmap_add(struct bitmap *bitmap, uint32_t row)
{
    roaring_bitmap_add(own(bitmap), row);
}

void bitmap_remove(struct bitmap *bitmap, uint32_t row)
{
    roaring_bitmap_remove(own(bitmap), row);
}

void bitmap_shrink(struct bitmap *bitmap)
{
    roaring_bitmap_run_optimize(own(bitmap));
    roaring_bitmap_shrink_to_fit(own(bitmap));
}

bool bitmap_has(const struct bitmap *bitmap, uint32_t row)
{
    return roaring_bitmap_contains(its(bitmap), row);
}

uint32_t bitmap_count(const struct bitmap *bitmap)
{
    return (uint32_t)roaring_bitmap_get_cardinality(its(bitmap));
}

uint32_t bitmap_last(const struct bitmap *bitmap)
{
    return roaring_bitmap_maximum(its(bitmap));
}

void bitmap_and(struct bitmap *to, const struct bitmap *from)
{
    roaring_bitmap_and_inplace(own(to), its(from));
}

void bitmap_or(struct bitmap *to, const struct bitmap *from)
{
    roaring_bitmap_or_inplace(own(to), its(from));
}

void bitmap_and_not(struct bitmap *to, const struct bitmap *from)
{
    roaring_bitmap_andnot_inplace(own(to), its(from));
}

uint32_t bitmap_and_count(const struct bitmap *a, const struct bitmap *b)
{
    return (uint32_t)roaring_bitmap_and_cardinality(its(a), its(b));
}

void bitmap_rows(const struct bitmap *bitmap, uint32_t *to)
{
    roaring_bitmap_to_uint32_array(its(bitmap), to);
}

void bitmap_write(const struct bitmap *bitmap, struct buffer *to)
{
    size_t len = roaring_bitmap_portable_size_in_bytes(its(bitmap));
    char *bytes = malloc(len);

    if (bytes)
        buffer_add(to, bytes, roaring_bitmap_portable_serialize(its(bitmap), bytes));
    to->failed = to->failed || !bytes;
    free(bytes);
}

struct bitmap *bitmap_read(struct bytes from)
{
    const char *at = (const char *)from.at;

    if (from.len == 0 || roaring_bitmap_portable_deserialize_size(at, from.len) != from.len)
        return NULL;
    return made(roaring_bitmap_portable_deserialize_safe(at, from.len));
}
