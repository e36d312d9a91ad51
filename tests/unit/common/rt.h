/* rt.h: shared by the tests of shared memory: aligned memory with a guarded page on either side, and random numbers
 * that a seed repeats. */
#ifndef LOOPHOLE_TESTS_UNIT_COMMON_RT_H
#define LOOPHOLE_TESTS_UNIT_COMMON_RT_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct memory {
    uint8_t *at; /* ends at the beginning of the guarded page */
    uint8_t *map;
    size_t mapped;
};

static inline struct memory memory_make(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (size + 63) & ~(size_t)63;
    struct memory memory = { .mapped = (body + page - 1) / page * page + 2 * page };

    memory.map = mmap(NULL, memory.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory.map != MAP_FAILED);
    assert_int_equal(mprotect(memory.map + page, memory.mapped - 2 * page, PROT_READ | PROT_WRITE), 0);
    memory.at = memory.map + memory.mapped - page - body;
    return memory;
}

static inline void memory_drop(struct memory *memory)
{
    munmap(memory->map, memory->mapped);
}

static inline uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * 0x2545F4914F6CDD1DU;
}

static inline void random_fill(void *memory, size_t size, uint64_t *seed)
{
    for (size_t i = 0; i < size; i += sizeof(*seed)) {
        uint64_t bytes = random_next(seed);
        memcpy((uint8_t *)memory + i, &bytes, size - i < sizeof(bytes) ? size - i : sizeof(bytes));
    }
}

#endif
