#include "services/search/containers/bitmap.h"

#include <stdlib.h>

#include "common/alloc.h"

/* Its header declares a function without a prototype. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <roaring/containers/containers.h>
#include <roaring/roaring.h>
#pragma GCC diagnostic pop

/* A struct bitmap is a roaring_bitmap_t, which bitmap.h hides. */
static roaring_bitmap_t *own_roaring(struct bitmap *bitmap)
{
    return (roaring_bitmap_t *)(void *)bitmap;
}

static const roaring_bitmap_t *its_roaring(const struct bitmap *bitmap)
{
    return (const roaring_bitmap_t *)(const void *)bitmap;
}

static struct bitmap *as_bitmap(roaring_bitmap_t *roaring)
{
    return (struct bitmap *)(void *)roaring;
}

struct bitmap *bitmap_new(void)
{
    return as_bitmap(alloc_check(roaring_bitmap_create()));
}

struct bitmap *bitmap_of(const uint32_t *rows, uint32_t count)
{
    return as_bitmap(alloc_check(roaring_bitmap_of_ptr(count, rows)));
}

struct bitmap *bitmap_copy(const struct bitmap *from)
{
    return as_bitmap(alloc_check(roaring_bitmap_copy(its_roaring(from))));
}

void bitmap_free(struct bitmap *bitmap)
{
    if (bitmap)
        roaring_bitmap_free(own_roaring(bitmap));
}

void bitmap_add(struct bitmap *bitmap, uint32_t row)
{
    roaring_bitmap_add(own_roaring(bitmap), row);
}

void bitmap_remove(struct bitmap *bitmap, uint32_t row)
{
    roaring_bitmap_remove(own_roaring(bitmap), row);
}

bool bitmap_has(const struct bitmap *bitmap, uint32_t row)
{
    return roaring_bitmap_contains(its_roaring(bitmap), row);
}

uint32_t bitmap_count(const struct bitmap *bitmap)
{
    return (uint32_t)roaring_bitmap_get_cardinality(its_roaring(bitmap));
}

uint32_t bitmap_last(const struct bitmap *bitmap)
{
    return roaring_bitmap_maximum(its_roaring(bitmap));
}

void bitmap_and(struct bitmap *to, const struct bitmap *from)
{
    roaring_bitmap_and_inplace(own_roaring(to), its_roaring(from));
}

void bitmap_or(struct bitmap *to, const struct bitmap *from)
{
    roaring_bitmap_or_inplace(own_roaring(to), its_roaring(from));
}

void bitmap_or_both(struct bitmap *to, const struct bitmap *a, const struct bitmap *b)
{
    roaring_bitmap_t *both = alloc_check(roaring_bitmap_and(its_roaring(a), its_roaring(b)));

    roaring_bitmap_or_inplace(own_roaring(to), both);
    roaring_bitmap_free(both);
}

void bitmap_and_not(struct bitmap *to, const struct bitmap *from)
{
    roaring_bitmap_andnot_inplace(own_roaring(to), its_roaring(from));
}

uint32_t bitmap_and_count(const struct bitmap *a, const struct bitmap *b)
{
    return (uint32_t)roaring_bitmap_and_cardinality(its_roaring(a), its_roaring(b));
}

void bitmap_rows(const struct bitmap *bitmap, uint32_t *to)
{
    roaring_bitmap_to_uint32_array(its_roaring(bitmap), to);
}

uint32_t *bitmap_array(const struct bitmap *bitmap, uint32_t *count)
{
    uint32_t *rows;

    *count = bitmap_count(bitmap);
    rows = alloc_array(*count, sizeof(*rows));
    bitmap_rows(bitmap, rows);
    return rows;
}

uint32_t bitmap_first(const struct bitmap *bitmap, uint32_t *to, uint32_t most)
{
    roaring_uint32_iterator_t from;

    roaring_init_iterator(its_roaring(bitmap), &from);
    return roaring_read_uint32_iterator(&from, to, most);
}

