/* groups_parts.h: the state of a search for groups, for groups.c and groups_cut.c alone. */
#ifndef LOOPHOLE_SEARCH_GROUPS_PARTS_H
#define LOOPHOLE_SEARCH_GROUPS_PARTS_H

#include "services/search/duplicates/groups.h"

enum groups_stage { GATHER, MATCH, CHECK, GROUP, DONE };

struct pair {
    uint32_t a, b;
    float alike;
};

struct duplicate_groups {
    struct candidate_sounds now, was; /* was: before the update that runs */
    uint32_t *former;                 /* by sound: its number before; CANDIDATES_NONE: it is new */
    uint32_t *now_of;                 /* by former sound: its number, if its content is the same */
    bool *is_changed;                 /* by sound: must be read again */
    uint32_t *root[GROUPS_KINDS]; /* a forest for each kind: each sound has its group's first, or one nearer to it */
    uint32_t *order;              /* scratch: sounds */
    struct candidates *candidates;
    struct pair *pairs; /* that must be compared */
    uint32_t pair_count;
    struct found_group *groups;
    uint32_t group_count, group_room;
    uint32_t *members; /* of all groups */
    uint32_t member_count;
    int stage;
    uint32_t next;   /* of the current stage */
    uint32_t unread; /* pairs with an unreadable fingerprint */
    uint32_t stayed; /* sounds with the same content as before */
    bool is_grouped; /* the groups are those of `now` */
    struct fingerprint_bench *bench;
    struct arena arena;
};

#endif
