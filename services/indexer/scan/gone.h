/* gone.h: the items of one content whose files are gone from volumes that are online, those whose volumes are away, and
 * those whose paths lead to a file: if the file system ignores case, that may be a file which was renamed. Each item is
 * taken once. Adding and
 * taking cost the same for each item, however many there are. One thread at a time. */
#ifndef LOOPHOLE_INDEXER_GONE_H
#define LOOPHOLE_INDEXER_GONE_H

#include "common/arena.h"
#include "common/id_table.h"

struct gone_item {
    struct id id;
    struct bytes file; /* its file's name */
    bool is_taken;
};

/* An item whose path leads to a file, or one whose volume is away. */
struct led_item {
    uint64_t key; /* the file's inode, or a hash of its last path */
    struct gone_item item;
};

/* A zeroed struct is empty. */
struct gone_list {
    uint32_t count, room;
    struct gone_item *at; /* in the order in which they were added */
    struct gone_item **by_name;
    uint32_t *next, *next_named; /* for each index in `at` and `by_name`: no item before this index is free */
    uint32_t led_count, led_room;
    struct led_item *led;
    struct arena arena; /* for all members */
};

void gone_add(struct gone_list *list, struct id id, struct bytes file); /* copies the name */

void gone_add_led(struct gone_list *list, struct id id, uint64_t inode);
void gone_add_away(struct gone_list *list, struct id id, struct bytes last_path);

/* Call it after the last item is added, before the first gone_take. */
void gone_sort(struct gone_list *list);

/* For a new file, takes the first item whose path leads to a file with that inode (0: unknown), else the first one that
 * is away and had that path, else the first one of that name whose file is gone, else the first one whose file is gone;
 * NULL: none is left. Skips `self` and the items in `claimed`. */
const struct gone_item *gone_take(struct gone_list *list, struct bytes path, uint64_t inode, struct id self,
                                  const struct id_table *claimed);

void gone_free(struct gone_list *list);

#endif
