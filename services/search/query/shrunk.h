/* shrunk.h: the score of a sound that is used together with another one, by Bayesian shrinkage. */
#ifndef LOOPHOLE_SEARCH_SHRUNK_H
#define LOOPHOLE_SEARCH_SHRUNK_H

#include <math.h>
#include <stdint.h>

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

/* The counts that all items of a clause share: contexts here and studios of the community, all and in the clause. */
struct shrunk_sums {
    uint32_t contexts, of;
    uint64_t studios, studios_of;
};

/* `both` contexts and `studios_both` studios use the item as the clause says, and `used` and `users` at all. */
static inline float shrunk_item(const struct shrunk_sums *sums, uint32_t both, uint64_t studios_both, uint32_t used,
                                uint64_t users)
{
    const double weight = 1.0 / SHRUNK_OWN;
    double all = sums->contexts + weight * (double)sums->studios;
    double of = sums->of + weight * (double)sums->studios_of;
    double here = (used ? used : 1) + weight * (double)(sums->studios ? users : 0);

    return (float)shrunk_score(both + weight * (double)studios_both, of, here, all);
}

#endif
