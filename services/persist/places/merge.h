/* merge.h: two records that turn out to be one file become one, under the older id. */
#ifndef LOOPHOLE_PERSIST_MERGE_H
#define LOOPHOLE_PERSIST_MERGE_H

#include "services/persist/turn/persist.h"

/* `gone` left its place, and its file is where `there` is. What a person said of either is kept; where both say
 * something the older wins. Errors: exists (they are two files). */
enum err merge_items(struct persist *p, const struct media *gone, const struct media *there, struct outcome *outcome,
                     struct fault *fault);

#endif
