/* tags.h: sets of tags, as sorted lists without duplicates. Results lie in the arena, which has no limit; their texts
 * stay where they were. Any thread. */
#ifndef LOOPHOLE_PERSIST_TAGS_H
#define LOOPHOLE_PERSIST_TAGS_H

#include "common/arena.h"
#include "proto/wire/schema.h"

enum { TAGS_MOST = 256 }; /* of one item, as in schemas/media.schema */

/* Sorts a list and removes duplicates. */
struct text_list tags_sorted(struct arena *arena, struct text_list any);

bool tags_have(struct text_list sorted, struct text tag); /* the sorted list contains the tag */

/* The difference: the tags of sorted `a` that are not in sorted `b`. The union: of any two lists. */
struct text_list tags_without(struct arena *arena, struct text_list a, struct text_list b);
struct text_list tags_with(struct arena *arena, struct text_list a, struct text_list b);

#endif
