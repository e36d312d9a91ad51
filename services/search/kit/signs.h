/* signs.h: why sounds of a library come earlier in a kit than others. One thread. */
#ifndef LOOPHOLE_SEARCH_KIT_SIGNS_H
#define LOOPHOLE_SEARCH_KIT_SIGNS_H

#include "common/arena.h"
#include "services/search/containers/bitmap.h"

enum { KIT_SIGNS = 96, KIT_SIGNS_COUNTED = 4 /* more of them bring a sound no further, and are not said */ };

/* The rows that have the sign, and what to say of one; NULL: the caller says it. */
struct kit_sign {
    struct bitmap *rows;
    struct text (*say)(const struct kit_sign *sign, struct arena *arena, uint32_t row);
    struct text text;
    const void *of; /* of `say` */
};

/* In the order in which they count. */
struct kit_signs {
    uint32_t count;
    struct kit_sign each[KIT_SIGNS];
};

/* Takes the rows; without room it frees them. */
void kit_signs_add(struct kit_signs *signs, struct kit_sign sign);
void kit_signs_free(struct kit_signs *signs);

/* The factor of a row's place in the order: 1 without a sign. */
double kit_signs_factor(const struct kit_signs *signs, uint32_t row);

/* Adds those that count for the row to `why`, in the arena. */
struct text kit_signs_say(const struct kit_signs *signs, struct arena *arena, uint32_t row, struct text why);

#endif