/* ---- chunks ---- */

enum { CHUNK_WORDS = BITMAP_CHUNK / 64 };

uint32_t bitmap_chunks(const struct bitmap *bitmap)
{
    return (uint32_t)its_roaring(bitmap)->high_low_container.size;
}

static uint32_t rows_of_runs(const run_container_t *runs, uint16_t *to)
{
    uint32_t count = 0;

    for (int32_t i = 0; i < runs->n_runs; i++)
        for (uint32_t j = 0; j <= runs->runs[i].length; j++)
            to[count++] = (uint16_t)(runs->runs[i].value + j);
    return count;
}

struct bitmap_chunk bitmap_chunk(const struct bitmap *bitmap, uint32_t number, uint16_t room[BITMAP_CHUNK])
{
    const roaring_array_t *from = &its_roaring(bitmap)->high_low_container;
    uint8_t kind = from->typecodes[number];
    const void *container = container_unwrap_shared(from->containers[number], &kind);
    const array_container_t *array = container;
    const bitset_container_t *bits = container;
    struct bitmap_chunk chunk = { .first = (uint32_t)from->keys[number] * BITMAP_CHUNK, .at = room };

    if (kind == ARRAY_CONTAINER_TYPE_CODE) {
        chunk.at = array->array;
        chunk.count = (uint32_t)array->cardinality;
    } else if (kind == BITSET_CONTAINER_TYPE_CODE) {
        chunk.count = (uint32_t)bitset_extract_setbits_uint16(bits->array, CHUNK_WORDS, room, 0);
    } else {
        chunk.count = rows_of_runs(container, room);
    }
    return chunk;
}

static size_t bytes_of_container(const void *container, uint8_t kind)
{
    const array_container_t *array = container;
    const run_container_t *runs = container;

    if (kind == BITSET_CONTAINER_TYPE_CODE)
        return BITMAP_CHUNK / 8;
    return kind == ARRAY_CONTAINER_TYPE_CODE ? (size_t)array->cardinality * sizeof(array->array[0])
                                             : (size_t)runs->n_runs * sizeof(runs->runs[0]);
}

static const volatile uint8_t *start_of_container(const void *container, uint8_t kind)
{
    if (kind == BITSET_CONTAINER_TYPE_CODE)
        return (const volatile uint8_t *)((const bitset_container_t *)container)->array;
    return kind == ARRAY_CONTAINER_TYPE_CODE ? (const volatile uint8_t *)((const array_container_t *)container)->array
                                             : (const volatile uint8_t *)((const run_container_t *)container)->runs;
}

void bitmap_touch(const struct bitmap *bitmap)
{
    enum { PAGE = 4096 };
    const roaring_array_t *from = &its_roaring(bitmap)->high_low_container;

    for (int32_t i = 0; i < from->size; i++) {
        uint8_t kind = from->typecodes[i];
        const void *container = container_unwrap_shared(from->containers[i], &kind);
        const volatile uint8_t *at = start_of_container(container, kind);
        for (size_t k = 0, len = bytes_of_container(container, kind); k < len; k += PAGE)
            (void)at[k];
    }
}

/* ---- a view ---- */

static const uint64_t no_rows[CHUNK_WORDS];

static void set_rows(uint64_t *to, uint32_t first, uint32_t count)
{
    for (uint32_t row = first; row < first + count; row++)
        to[row / 64] |= UINT64_C(1) << row % 64;
}

/* The bits of a chunk: its own, or a copy at `to`, which is then advanced. */
static const uint64_t *bits_of(const void *container, uint8_t kind, uint64_t **to)
{
    const array_container_t *array = container;
    const run_container_t *runs = container;
    uint64_t *at = *to;

    if (kind == BITSET_CONTAINER_TYPE_CODE)
        return ((const bitset_container_t *)container)->array;
    *to += CHUNK_WORDS;
    for (int32_t i = 0; kind == ARRAY_CONTAINER_TYPE_CODE && i < array->cardinality; i++)
        set_rows(at, array->array[i], 1);
    for (int32_t i = 0; kind == RUN_CONTAINER_TYPE_CODE && i < runs->n_runs; i++)
        set_rows(at, runs->runs[i].value, runs->runs[i].length + 1u);
    return at;
}

