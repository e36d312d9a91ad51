/* tags.h: sets of tags, as sorted lists without duplicates. Results lie in the arena; their `at` is not NULL if their
 * count is not 0. Any thread. Errors: full. */
#ifndef LOOPHOLE_PERSIST_TAGS_H
#define LOOPHOLE_PERSIST_TAGS_H

#include "common/arena.h"
#include "proto/wire/schema.h"

enum { TAGS_MOST = 256 }; /* of one item, as in schemas/media.schema */

/* Sorts a list and removes duplicates. */
enum err tags_sorted(struct arena *arena, struct text_list any, struct text_list *to);

bool tags_have(struct text_list sorted, struct text tag); /* the sorted list contains the tag */

/* Difference and union. Both arguments are sorted. */
enum err tags_without(struct arena *arena, struct text_list a, struct text_list b, struct text_list *to);
enum err tags_with(struct arena *arena, struct text_list a, struct text_list b, struct text_list *to);

#endif
