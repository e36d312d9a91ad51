/* uses.h: the media items that the parts of a project name, in the values of their keys `item` and `media_id`; in a
 * part of kind sound also `id`; in a kit `media`; in a slot those of its pattern. One thread for each transaction and
 * arena. */
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

/* The same, and those that the project's file lists for other uses: its slots, which are not read yet when it is
 * opened, and parts that this version does not know. */
void uses_find_listed(struct arena *arena, const struct element_list *parts, struct item_uses *to);

bool uses_have(const struct item_uses *uses, struct id id); /* of uses_find */

bool uses_read_content(struct text hex, uint8_t to[16]); /* false: no content in hex */

/* True if no engine here has seen the item's file, so the catalogue has only the data that a project's file had, and
 * that file has more. */
bool uses_is_unseen(const struct item *item);

/* Finds each item in the catalogue by its id. An item that is unknown, or whose file no engine here has seen, is also
 * found by its content, if another item has that content. A part of kind `item` has the content of an unknown item. */
void uses_resolve(struct txn *txn, struct arena *arena, const struct element_list *parts, struct item_uses *uses);

/* The same for one item, whose content is given; empty: unknown. Only `id` of the use is read. */
void uses_resolve_one(struct txn *txn, struct arena *arena, struct bytes content, struct item_use *use);

/* The same for an item of a project, whose part of kind `item` has the content if there is one. */
void uses_resolve_in(struct txn *txn, struct arena *arena, struct id project, struct item_use *use);

/* The id by which the project names an item of the catalogue, after uses_resolve; usually the same. */
struct id uses_own_id(const struct item_uses *uses, struct id given);

#endif
