/* examples.h: what it is to be like some sounds and unlike others. One thread. */
#ifndef LOOPHOLE_SEARCH_EXAMPLES_H
#define LOOPHOLE_SEARCH_EXAMPLES_H

#include "common/id.h"
#include "services/search/index/entry.h"

enum { EXAMPLES_MAX = 33 }; /* the asked-for one, and 32 of a list */

struct example {
    struct id id; /* zero: no media item */
    float vector[ENTRY_VECTOR];
};

struct examples {
    uint32_t count;
    struct example each[EXAMPLES_MAX];
};

/* The middle of `like`, moved away from that of `unlike` by half their difference (Rocchio, "Relevance feedback in
 * information retrieval", 1971). `like` is not empty. */
void examples_target(const struct examples *like, const struct examples *unlike, float to[ENTRY_VECTOR]);

/* False: the vector lies nearer to a counter-example than to every example. */
bool examples_hold(const struct examples *like, const struct examples *unlike, const float *weights,
                   const float *vector);

#endif
