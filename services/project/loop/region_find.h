/* region_find.h: clips and their regions in a project. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_REGION_FIND_H
#define LOOPHOLE_PROJECT_REGION_FIND_H

#include "services/project/handlers/work.h"
#include "services/project/parts/region_body.h"
#include "services/project/parts/uses.h"

/* The pads that have the regions of the armed clip: ten from `first` on, in the order 1 to 9, 0. */
struct region_pads {
    bool are_set;
    uint64_t first;
};

struct region_clip {
    struct element row;
    struct tree body;
    bool has_item, is_armed;
    struct id item;
    struct item_use use;           /* of the item; its sound may be that of another one of its content */
    struct region_pads pads;       /* of the project */
    struct region at[REGION_KEYS]; /* by region_place; key 0: none */
    struct text warning;
};

/* Finds a clip by its name or id, or the armed one, in the project of the work. Errors (explained): not_found. */
enum err region_find(struct work *work, struct txn *txn, struct text clip, struct region_clip *to, struct fault *fault);

/* Finds a clip of this item, or of another one that has its content: the armed one, or else the first that has
 * regions, or else the first. Errors (explained): not_found. */
enum err region_find_of(struct work *work, struct txn *txn, struct id item, struct region_clip *to,
                        struct fault *fault);

/* The armed clip, for its pads: without regions, if it is not in the project any more. */
void region_find_armed(struct work *work, struct txn *txn, struct region_clip *to);

/* The place of the key's region, which is there. Errors (explained): bad_request (no number key), not_found. */
enum err region_find_key(const struct region_clip *clip, uint64_t key, uint32_t *place, struct fault *fault);
enum err region_check_key(uint64_t key, struct fault *fault);
enum err region_check_unlocked(const struct region *region, struct fault *fault); /* errors (explained): conflict */

/* Notes that a clip's keys are armed, and the pads: a row that is in no file and no step of undo. */
struct action region_arm(struct arena *arena, struct id project, const struct region_clip *clip);

void region_answer(struct work *work, const struct region_clip *clip);

#endif
