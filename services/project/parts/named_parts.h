/* named_parts.h: finds kits and presets. They are parts of one kind, with names, under one owner: a project, the
 * workspace or the catalogue. Strings point into the map or the arena, which has no limit. One thread for each
 * transaction and arena. */
#ifndef LOOPHOLE_PROJECT_NAMED_PARTS_H
#define LOOPHOLE_PROJECT_NAMED_PARTS_H

#include "services/project/parts/parts.h"

/* All parts of an enum element_kind under one owner, by their ids. Errors: those of the store. */
enum err named_parts_all(struct txn *txn, struct arena *arena, int32_t kind, struct id owner, struct element_list *to);

/* The part of that id or, if none has it, the first of that name. Errors: not_found, those of the store. */
enum err named_parts_find(struct txn *txn, struct arena *arena, int32_t kind, struct id owner, struct text named,
                          struct element *to);

/* The first part of that name; NULL: there is none. */
const struct element *named_parts_in(const struct element_list *parts, struct text name, struct arena *arena);

struct text named_parts_name(const struct element *part, struct arena *arena); /* "": it has none */

#endif
