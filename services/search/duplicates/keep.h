/* keep.h: which of several copies of one sound is the one to keep, and why. Pure. Any thread.
 *
 * One order holds for all groups, so that the copy to keep of a group is also the one to keep of each smaller group in
 * it. The words of enum keep_reason count in their order. What is better for the ear comes first; rates from KEEP_RATE
 * on and depths from KEEP_BITS on are equal there, because a higher one is as often an upsampled copy as a master. The
 * rest looks for the original. */
#ifndef LOOPHOLE_SEARCH_KEEP_H
#define LOOPHOLE_SEARCH_KEEP_H

#include "common/arena.h"
#include "common/clock.h"
#include "schema_search.h"

enum { KEEP_RATE = 44100, KEEP_BITS = 16 };

/* What counts of one copy. Zeroed: an item that is gone. */
struct keep_copy {
    uint64_t size; /* bytes */
    usec_t mtime;
    uint64_t folder, content; /* eight bytes of the folder's id and of the content's hash */
    float seconds;
    uint32_t rate; /* Hz */
    uint16_t channels, path_len;
    uint8_t depth;  /* bits */
    uint8_t asides; /* folders and names that say "a copy" (keep_asides) */
    uint8_t state;  /* enum copy_state; 0: the item is gone */
    bool is_lossless, is_favourite;
};

struct keep_verdict {
    uint32_t keep;  /* index into `members` */
    int32_t reason; /* enum keep_reason; 0: nothing sets it apart from the next best one */
    uint32_t here;  /* copies that are here */
    uint64_t free;  /* bytes of the copies that are here, without the one to keep */
};

/* `members` are indices into `copies`; of equal ones the first is the one known first. `count` is 1 or more. */
struct keep_verdict keep_choose(const struct keep_copy *copies, const uint32_t *members, uint32_t count);

/* `path` is empty while the item's volume is away. */
struct keep_copy keep_read(const struct media *media, struct bytes path, bool is_offline);

/* How many folders and names of the path have a word like "backup", "copy" or "converted". */
uint32_t keep_asides(struct bytes path);

#endif
