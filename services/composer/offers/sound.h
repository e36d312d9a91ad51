/* sound.h: how a sound sounds, as packs of the community are described: its length, and the 64 numbers of its
 * embedding. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_SOUND_H
#define LOOPHOLE_COMPOSER_SOUND_H

#include "store/catalogue.h"

enum { SOUND_NUMBERS = 64, SOUND_UNITS = 4096 /* of a number, in 1 */ };

struct sound_form {
    uint32_t ms;
    int16_t at[SOUND_NUMBERS];
};

/* The form of an item's sound. *has is false if it has no embedding or no length, or is silent. Errors: full; internal
 * (a damaged row). */
enum err sound_of_item(struct txn *txn, struct arena *arena, const struct media *media, struct sound_form *to,
                       bool *has);

/* As on the wire (0002_sounds.sql). An empty text: no memory. */
struct text sound_write(struct arena *arena, const struct sound_form *sound);
bool sound_read(struct text from, struct arena *arena, struct sound_form *to); /* false: not one */

/* The squared distance, in units; UINT64_MAX: the sounds are not alike enough to be copies of one sound. Copies have
 * about the same length, whatever coded them. */
uint64_t sound_distance(const struct sound_form *a, const struct sound_form *b);

/* The lengths that a copy may have. */
uint32_t sound_shortest(uint32_t ms);
uint32_t sound_longest(uint32_t ms);

#endif
