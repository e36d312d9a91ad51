/* alloc.h: memory from the C library. No function here returns NULL. A failed allocation ends the process with a crash
 * record (cause `no_memory`) and the exit code CRASH_EXIT_NO_MEMORY (crash.h). No input may lead there: each caller
 * checks a declared bound before it takes memory (the limit of an arena, a buffer, a queue or a column). It refuses
 * more than the bound with `full` or `too_large`. free() returns the memory. Any thread but the audio thread, which
 * never allocates. */
#ifndef LOOPHOLE_COMMON_ALLOC_H
#define LOOPHOLE_COMMON_ALLOC_H

#include <stddef.h>

/* `size` bytes of undefined content; a size of 0 gives a valid pointer to no bytes. */
void *alloc_bytes(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Room for count × size bytes; the multiplication is checked for overflow. alloc_zeroed sets them to 0. */
void *alloc_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *alloc_zeroed(size_t count, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Resizes `was` (NULL, or from this file) to count × size bytes. Keeps the content that fits; `was` becomes invalid. */
void *alloc_grow(void *was, size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of zero-terminated text. */
char *alloc_text(const char *text) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Formats as sprintf. The caller frees the result. */
char *alloc_printf(const char *format, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/* Zeroed memory whose address is a multiple of `alignment`, a power of two. */
void *alloc_aligned(size_t alignment, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Makes room in the array `at` for one element more than `count`: doubles its `room`, which becomes at least
 * `first`. */
/* clang-format off */
#define ALLOC_ROOM(at, count, room, first) \
    do { \
        if ((count) >= (room)) { \
            (room) = (room) ? 2 * (room) : (first); \
            (at) = alloc_grow((at), (room), sizeof(*(at))); \
        } \
    } while (0)
/* clang-format on */

/* Ends the process as described above. For a library that reports a failed allocation of `size` bytes (0: unknown). */
_Noreturn void alloc_fail(size_t size);

/* Returns `at`, which a library allocated; ends the process if it is NULL. */
void *alloc_check(void *at) __attribute__((returns_nonnull));

#endif