void bitmap_view_open(struct bitmap_view *view, const struct bitmap *bitmap)
{
    const roaring_array_t *from = &its_roaring(bitmap)->high_low_container;
    uint32_t sparse = 0, last = from->size ? from->keys[from->size - 1] : 0;
    uint64_t *to;

    for (int32_t i = 0; i < from->size; i++)
        sparse += from->typecodes[i] != BITSET_CONTAINER_TYPE_CODE;
    *view = (struct bitmap_view){ .chunks = alloc_array(last + 1, sizeof(*view->chunks)), .count = last + 1 };
    to = view->own = alloc_zeroed(sparse, CHUNK_WORDS * sizeof(*view->own));
    for (uint32_t i = 0; i <= last; i++)
        view->chunks[i] = no_rows;
    for (int32_t i = 0; i < from->size; i++) {
        uint8_t kind = from->typecodes[i];
        const void *container = container_unwrap_shared(from->containers[i], &kind);
        view->chunks[from->keys[i]] = bits_of(container, kind, &to);
    }
}

void bitmap_view_close(struct bitmap_view *view)
{
    free(view->chunks);
    free(view->own);
    *view = (struct bitmap_view){ 0 };
}

void bitmap_write(const struct bitmap *bitmap, struct buffer *to)
{
    size_t len = roaring_bitmap_portable_size_in_bytes(its_roaring(bitmap));
    char *bytes = alloc_bytes(len);

    buffer_add(to, bytes, roaring_bitmap_portable_serialize(its_roaring(bitmap), bytes));
    free(bytes);
}

/* ---- reading ---- */

static bool rows_rise(const array_container_t *array)
{
    bool rise = true;

    for (int32_t i = 1; i < array->cardinality; i++)
        rise &= array->array[i - 1] < array->array[i];
    return rise;
}

static bool runs_rise(const run_container_t *runs)
{
    int32_t end = -1;

    for (int32_t i = 0; i < runs->n_runs && end < BITMAP_CHUNK; i++)
        end = runs->runs[i].value > end ? runs->runs[i].value + runs->runs[i].length : BITMAP_CHUNK;
    return end < BITMAP_CHUNK;
}

static bool bits_are_counted(const bitset_container_t *bits)
{
    int32_t count = 0;

    for (uint32_t i = 0; i < CHUNK_WORDS; i++)
        count += __builtin_popcountll(bits->array[i]);
    return count == bits->cardinality;
}

/* The library checks the bounds of containers, but not their content. */
static bool is_sound(const roaring_array_t *of)
{
    bool sound = true;

    for (int32_t i = 0; sound && i < of->size; i++) {
        if (of->typecodes[i] == BITSET_CONTAINER_TYPE_CODE)
            sound = bits_are_counted(of->containers[i]);
        else if (of->typecodes[i] == RUN_CONTAINER_TYPE_CODE)
            sound = runs_rise(of->containers[i]);
        else
            sound = of->typecodes[i] == ARRAY_CONTAINER_TYPE_CODE && rows_rise(of->containers[i]);
        sound = sound && (i == 0 || of->keys[i - 1] < of->keys[i]);
    }
    return sound;
}

struct bitmap *bitmap_read(struct bytes from)
{
    const char *at = (const char *)from.at;
    roaring_bitmap_t *read;

    if (from.len == 0 || roaring_bitmap_portable_deserialize_size(at, from.len) != from.len)
        return NULL;
    read = roaring_bitmap_portable_deserialize_safe(at, from.len);
    if (read && !is_sound(&read->high_low_container)) {
        roaring_bitmap_free(read);
        read = NULL;
    }
    return as_bitmap(read);
}
