/* slots.h: the newest value of a small struct, from one writer to any number of readers, in shared memory, without
 * waiting. Each of the eight slots has a sequence number before and after its value. The writer fills the next slot and
 * publishes its number last. A writer that dies leaves at least seven complete slots. A reader copies the newest,
 * checks it, and tries at most three times. RT: all but slots_make. */
#ifndef LOOPHOLE_COMMON_RT_SLOTS_H
#define LOOPHOLE_COMMON_RT_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLOTS = 8 };

struct slots_memory {
    _Atomic uint64_t newest; /* sequence number of the newest complete value; 0: none */
    uint32_t size;           /* bytes of one value, a multiple of 8 */
    uint8_t unused[52];
};
_Static_assert(sizeof(struct slots_memory) == 64, "the slots begin on a cache line");

struct slots {
    struct slots_memory *memory;
    uint8_t *at;
    uint32_t size;
    uint32_t stride;
};

/* Bytes of memory for values of `size` bytes, a multiple of 8. slots_make makes empty slots; slots_open returns false
 * if the size differs. */
size_t slots_size(uint32_t size);
void slots_make(void *memory, uint32_t size);
bool slots_open(struct slots *slots, void *memory, uint32_t size);

void slots_put(struct slots *slots, const void *value); /* only the one writer */
/* False: no complete value was found; `to` is then undefined. `sequence` may be NULL. */
bool slots_get(const struct slots *slots, void *to, uint64_t *sequence);
#endif
