/* shrunk.h: the score of a sound that is used together with another one, by Bayesian shrinkage. */
#ifndef LOOPHOLE_SEARCH_SHRUNK_H
#define LOOPHOLE_SEARCH_SHRUNK_H

#include <math.h>

enum {
    SHRUNK_PRIOR = 3, /* contexts */
    SHRUNK_OWN = 3    /* a context here weighs as much as 3 studios */
};

/* both: contexts that use the two; of: contexts that use the other one, or all; used: contexts that use the sound, more
 * than 0; all: all contexts. A studio of the community counts 1 / SHRUNK_OWN. */
static inline double shrunk_score(double both, double of, double used, double all)
{
    double share = used < all ? used / all : 1;

    return (both + SHRUNK_PRIOR * share) / (of + SHRUNK_PRIOR) / sqrt(sqrt(share));
}

#endif
