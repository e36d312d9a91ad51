#include "common/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buffer.h"

enum { ALIGNMENT = alignof(max_align_t), FIRST_BLOCK = 4096, LARGEST_STEP = 1 << 20 };

struct arena_block {
    struct arena_block *older;
    size_t used;
    size_t room;
    alignas(max_align_t) uint8_t at[];
};

static size_t limit_of(const struct arena *arena)
{
    return arena->limit ? arena->limit : SIZE_MAX;
}

/* Blocks double up to LARGEST_STEP, so that a large message needs few of them. Near the limit a block has just the
 * requested size. False beyond the limit. */
static bool add_block(struct arena *arena, size_t size)
{
    size_t left = limit_of(arena) - (arena->total < limit_of(arena) ? arena->total : limit_of(arena));
    size_t room = arena->block ? 2 * arena->block->room : FIRST_BLOCK;
    struct arena_block *block;

    if (room > LARGEST_STEP)
        room = LARGEST_STEP;
    if (room < size || room > left)
        room = size;
    if (room > left)
        return false;
    block = alloc_bytes(sizeof(*block) + room);
    *block = (struct arena_block){ .older = arena->block, .room = room };
    arena->block = block;
    arena->total += room;
    return true;
}

/* Refuses a size that is too large for any memory. */
static void *refuse_size(const struct arena *arena, size_t size)
{
    if (!arena->limit)
        alloc_fail(size);
    return NULL;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t whole = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *at;

    if (whole < size || whole > SIZE_MAX / 2)
        return refuse_size(arena, size);
    if (!arena->block || arena->block->room - arena->block->used < whole)
        if (!add_block(arena, whole))
            return NULL;
    at = arena->block->at + arena->block->used;
    arena->block->used += whole;
    if (size)
        memset(at, 0, size);
    return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t whole;

    return __builtin_mul_overflow(count, size, &whole) ? refuse_size(arena, SIZE_MAX) : arena_alloc(arena, whole);
}

void *arena_grow(struct arena *arena, void *at, uint32_t count, uint32_t *room, size_t size)
{
    uint32_t more = *room ? 2 * *room : 16;
    void *copy = count < *room ? at : arena_array(arena, more, size);

    if (copy == at || !copy)
        return copy;
    if (count)
        memcpy(copy, at, count * size);
    *room = more;
    return copy;
}

struct text arena_text(struct arena *arena, struct text from)
{
    char *at = arena_alloc(arena, (size_t)from.len + 1);

    if (!at)
        return (struct text){ 0 };
    if (from.len)
        memcpy(at, from.at, from.len);
    return (struct text){ from.len, at };
}

struct text arena_take(struct arena *arena, struct buffer *from)
{
    const struct text text = arena_text(arena, (struct text){ (uint32_t)from->len, buffer_c(from) });

    buffer_free(from);
    return text;
}

struct bytes arena_bytes(struct arena *arena, struct bytes from)
{
    struct text copy = arena_text(arena, (struct text){ from.len, (const char *)from.at });

    return (struct bytes){ copy.len, (const uint8_t *)copy.at };
}

struct text arena_utf8(struct arena *arena, struct bytes from, uint32_t max)
{
    char *to = arena_alloc(arena, max + 1U);

    return (struct text){ to ? text_repair(to, max, (struct text){ from.len, (const char *)from.at }) : 0, to };
}

struct text arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    char *at = NULL;
    int len;

    va_start(arguments, format);
    va_copy(again, arguments);
    len = vsnprintf(NULL, 0, format, arguments);
    if (len >= 0)
        at = arena_alloc(arena, (size_t)len + 1);
    if (at)
        (void)vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    va_end(arguments);
    return at ? (struct text){ (uint32_t)len, at } : (struct text){ 0 };
}

static void free_all_but(struct arena *arena, struct arena_block *kept)
{
    for (struct arena_block *block = arena->block, *older; block; block = older) {
        older = block->older;
        if (block != kept)
            free(block);
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *largest = arena->block;

    for (struct arena_block *block = arena->block; block; block = block->older)
        if (block->room > largest->room)
            largest = block;
    free_all_but(arena, largest);
    if (largest) {
        largest->older = NULL;
        largest->used = 0;
    }
    arena->block = largest;
    arena->total = largest ? largest->room : 0;
}

void arena_free(struct arena *arena)
{
    free_all_but(arena, NULL);
    arena->block = NULL;
    arena->total = 0;
}
