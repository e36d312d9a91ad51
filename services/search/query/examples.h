/* examples.h: the target vector for sounds like some examples and unlike others. One thread. */
#ifndef LOOPHOLE_SEARCH_EXAMPLES_H
#define LOOPHOLE_SEARCH_EXAMPLES_H

#include "common/id.h"
#include "services/search/index/entry.h"

enum { EXAMPLES_MAX = 33 }; /* the item of the ask, and 32 of a list */

struct example {
    struct id id; /* zero: not a media item */
    float vector[ENTRY_VECTOR];
};

struct examples {
    uint32_t count;
    struct example each[EXAMPLES_MAX];
};

/* The mean of `like`, moved away from that of `unlike` by half their difference (Rocchio, "Relevance feedback in
 * information retrieval", 1971). `like` is not empty. */
void examples_target(const struct examples *like, const struct examples *unlike, float to[ENTRY_VECTOR]);

/* True unless the vector is nearer to a counter-example than to every example. */
bool examples_hold(const struct examples *like, const struct examples *unlike, const float *weights,
                   const float *vector);

#endif
