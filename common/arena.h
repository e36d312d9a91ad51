/* arena.h: memory that is given back all at once: everything that lives for one message or one turn.
 * An arena for what peers send has a limit, which is a declared bound: past it the caller gets NULL and refuses with
 * `full`. An arena without a limit never gives NULL (common/alloc.h). One thread at a time. */
#ifndef LOOPHOLE_COMMON_ARENA_H
#define LOOPHOLE_COMMON_ARENA_H

#include "common/text.h"

struct arena_block;

/* Zeroed is an empty arena. */
struct arena {
    struct arena_block *block; /* newest first */
    size_t total;              /* bytes held in all blocks */
    size_t limit;              /* 0: none; past it arena_alloc gives NULL */
};

/* Zeroed memory, aligned for any type, valid until reset or free; NULL past the limit. */
void *arena_alloc(struct arena *arena, size_t size);

/* count × size with the product checked; NULL as above, and for count 0 a valid pointer to nothing. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Copies; an empty result (len 0, at NULL) past the limit. The copy has a zero after it. */
struct text arena_text(struct arena *arena, struct text from);

/* A copy of `from` as text_repair makes it, of at most `max` bytes. */
struct text arena_utf8(struct arena *arena, struct bytes from, uint32_t max);

struct bytes arena_bytes(struct arena *arena, struct bytes from);
struct text arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *arena); /* keeps the largest block for the next turn */
void arena_free(struct arena *arena);

#endif
