/* companions.h: what a clause of together.h finds. */
#ifndef LOOPHOLE_SEARCH_COMPANIONS_H
#define LOOPHOLE_SEARCH_COMPANIONS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TOGETHER_ROWS = 20000, /* uses that one clause reads */
    TOGETHER_ITEMS = 2000, /* items of one clause */
    TOGETHER_MATES = 500   /* items of the same pack that one clause adds */
};

/* One item that a clause finds. */
struct together_item {
    uint32_t row;
    uint32_t both, of;            /* in `both` of `of` contexts */
    uint64_t studios, studios_of; /* and in this number of studios of the community; rounded */
    bool is_mate;                 /* only of the same pack: `studios` of all `studios_of` use it */
    float score;
};

/* The items of a clause, by rising row. */
struct companions {
    uint32_t count;
    struct together_item *at;
};

#endif
