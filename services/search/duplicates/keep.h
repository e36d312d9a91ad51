/* keep.h: chooses which of several copies of one sound to keep, with the reason. Pure. Any thread.
 *
 * One order applies to all groups, so the best copy of a group is also the best of each smaller group that it is in.
 * The order is that of enum keep_reason. Better sound comes first. Rates from KEEP_RATE and depths from KEEP_BITS count
 * as equal, because a higher one is as often an upsampled copy as a master. The other criteria find the original. */
#ifndef LOOPHOLE_SEARCH_KEEP_H
#define LOOPHOLE_SEARCH_KEEP_H

#include "common/clock.h"
#include "schema_search.h"

enum { KEEP_RATE = 44100, KEEP_BITS = 16 };

/* The relevant data of one copy. All zero: the item is gone. */
struct keep_copy {
    uint64_t size; /* bytes */
    usec_t mtime;
    uint64_t folder, content; /* eight bytes each of the folder's id and of the content's hash */
    float seconds;
    uint32_t rate; /* Hz */
    uint16_t channels, path_len;
    uint8_t depth;  /* bits */
    uint8_t asides; /* names in the path with a word like "backup", "copy" or "converted" */
    uint8_t state;  /* enum copy_state; 0: the item is gone */
    bool is_lossless, is_favourite;
};

struct keep_verdict {
    uint32_t keep;  /* index in `members` */
    int32_t reason; /* enum keep_reason; 0: the next best one is equal */
    uint32_t here;  /* available copies */
    uint64_t free;  /* bytes of the available copies, except the best */
};

/* `members` are indices in `copies`; of equal copies the earliest known wins. `count` is at least 1. */
struct keep_verdict keep_choose(const struct keep_copy *copies, const uint32_t *members, uint32_t count);

/* `path` is empty while the item's volume is offline. */
struct keep_copy keep_read(const struct media *media, struct bytes path, bool is_offline);

#endif
