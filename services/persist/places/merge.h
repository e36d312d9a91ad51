/* merge.h: merges two items of one file, under the older id. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_MERGE_H
#define LOOPHOLE_PERSIST_MERGE_H

#include "services/persist/turn/persist.h"

/* Copy from another item: where the file is, its kind, and its state on disk; the content, and the results of its
 * analysis. */
void merge_copy_place(struct media *kept, const struct media *there);
void merge_copy_analysis(struct media *kept, const struct media *from);

/* The file of `gone` has left its place, and is now at the place of `there`. The merged item keeps all values that a
 * person set on either; if both have a value, that of the older item stays. Errors: exists (they are two files). */
enum err merge_items(struct persist *p, const struct media *gone, const struct media *there, struct outcome *outcome,
                     struct fault *fault);

#endif
