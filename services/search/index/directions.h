/* directions.h: sounds that have more, or less, of a measurement than the examples: brighter, shorter, punchier. One
 * thread. */
#ifndef LOOPHOLE_SEARCH_DIRECTIONS_H
#define LOOPHOLE_SEARCH_DIRECTIONS_H

#include "schema_search.h"
#include "services/search/index/index_keep.h"

/* Removes the rows that have not as much more, or less, than the examples as `more` says, and those without the value.
 * Errors: not_found (no example is an item with the value). */
enum err directions_limit(const struct index *index, const struct id_list *like, const struct more_of *more,
                          struct bitmap *rows, struct fault *fault);

/* Lists the directions whose values the examples have, in the arena. False: there is no room. */
bool directions_list(const struct index *index, const struct id_list *like, struct arena *arena,
                     struct direction_list *to);

#endif
