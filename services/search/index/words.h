/* words.h: text to the words that it is found by. "Kick_Hard01 (dry)" has kick, hard01, hard, 01 and dry: runs
 * of letters and digits, folded, and in each the parts that begin with a capital or where letters and digits
 * meet. Characters of scripts without blanks (Chinese, Japanese) are words of their own. Any thread. */
#ifndef LOOPHOLE_SEARCH_WORDS_H
#define LOOPHOLE_SEARCH_WORDS_H

#include "common/text.h"

enum { WORDS_LONGEST = 64 }; /* bytes of a word; what is longer is cut */

/* Calls `seen` with each word; the text lasts for the call. `parts`: with the parts of runs. False from `seen`
 * ends it, and is returned. */
bool words_each(struct text from, bool parts, bool (*seen)(void *state, struct text word), void *state);

/* True when some word of `from` begins with `start`, which is folded. */
bool words_have(struct text from, struct text start);

#endif
