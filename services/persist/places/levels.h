/* levels.h: folders level by level, from one on down, gathered in as many turns as it takes. A library below is left
 * out, with all below it. */
#ifndef LOOPHOLE_PERSIST_LEVELS_H
#define LOOPHOLE_PERSIST_LEVELS_H

#include "services/persist/turn/persist.h"

enum { LEVELS_NAME = 255 };

struct levels {
    struct id *folders;
    uint32_t count, room;
    uint8_t name[LEVELS_NAME]; /* the last that was gathered in a folder, where the next turn goes on */
    uint32_t name_len;
};

/* Errors: full, never for the first. */
enum err levels_add(struct levels *levels, struct id folder);

/* Adds what lies in folder number `at`, from the name on; *is_whole when all of it is there, and the name is empty
 * again. False: the turn is over. Errors: full, those of reading. */
enum err levels_gather(struct persist *p, struct levels *levels, uint32_t at, bool *is_whole);
void levels_free(struct levels *levels);

#endif
