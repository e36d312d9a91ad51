/* heap.h: a process whose work must go on takes its memory before it is ready. */
#ifndef LOOPHOLE_COMMON_HEAP_H
#define LOOPHOLE_COMMON_HEAP_H

#include <stddef.h>

/* From now on all threads share one heap, which has `bytes` (at most 30 MiB) and is never given back: what is allocated
 * later comes from there, and grows the process only past it. To be called once, first in main, before data_mb binds
 * and before memory is locked. Without memory the process ends (common/alloc.h). Nothing in sanitizer builds. */
void heap_take(size_t bytes);

#endif
