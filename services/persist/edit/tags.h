/* tags.h: sets of words, as sorted lists without doubles. Results lie in the arena; NULL `at` never with a count.
 * Errors: full. */
#ifndef LOOPHOLE_PERSIST_TAGS_H
#define LOOPHOLE_PERSIST_TAGS_H

#include "common/arena.h"
#include "proto/wire/schema.h"

enum { TAGS_MOST = 256 }; /* of one item, as in schemas/media.schema */

enum err tags_sorted(struct arena *arena, struct text_list any, struct text_list *to);

bool tags_have(struct text_list sorted, struct text tag);

/* Both arguments sorted. */
enum err tags_without(struct arena *arena, struct text_list a, struct text_list b, struct text_list *to);
enum err tags_with(struct arena *arena, struct text_list a, struct text_list b, struct text_list *to);

#endif
