/* kit_find.h: finds kits: those of a project, those of the workspace, and the global ones. Strings point into the map
 * or the arena, which has no limit. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_KIT_FIND_H
#define LOOPHOLE_PROJECT_KIT_FIND_H

#include "schema_kit.h"
#include "services/project/parts/parts.h"
#include "store/kit/kit_body.h"

enum { KIT_OWNERS = 3 };

/* What kits lie under, in the order in which they are looked for. */
struct kit_owners {
    uint32_t count;
    struct id at[KIT_OWNERS];
};

/* `project` is a name or an id; "": the open one, if any. Errors (explained): not_found. */
enum err kit_find_owners(struct txn *txn, struct arena *arena, struct text project, struct kit_owners *to,
                         struct fault *fault);

/* The first kit of that name or id. Errors (explained): not_found, those of the store. */
enum err kit_find(struct txn *txn, struct arena *arena, const struct kit_owners *owners, struct text named,
                  struct element *to, struct fault *fault);

/* Refuses a name that another kit under the owner has, and one kit more than KITS_MOST. Errors (explained): exists,
 * too_large. */
enum err kit_find_room(struct txn *txn, struct arena *arena, struct id owner, struct text name, struct id as,
                       struct fault *fault);

/* Fills `placeholder` of each slot that has no sound now, or not all of its sounds. */
void kit_find_states(struct txn *txn, struct arena *arena, struct kit *kit);

#endif
