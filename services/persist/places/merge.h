/* merge.h: merges two items of one file, under the older id. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_MERGE_H
#define LOOPHOLE_PERSIST_MERGE_H

#include "services/persist/turn/persist.h"

void merge_copy_place(struct media *kept, const struct media *there);    /* where the file is, and its state on disk */
void merge_copy_analysis(struct media *kept, const struct media *heard); /* the content, and what was heard in it */

/* The file of `gone` has left its place, and is now at the place of `there`. The merged item keeps what a person set on
 * either; where both have a value, the older item's counts. Errors: exists (they are two files). */
enum err merge_items(struct persist *p, const struct media *gone, const struct media *there, struct outcome *outcome,
                     struct fault *fault);

#endif
