/* snapshot.h: the newest whole value of a large thing, from one writer to one reader, in shared memory, without
 * waiting. Three buffers; one word names which is the draft (the writer's), the middle (published) and the shown one
 * (the reader's), and whether the middle is fresh. Both sides change the word by compare-and-swap alone, so that
 * either side can die at any instruction and its successor goes on from the word. The reader tries at most twice and
 * else keeps what it shows. A word that cannot be is taken for the first one. RT: all but snapshot_make. */
#ifndef LOOPHOLE_COMMON_RT_SNAPSHOT_H
#define LOOPHOLE_COMMON_RT_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot_memory {
    _Atomic uint32_t word;
    uint32_t size; /* bytes of one buffer */
    uint8_t unused[56];
};
_Static_assert(sizeof(struct snapshot_memory) == 64, "the buffers begin on a cache line");

struct snapshot {
    struct snapshot_memory *memory;
    uint8_t *buffers;
    uint32_t size;
    uint32_t stride;
};

size_t snapshot_size(uint32_t size);             /* bytes of memory for values of `size` bytes */
void snapshot_make(void *memory, uint32_t size); /* three zeroed values, none fresh */
bool snapshot_open(struct snapshot *snapshot, void *memory, uint32_t size); /* false: made otherwise, or damaged */
bool snapshot_whole(const struct snapshot *snapshot); /* its word can be; anybody, while both sides run */

void *snapshot_draft(struct snapshot *snapshot);  /* the writer's buffer; its content is old */
void snapshot_publish(struct snapshot *snapshot); /* the draft becomes the middle, and fresh */
/* The reader's: the newest value that is whole; valid until the next take. */
const void *snapshot_take(struct snapshot *snapshot, bool *fresh);
const void *snapshot_shown(const struct snapshot *snapshot); /* what the last take gave, for its successor */
/* The writer's successor's: what was published last, taken or not; valid until it publishes. */
const void *snapshot_newest(const struct snapshot *snapshot);

#endif
