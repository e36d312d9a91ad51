/* frequent_words.h: the words that most names have, whose answers are made in idle time. One thread. */
#ifndef LOOPHOLE_SEARCH_FREQUENT_WORDS_H
#define LOOPHOLE_SEARCH_FREQUENT_WORDS_H

#include "services/search/index/index.h"

enum { FREQUENT_WORDS = 64 };

/* All zero: not chosen yet. */
struct frequent_words {
    bool are_chosen;
    uint64_t writes;                          /* of the index at the time */
    uint32_t count, next, at[FREQUENT_WORDS]; /* terms, the most frequent first */
};

/* Returns the next word with at least `least` rows; empty: all were returned since the index changed. */
struct text frequent_words_next(struct frequent_words *words, const struct index *index, uint32_t least);

#endif
