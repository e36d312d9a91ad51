/* changelog_trim.h: how much of the change log and of the answers is kept. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_CHANGELOG_TRIM_H
#define LOOPHOLE_STORE_CHANGELOG_TRIM_H

#include "common/clock.h"
#include "store/row.h"

/* Rows are removed when they exceed both `rows` and `age`, or exceed `bytes`, but never while they are younger than
 * `young`. 0 bytes: no bound. */
struct changelog_limits {
    uint64_t rows;
    usec_t age;
    uint64_t bytes;       /* of the change log and all answers */
    usec_t young;         /* the longest budget of an ask: its client may still repeat it */
    uint64_t quiet_rows;  /* requests without changes: this many stay, however old they are … */
    uint64_t quiet_bytes; /* … and beyond these bytes the oldest are removed */
};
extern const struct changelog_limits changelog_limits;

/* Removes up to `most` of the oldest rows beyond the limits, each with its request. A row with a future time (the clock
 * was set back since), or whose record is damaged, blocks nothing: the time of a later row counts instead. The request
 * of a damaged row is unknown, so it stays. */
enum err changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most);

#endif
