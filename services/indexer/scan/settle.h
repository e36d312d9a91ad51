/* settle.h: what a scan makes of files that are gone and files that are new. Pure. Any thread.
 *
 *   gone + new, same inode, size and mtime   moved: the item keeps its id
 *   gone, few                                missing
 *   gone, over 5 % of the library            a person is asked first; nothing is marked
 *   gone, over half of the library           the volume is taken to be away: offline, not missing */
#ifndef LOOPHOLE_INDEXER_SETTLE_H
#define LOOPHOLE_INDEXER_SETTLE_H

#include "common/clock.h"
#include "common/id.h"

/* A file as the catalogue or the disk has it. */
struct trace {
    uint64_t inode; /* 0: not known, matches nothing */
    uint64_t size;
    usec_t mtime;
};

struct gone {
    struct id id;
    struct trace trace;
    bool missing; /* it was marked so before */
    bool waiting; /* it is not analysed yet */
    bool moved;   /* settled: a new place is its own */
};

struct fresh {
    struct trace trace;
    int64_t was; /* settled: index of the gone item that moved here; -1: none */
};

/* Pairs each new place with at most one gone item and the other way; of several the oldest id. Sorts `gone`. */
void settle_moves(struct gone *gone, size_t gone_count, struct fresh *fresh, size_t fresh_count);

enum verdict { VERDICT_MARK, VERDICT_ASK, VERDICT_LOST };

enum { SETTLE_FEW = 10 }; /* so many may go without a question, however small the library */

/* `missing` of `of` items that were there are not any more. */
enum verdict settle_verdict(uint64_t missing, uint64_t of, bool accept_missing);

#endif
