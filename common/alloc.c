#include "common/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crash.h"

void alloc_fail(size_t size)
{
    crash_no_memory(size);
}

static void *check_memory(void *at, size_t size)
{
    if (!at)
        alloc_fail(size);
    return at;
}

/* Never 0, for which the C library may return NULL. A product that overflows becomes a size that no memory has. */
static size_t bytes_of_array(size_t count, size_t size)
{
    size_t whole;

    if (__builtin_mul_overflow(count, size, &whole))
        whole = SIZE_MAX;
    return whole ? whole : 1;
}

void *alloc_bytes(size_t size)
{
    return check_memory(malloc(size ? size : 1), size);
}

void *alloc_array(size_t count, size_t size)
{
    return alloc_bytes(bytes_of_array(count, size));
}

void *alloc_zeroed(size_t count, size_t size)
{
    size_t whole = bytes_of_array(count, size);

    return check_memory(calloc(1, whole), whole);
}

void *alloc_grow(void *was, size_t count, size_t size)
{
    size_t whole = bytes_of_array(count, size);

    return check_memory(realloc(was, whole), whole);
}

char *alloc_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(alloc_bytes(size), text, size);
}

char *alloc_printf(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int len;

    va_start(arguments, format);
    len = vasprintf(&text, format, arguments);
    va_end(arguments);
    return check_memory(len < 0 ? NULL : text, 0);
}

void *alloc_aligned(size_t alignment, size_t size)
{
    void *at = NULL;

    if (posix_memalign(&at, alignment, size ? size : 1) != 0)
        alloc_fail(size);
    return memset(at, 0, size);
}

void *alloc_check(void *at)
{
    return check_memory(at, 0);
}
