/* alloc.h: memory from the C library. No function here returns NULL: an allocation that fails ends the process with a
 * crash record of the cause `no_memory` and the exit code CRASH_EXIT_NO_MEMORY (crash.h). An engine that survives any
 * crash needs no other answer. No input may lead there: each caller holds a declared bound, and checks it before it
 * takes memory (an arena's limit, a buffer's, a queue's, a column's). What is past a bound is refused with `full` or
 * `too_large`. free() gives the memory back. Any thread but the audio thread, which never allocates. */
#ifndef LOOPHOLE_COMMON_ALLOC_H
#define LOOPHOLE_COMMON_ALLOC_H

#include <stddef.h>

/* `size` bytes with any content; for 0 a pointer to nothing. */
void *alloc_bytes(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* count × size bytes; the product is checked. The second zeroes them. */
void *alloc_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *alloc_zeroed(size_t count, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* `was` (NULL, or from here) with room for count × size bytes; what fits is kept, and `was` is no longer valid. */
void *alloc_grow(void *was, size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of zero-terminated text. */
char *alloc_text(const char *text) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* As sprintf; the caller frees it. */
char *alloc_printf(const char *format, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/* At a multiple of `alignment`, a power of two; zeroed. */
void *alloc_aligned(size_t alignment, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Makes room in the array `at` for one more than `count`: its `room` doubles, and is `first` at least. */
/* clang-format off */
#define ALLOC_ROOM(at, count, room, first) \
    do { \
        if ((count) >= (room)) { \
            (room) = (room) ? 2 * (room) : (first); \
            (at) = alloc_grow((at), (room), sizeof(*(at))); \
        } \
    } while (0)
/* clang-format on */

/* Ends the process as above: for a library that reports a failed allocation of `size` bytes (0: unknown). */
_Noreturn void alloc_fail(size_t size);

/* `at`, from a library; NULL ends the process. */
void *alloc_check(void *at) __attribute__((returns_nonnull));

#endif
