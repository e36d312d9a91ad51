/* near_state.h: what the search for the nearest keeps (near.h). One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_STATE_H
#define LOOPHOLE_SEARCH_NEAR_STATE_H

#include "services/search/sets/bitmap.h"
#include "services/search/sets/column.h"

struct near_build;
struct near_file;
struct near_work;

struct near {
    struct column made;       /* bytes: what the index's file holds; empty: nothing is made */
    struct near_file *file;   /* within it; NULL: nothing is made */
    struct bitmap *tail;      /* rows to be measured one and all */
    struct near_build *build; /* under way, or NULL */
    struct near_work *work;   /* of one query */
};

#endif
