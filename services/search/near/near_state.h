/* near_state.h: the state of the neighbour search (near.h). One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_STATE_H
#define LOOPHOLE_SEARCH_NEAR_STATE_H

#include "services/search/containers/bitmap.h"
#include "services/search/containers/column.h"

struct near {
    struct column made;           /* bytes, a section of the index's file; empty: not made */
    struct near_file *file;       /* inside `made`; NULL: not made */
    struct bitmap *tail;          /* rows that every query measures */
    struct near_build *build;     /* a running build, or NULL */
    struct near_work *work;       /* for one query */
    struct near_filters *filters; /* recent ones (near_groups.h), or NULL */
};

enum err near_state_open(struct near *near); /* full */
void near_state_close(struct near *near);    /* no build may run, and no filter may be left */

/* As near_change, for the clusters that are made. */
void near_state_change(struct near *near, uint32_t row, bool has_vector);

#endif
