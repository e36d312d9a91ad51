/* relink_candidates.h: compares missing items with files that are here. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RELINK_CANDIDATES_H
#define LOOPHOLE_FRONTENDS_CLI_RELINK_CANDIDATES_H

#include "common/id_table.h"
#include "frontends/cli/base/cli.h"

/* The properties of a file that are compared. */
struct relink_file {
    struct id id;
    struct text name; /* of the item */
    struct bytes path;
    struct text file; /* the last part of the path */
    uint64_t size;
    double seconds;
    struct bytes content;
    double distance; /* < 0: not compared */
};

struct relink_file_list {
    uint32_t count, room;
    struct relink_file *at;
};

struct relinking {
    struct relink_file_list missing, present;
    const struct relink_file **by_name, **by_size;
    struct id_table taken; /* those of `present` that a missing item takes */
    struct id_table said;  /* those of `present` of which a person said something */
    bool is_named;         /* --to names the one file */
    uint64_t chosen;       /* missing items that get a file … */
    uint64_t merged;       /* … and the tags and facts of its former item */
};

struct text relink_candidates_file(struct bytes path); /* the last part of a path */

/* Fills `by_name` and `by_size` from `present`. */
void relink_candidates_sort(struct arena *arena, struct relinking *r);

/* The files that may belong to the missing item, the best first. */
struct relink_line relink_candidates_find(struct arena *arena, const struct relinking *r,
                                          const struct relink_file *missing);

#endif
