/* fold.h: folds text for comparison: lower case, without accents ("Été" equals "ete"). docs/query.md says of which
 * scripts. Any thread. */
#ifndef LOOPHOLE_COMMON_FOLD_H
#define LOOPHOLE_COMMON_FOLD_H

#include "common/arena.h"

/* Decodes the first character of `t`, which is not empty; `len` receives its bytes (≥ 1). Invalid UTF-8 gives
 * U+FFFD. */
uint32_t fold_character(struct text t, uint32_t *len);

/* True for letters, digits and all other characters except blanks, control characters and punctuation. */
bool fold_is_word(uint32_t character);

/* Writes the folded character, 0 to 4 bytes ("ß" gives "ss"); returns their number. */
uint32_t fold_write(uint32_t character, char to[4]);

/* True for a letter with a mark, whose fold has none ("ö", "й", "が"). */
bool fold_has_mark(uint32_t character);

/* Folds `from` into the arena. Empty, at NULL: the arena is full, or `from` was empty. */
struct text fold_text(struct arena *arena, struct text from);

#endif
