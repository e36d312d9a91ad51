/* aliases.h: ids of other programs in a project's document: whole numbers, and words that are no id of ours. A part
 * with such an id is the current part that has it as alias. Without one it gets an id made from the project's id, its
 * list and the foreign id, so that reading it again gives the same id. Its key `alias` keeps the foreign one, which is
 * unique in its list. All memory is in the arena, without a limit. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_ALIASES_H
#define LOOPHOLE_PROJECT_ALIASES_H

#include "services/project/parts/parts.h"

/* Replaces the foreign ids of all parts of a document, and those that clips and pads name. `present` has the parts that
 * the project has now; NULL: none. A key `alias` with any other value is kept, and is no alias. Errors (explained):
 * bad_request (two parts of a list have one alias). */
enum err aliases_resolve(struct tree *document, struct id project, const struct element_list *present,
                         struct arena *arena, struct fault *fault);

/* Refuses the alias of another part of this kind. Errors (explained): bad_request (an alias that is no whole number or
 * text of 1 to 255 bytes), exists. */
enum err aliases_check(const struct element_list *parts, struct id id, int32_t kind, const struct tree *body,
                       struct arena *arena, struct fault *fault);

#endif
