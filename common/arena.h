/* arena.h: memory that is freed all at once: everything that lives for one message or one turn. An arena for data from
 * peers has a limit, a declared bound: an allocation beyond it returns NULL, and the caller answers `full`. An arena
 * without a limit never returns NULL (common/alloc.h). One thread at a time. */
#ifndef LOOPHOLE_COMMON_ARENA_H
#define LOOPHOLE_COMMON_ARENA_H

#include "common/text.h"

struct arena_block;
struct buffer;

/* A zeroed struct is an empty arena. */
struct arena {
    struct arena_block *block; /* newest first */
    size_t total;              /* bytes in all blocks */
    size_t limit;              /* in bytes; 0: none. Beyond it arena_alloc returns NULL */
};

/* Returns zeroed memory, aligned for any type and valid until reset or free; NULL beyond the limit. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc for count × size bytes; the multiplication is checked. A count of 0 gives a valid pointer to no
 * bytes. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Makes room for one element more in the array `at` of `count` elements of `size` bytes: if all of its `room` is used,
 * returns a copy of twice the room (16 at first), otherwise `at`. NULL beyond the limit; `room` is unchanged then. */
void *arena_grow(struct arena *arena, void *at, uint32_t count, uint32_t *room, size_t size);

/* Copies `from` and adds a zero after the copy. Beyond the limit the result is empty (len 0, at NULL). */
struct text arena_text(struct arena *arena, struct text from);

/* The same for the text in `from`, which it frees. */
struct text arena_take(struct arena *arena, struct buffer *from);

/* Copies `from`, repaired by text_repair, cut at `max` bytes. */
struct text arena_utf8(struct arena *arena, struct bytes from, uint32_t max);

/* The same for bytes. */
struct bytes arena_bytes(struct arena *arena, struct bytes from);

/* Formats as sprintf; the rules of arena_text apply. */
struct text arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *arena); /* empties the arena, and keeps its largest block */
void arena_free(struct arena *arena);

#endif
