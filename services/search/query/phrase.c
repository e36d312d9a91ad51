#include "services/search/query/phrase.h"

#include <stdlib.h>
#include <string.h>

#include "services/search/index/index_keep.h"
#include "services/search/index/words.h"

enum { JOINED_LONGEST = 8192 };

/* ---- within one text ---- */

/* Words with a blank before and after each: " dark kick ". */
struct joined {
    uint32_t len;
    char at[JOINED_LONGEST];
};

static bool join_word(void *state, struct text word)
{
    struct joined *joined = state;

    if (joined->len + word.len + 1 > sizeof(joined->at))
        return false;
    memcpy(joined->at + joined->len, word.at, word.len);
    joined->len += word.len;
    joined->at[joined->len++] = ' ';
    return true;
}

static void join_all(struct joined *joined, struct text from)
{
    joined->at[0] = ' ';
    joined->len = 1;
    words_each(from, false, join_word, joined);
}

bool phrase_is_in(struct text text, struct text phrase)
{
    struct joined whole, part;

    join_all(&whole, text);
    join_all(&part, phrase);
    return part.len > 1 && memmem(whole.at, whole.len, part.at, part.len) != NULL;
}

/* ---- among the rows ---- */

struct narrowing {
    struct index *index;
    enum term_field field;
    struct bitmap *rows; /* NULL before the first word */
};

static bool narrow_word(void *state, struct text word)
{
    struct narrowing *n = state;
    char key[TERM_LONGEST];
    struct bitmap *rows = index_term(n->index, terms_start(key, n->field, word), NULL);

    if (n->rows)
        bitmap_and(rows, n->rows);
    bitmap_free(n->rows);
    n->rows = rows;
    return true;
}

/* The rows with all of the words, in any order; NULL: the phrase has no word. */
static struct bitmap *with_all_words(struct index *index, struct text phrase, enum term_field field, uint32_t *words)
{
    struct narrowing n = { .index = index, .field = field };
    struct joined joined;

    words_each(phrase, false, narrow_word, &n);
    join_all(&joined, phrase);
    *words = 0;
    for (uint32_t i = 1; i < joined.len; i++)
        *words += joined.at[i] == ' ';
    return n.rows;
}

static struct text text_of_row(const struct index *index, uint32_t row, enum term_field field)
{
    return field == TERM_NAME ? index_name(index, row) : index_notes(index, row);
}

static void add_texts(struct index *index, struct text phrase, enum term_field field, struct bitmap *to)
{
    uint32_t words, count = 0;
    struct bitmap *candidates = with_all_words(index, phrase, field, &words);
    uint32_t *rows = candidates && words > 1 ? bitmap_array(candidates, &count) : NULL;

    if (candidates && words == 1)
        bitmap_or(to, candidates);
    for (uint32_t i = 0; rows && i < count; i++)
        if (phrase_is_in(text_of_row(index, rows[i], field), phrase))
            bitmap_add(to, rows[i]);
    free(rows);
    bitmap_free(candidates);
}

static void add_values(struct index *index, struct text phrase, enum term_field field, struct bitmap *to)
{
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(&index->terms, terms_start(key, field, (struct text){ 0 }));

    for (uint32_t i = 0; i < range.count; i++)
        if (phrase_is_in(terms_value(&index->terms, range.at[i]), phrase))
            posting_or(terms_posting(&index->terms, range.at[i]), NULL, to);
}

/* In any order: the index has no text of these fields. But where the name has all the words, its text decides, because
 * the name of the file is mostly the same. */
static void add_any_order(struct index *index, struct text phrase, enum term_field field, struct bitmap *to)
{
    uint32_t words;
    struct bitmap *rows = with_all_words(index, phrase, field, &words);
    struct bitmap *decided = rows && words > 1 ? with_all_words(index, phrase, TERM_NAME, &words) : NULL;

    if (decided)
        bitmap_and_not(rows, decided);
    if (rows)
        bitmap_or(to, rows);
    bitmap_free(rows);
    bitmap_free(decided);
}

struct bitmap *phrase_rows(struct index *index, struct text phrase, enum term_field field)
{
    struct bitmap *rows = bitmap_new();
    bool all = field == TERM_ALL;

    if (all || field == TERM_NAME)
        add_texts(index, phrase, TERM_NAME, rows);
    if (all || field == TERM_NOTES)
        add_texts(index, phrase, TERM_NOTES, rows);
    if (all || field == TERM_PACK_WORD)
        add_values(index, phrase, TERM_PACK, rows);
    if (all)
        add_values(index, phrase, TERM_TAG, rows);
    if (all || field == TERM_PLACE)
        add_any_order(index, phrase, TERM_PLACE, rows);
    if (all || field == TERM_LABEL)
        add_any_order(index, phrase, TERM_LABEL, rows);
    if (field == TERM_REMOTE)
        add_any_order(index, phrase, TERM_REMOTE, rows);
    return rows;
}
