/* uses.h: the media items that the parts of a project name, in the values of their keys `item` and `media_id`; in a
 * part of kind sound also `id`; in a slot those of its pattern. */
#ifndef LOOPHOLE_PROJECT_USES_H
#define LOOPHOLE_PROJECT_USES_H

#include "services/project/parts/parts.h"
#include "store/catalogue.h"

enum use_state { USE_HERE, USE_OFFLINE, USE_MISSING };

struct item_use {
    struct id id;       /* as the project names it */
    struct id resolved; /* the item of the catalogue: the same, or one with the same content; zero: none */
    bool known;         /* the catalogue has it */
    enum use_state state;
};

struct item_uses {
    uint32_t count, room;
    struct item_use *at;
};

/* Lists the items in use, each once, in the order of their ids. */
void uses_find(struct arena *arena, const struct element_list *parts, struct item_uses *to);

bool uses_have(const struct item_uses *uses, struct id id); /* of uses_find */

bool uses_read_content(struct text hex, uint8_t to[16]); /* false: no content in hex */

/* True if the catalogue has the item from a project's file, which says more of it: no engine here has seen its file. */
bool uses_is_unseen(const struct item *item);

/* Finds each in the catalogue: by its id; one that is unknown or unseen here also by its content, if another item has
 * it: of one that is unknown a part of kind item keeps the content. */
void uses_resolve(struct txn *txn, struct arena *arena, const struct element_list *parts, struct item_uses *uses);

#endif
