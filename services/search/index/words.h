/* words.h: splits text into the words for the search. "Kick_Hard01 (dry)" gives kick, hard01, hard, 01 and dry. A word
 * is a run of letters and digits, folded. Its parts, which begin with a capital or where letters and digits meet, are
 * words too. So is each character of a script without blanks (Chinese, Japanese). Any thread. */
#ifndef LOOPHOLE_SEARCH_WORDS_H
#define LOOPHOLE_SEARCH_WORDS_H

#include "common/text.h"

enum { WORDS_LONGEST = 64 }; /* bytes; longer words are cut */

/* Calls `seen` with each word, whose text is valid during the call. `parts` includes the parts of runs. If `seen`
 * returns false, the function stops and returns false. */
bool words_each(struct text from, bool parts, bool (*seen)(void *state, struct text word), void *state);

/* True if some word of `from` begins with `start`, which is folded. */
bool words_have(struct text from, struct text start);

#endif
