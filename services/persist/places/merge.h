/* merge.h: merges two items of one file, under the older id. */
#ifndef LOOPHOLE_PERSIST_MERGE_H
#define LOOPHOLE_PERSIST_MERGE_H

#include "services/persist/turn/persist.h"

/* The file of `gone` has left its place, and is now at the place of `there`. The merged item keeps what a person set on
 * either; where both have a value, the older item's counts. Errors: exists (they are two files). */
enum err merge_items(struct persist *p, const struct media *gone, const struct media *there, struct outcome *outcome,
                     struct fault *fault);

#endif
