/* check_counts.h: what a check of the store found. */
#ifndef LOOPHOLE_STORE_CHECK_COUNTS_H
#define LOOPHOLE_STORE_CHECK_COUNTS_H

#include "store/check/orphan.h"

struct check_counts {
    uint64_t rows;
    uint64_t problems;
    uint64_t files;              /* of artefacts, if they are checked */
    uint64_t lost;               /* of them missing or changed. Not a problem: the indexer makes them again */
    uint64_t relearned;          /* damaged lessons of the community. Not a problem: composer reads all of them again */
    struct orphan_count orphans; /* files without a row. Not a problem: persist removes them */
};

#endif
