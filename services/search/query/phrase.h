/* phrase.h: rows in which words follow one another. In paths, whose text the index does not keep, the
 * words may be anywhere. One thread. */
#ifndef LOOPHOLE_SEARCH_PHRASE_H
#define LOOPHOLE_SEARCH_PHRASE_H

#include "services/search/index/index.h"

/* `phrase` is folded; `field` is TERM_NAME, TERM_PACK_WORD, TERM_NOTES or TERM_PLACE, or TERM_ALL for all of
 * these and the tags. The caller frees the rows; NULL: memory is out. */
struct bitmap *phrase_rows(struct index *index, struct text phrase, enum term_field field);

/* True when the words of `phrase` are in `text`, one after another. */
bool phrase_is_in(struct text text, struct text phrase);

#endif
