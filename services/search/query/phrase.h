/* phrase.h: finds rows with consecutive words. The index does not keep the text of paths, of remote
 * addresses and of the files' own tags, so there the words may be in any order. One thread. */
#ifndef LOOPHOLE_SEARCH_PHRASE_H
#define LOOPHOLE_SEARCH_PHRASE_H

#include "services/search/index/index.h"

/* `phrase` is folded; `field` is TERM_NAME, TERM_PACK_WORD, TERM_NOTES, TERM_PLACE, TERM_LABEL or TERM_REMOTE, or
 * TERM_ALL for these but the last, and for the tags. The caller frees the rows. */
struct bitmap *phrase_rows(struct index *index, struct text phrase, enum term_field field);

/* True if `text` contains the words of `phrase`, consecutively. Exported for its unit test, which needs no index. */
bool phrase_is_in(struct text text, struct text phrase);

#endif
