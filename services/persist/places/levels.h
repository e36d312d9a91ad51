/* levels.h: lists the folders below a folder level by level, in as many turns as needed. A library below it is left
 * out, with all its folders. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_LEVELS_H
#define LOOPHOLE_PERSIST_LEVELS_H

#include "services/persist/turn/persist.h"

enum { LEVELS_NAME = 255 };

struct levels {
    struct id *folders;
    uint32_t count, room;
    uint8_t name[LEVELS_NAME]; /* the last name that was listed in a folder: the next turn continues after it */
    uint32_t name_len;
};

/* Errors: full (the memory that the service may use), never for the first folder. */
enum err levels_add(struct levels *levels, struct id folder);

/* Adds the folders in folder number `at`, beginning after `name`. *is_whole: all of them are in the list, and `name` is
 * empty again. False: the turn is over. Errors: full, those of a read. */
enum err levels_gather(struct persist *p, struct levels *levels, uint32_t at, bool *is_whole);

/* The next items of one folder. */
enum { LEVELS_ITEMS = 16 };
struct levels_items {
    uint32_t count;
    struct id ids[LEVELS_ITEMS];
};

/* Reads the items of folder number `at` after the file `name`, which becomes the last one's; fewer than LEVELS_ITEMS:
 * no further one is left. Passes over damaged rows. Errors: those of a read. */
enum err levels_next_items(struct persist *p, struct levels *levels, uint32_t at, struct levels_items *items);

void levels_free(struct levels *levels);

#endif
