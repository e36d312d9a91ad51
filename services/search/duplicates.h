/* duplicates.h: one search for duplicates, between its slices: groups.h finds the groups, then each copy is read once
 * and keep.h chooses among the copies of each group. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_DUPLICATES_H
#define LOOPHOLE_SEARCH_DUPLICATES_H

#include "services/search/duplicates/groups.h"
#include "services/search/duplicates/keep.h"
#include "services/search/search.h"

/* The last finished one is kept for its next pages. */
struct duplicates {
    struct search *search;
    struct id task;
    char *query;
    uint32_t query_len;
    char *inside; /* the query of which a group has at least one */
    uint32_t inside_len;
    uint64_t writes, revision; /* of the index when it began */
    struct id *ids;            /* that are looked at, the earliest first */
    uint32_t count;
    struct duplicate_groups *groups;
    struct keep_copy *copies;      /* by number; read where `is_member`; NULL: the groups are not found yet */
    bool *is_member;               /* of a group, by number */
    bool *is_inside;               /* by number; NULL: all are */
    bool *is_shown;                /* a group with a copy inside, by group */
    struct keep_verdict *verdicts; /* by group */
    uint32_t totals[GROUPS_KINDS]; /* groups */
    uint64_t frees[GROUPS_KINDS];  /* bytes of the groups of one kind … */
    uint64_t free;                 /* … and of all kinds, each copy once */
    uint32_t next;                 /* the copy that is read next */
    struct arena arena;            /* of one copy */
    bool done;
    usec_t began;
    double took_us;
    struct request *waiting;
    struct duplicates *next_one;
};

/* After groups_step has found the groups: reads and judges copies until `until` or until all is done. Errors: full. */
enum err duplicates_judge(struct duplicates *d, struct txn *txn, usec_t until);

/* One page of a finished search. Errors: bad_request (the cursor), full, and those of reading the store. */
enum err duplicates_fill(struct duplicates *d, struct request *request, struct duplicates_found *found);

#endif
