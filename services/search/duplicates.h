/* duplicates.h: one search for duplicates in slices. groups.h finds the groups. Then each copy is read once, and
 * keep.h chooses the best copy of each group. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_DUPLICATES_H
#define LOOPHOLE_SEARCH_DUPLICATES_H

#include "services/search/duplicates/groups_cut.h"
#include "services/search/duplicates/keep.h"
#include "services/search/search_state.h"

/* The last finished search is kept for its next pages. */
struct duplicates {
    struct search *search;
    struct id task;
    char *query;
    uint32_t query_len;
    char *inside; /* a query; each group must contain one of its items */
    uint32_t inside_len;
    uint64_t writes, revision; /* of the index at the start */
    struct hash change_hash;   /* of that row of the change log */
    bool is_whole;             /* of all items: continues from their earlier result */
    bool *is_wanted;           /* by number: its groups are cut to these; NULL: all are */
    struct groups_cut cut;     /* the groups, if `is_wanted`; made when they are judged */
    bool is_renewed;           /* `groups` are being found for `ids`; before, an earlier search of all items may end */
    struct id *ids;            /* of the items, earliest first */
    uint32_t count;
    struct duplicate_groups *groups; /* NULL: not begun */
    struct keep_copy *copies;        /* by number; valid where `is_member`; NULL: the groups are not known yet */
    bool *is_member;                 /* by number: in some group */
    bool *is_inside;                 /* by number; NULL: all are */
    bool *is_shown;                  /* by group: contains a copy from `inside` */
    struct keep_verdict *verdicts;   /* by group */
    uint32_t totals[GROUPS_KINDS];   /* number of groups */
    uint64_t frees[GROUPS_KINDS];    /* bytes that the groups of one kind could free */
    uint64_t free;                   /* bytes of all kinds together, each copy once */
    uint32_t next;                   /* the next copy to read */
    struct arena arena;              /* for one copy */
    bool done;
    usec_t began;
    double took_us;
    struct request *waiting;
    struct duplicates *next_one;
};

/* Call it after groups_step has found the groups: reads and judges copies until `until` (steady clock) or until all are
 * done. Errors: full. */
enum err duplicates_judge(struct duplicates *d, struct txn *txn, usec_t until);

/* Fills one page of a finished search. Errors: bad_request (the cursor), full, and those of reading the store. */
enum err duplicates_fill(struct duplicates *d, struct request *request, struct duplicates_found *found);

#endif
