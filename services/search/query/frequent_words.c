#include "services/search/query/frequent_words.h"

static uint32_t rows_of(const struct index *index, uint32_t term)
{
    return terms_posting(&index->terms, term)->count;
}

/* Keeps the list in order; the last one falls out of a full list. */
static void offer_word(struct frequent_words *words, const struct index *index, uint32_t term)
{
    uint32_t at = words->count, rows = rows_of(index, term);

    if (at == FREQUENT_WORDS && rows <= rows_of(index, words->at[at - 1]))
        return;
    if (at == FREQUENT_WORDS)
        at--;
    else
        words->count++;
    for (; at > 0 && rows_of(index, words->at[at - 1]) < rows; at--)
        words->at[at] = words->at[at - 1];
    words->at[at] = term;
}

static void choose_words(struct frequent_words *words, const struct index *index, uint32_t least)
{
    *words = (struct frequent_words){ .are_chosen = true, .writes = index->writes };
    for (uint32_t term = 0; term < terms_count(&index->terms); term++)
        if (rows_of(index, term) >= least && terms_key(&index->terms, term).at[0] == TERM_NAME)
            offer_word(words, index, term);
}

struct text frequent_words_next(struct frequent_words *words, const struct index *index, uint32_t least)
{
    if (!words->are_chosen || words->writes != index->writes)
        choose_words(words, index, least);
    if (words->next == words->count)
        return (struct text){ 0 };
    return terms_value(&index->terms, words->at[words->next++]);
}
