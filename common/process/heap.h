/* heap.h: a process that must not fail later takes its memory before it is ready. */
#ifndef LOOPHOLE_COMMON_HEAP_H
#define LOOPHOLE_COMMON_HEAP_H

#include <stddef.h>

/* From now on all threads share one heap of `bytes` (at most 30 MiB), which the process keeps. Later allocations come
 * from it; only larger needs grow the process. Called once, first in main, before data_mb applies and before memory is
 * locked. Without memory the process ends (common/alloc.h). Does nothing in sanitizer builds. */
void heap_take(size_t bytes);

#endif
