/* fold.h: text as it is compared: lower case, Latin letters without their accents ("Été" and "ete" are one).
 * Any thread. */
#ifndef LOOPHOLE_SEARCH_FOLD_H
#define LOOPHOLE_SEARCH_FOLD_H

#include "common/arena.h"

/* The character that `t` begins with and its bytes in `len` (≥ 1). A byte that is not UTF-8 is U+FFFD. `t` is
 * not empty. */
uint32_t fold_character(struct text t, uint32_t *len);

/* Letters, digits and all that is neither a blank, a control character nor punctuation. */
bool fold_is_word(uint32_t character);

/* Writes `character` folded, 0 to 4 bytes ("ß" gives "ss"); returns their number. */
uint32_t fold_write(uint32_t character, char to[4]);

/* Empty, at NULL, when memory is out and `from` was not empty. */
struct text fold_text(struct arena *arena, struct text from);

#endif
