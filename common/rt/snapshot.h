/* snapshot.h: the newest complete value of a large struct, from one writer to one reader, in shared memory, without
 * waiting. There are three buffers. A machine word names the draft (the writer's), the middle (published) and the
 * shown one (the reader's), and says whether the middle is fresh. Both sides change the word only by
 * compare-and-swap. So either side may die at any instruction, and its successor continues from the word. The reader
 * tries at most twice, and otherwise keeps the shown value. An impossible word counts as the initial one. RT: all but
 * snapshot_make. */
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
void snapshot_make(void *memory, uint32_t size); /* three zeroed values, none of them fresh */
/* False: the buffers have another size, or the word is impossible. Any process, while both sides run. */
bool snapshot_open(struct snapshot *snapshot, void *memory, uint32_t size);

void *snapshot_draft(struct snapshot *snapshot);  /* the writer's buffer, with outdated content */
void snapshot_publish(struct snapshot *snapshot); /* makes the draft the middle, and fresh */
/* For the reader: returns the newest complete value, valid until the next take. */
const void *snapshot_take(struct snapshot *snapshot, bool *fresh);
/* Returns the result of the last take again. Exported so that tests can check what a death of the reader leaves. */
const void *snapshot_shown(const struct snapshot *snapshot);
/* For a successor of the writer: returns the value published last, taken or not; valid until it publishes. */
const void *snapshot_newest(const struct snapshot *snapshot);

/* For any other process: copies the value published last. False: the writer published all the time. */
bool snapshot_copy(const struct snapshot *snapshot, void *to);

#endif
