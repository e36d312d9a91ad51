#include "common/process/heap.h"

#include <malloc.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/sanitizer.h"

enum { LARGEST = 32 << 20, LID = 64 << 10 };

/* The lid stays allocated above the freed memory, so that malloc_trim cannot return it either. */
void heap_take(size_t bytes)
{
    void *all, *lid;

    if (SANITIZED)
        return;
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, LARGEST);
    all = alloc_bytes(bytes);
    lid = alloc_bytes(LID);
    (void)lid;
    free(all);
}
