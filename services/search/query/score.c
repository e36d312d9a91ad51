#include "services/search/query/score.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "services/search/index/blocks.h"
#include "services/search/index/index_keep.h"
#include "services/search/near/vectors.h"
#include "services/search/query/together.h"

static const struct worth {
    enum term_field field;
    float whole, start; /* the score of a whole word, and of a beginning, in this field */
} WORTHS[] = {
    { TERM_NAME, 10, 6 }, { TERM_TAG_WORD, 6, 4 }, { TERM_PACK_WORD, 4, 2 },
    { TERM_NOTES, 2, 1 }, { TERM_PLACE, 2, 1 },    { TERM_LABEL, 2, 1 },
};

enum { KNOWN_LETTERS = 64 };

static const float FAVOURITE = 1.5f, SHORT_NAME = 3, SHORT_NAME_LETTERS = 12, NEAREST = 20, TOGETHER = 40;

struct scoring {
    const struct match *match;
    const struct bitmap *rows;
    const uint32_t *each; /* of `rows` */
    uint32_t count;
    float *at; /* by place in `each` */
};

static void add_to_all(struct scoring *s, float score)
{
    for (uint32_t i = 0; i < s->count; i++)
        s->at[i] += score;
}

/* Adds the score to those of the rows that are in `found`. */
static void add_to_some(struct scoring *s, const struct bitmap *found, float score)
{
    uint32_t count, *rows = bitmap_array(found, &count);

    for (uint32_t i = 0, place = 0; i < count; i++) {
        while (s->each[place] != rows[i])
            place++;
        s->at[place] += score;
    }
    free(rows);
}

/* Adds the score to the rows of `found`, a subset of the rows, and frees it. */
static void add_score(struct scoring *s, struct bitmap *found, float score)
{
    if (bitmap_count(found) == s->count)
        add_to_all(s, score);
    else
        add_to_some(s, found, score);
    bitmap_free(found);
}

static void score_word(struct scoring *s, const struct node *node)
{
    struct index *index = s->match->index;
    char key[TERM_LONGEST];

    for (size_t i = 0; i < sizeof(WORTHS) / sizeof(WORTHS[0]); i++) {
        struct text start = terms_start(key, WORTHS[i].field, node->text);
        add_score(s, index_starting(index, start, s->rows), WORTHS[i].start);
        add_score(s, index_term(index, start, s->rows), WORTHS[i].whole - WORTHS[i].start);
    }
}

static void score_like(struct scoring *s, const struct node *node)
{
    struct index *index = s->match->index;
    float weights[ENTRY_VECTOR];
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, NULL, weights };
    uint32_t row;

    if (!index_find(index, node->id, &row))
        return;
    blocks_weigh(&(struct weights){ 0 }, weights);
    vectors.target = index_vector(index, row);
    for (uint32_t i = 0; i < s->count; i++)
        s->at[i] += NEAREST / (1 + vectors_distance(&vectors, s->each[i]));
}

static void score_together(struct scoring *s, const struct node *node)
{
    for (uint32_t i = 0, at = 0; node->together && i < s->count && at < node->together->count; i++) {
        while (at < node->together->count && node->together->at[at].row < s->each[i])
            at++;
        if (at < node->together->count && node->together->at[at].row == s->each[i])
            s->at[i] += TOGETHER * node->together->at[at].score;
    }
}

/* Excluded clauses score nothing. */
static void score_node(struct scoring *s, const struct node *node)
{
    if (node->kind == NODE_WORD)
        score_word(s, node);
    if (node->kind == NODE_LIKE)
        score_like(s, node);
    if (node->together)
        score_together(s, node);
    for (const struct node *child = node->kind == NODE_NOT ? NULL : node->first; child; child = child->next)
        score_node(s, child);
}

static void score_favourites(struct scoring *s)
{
    char key[TERM_LONGEST];

    add_score(s, index_term(s->match->index, terms_start(key, TERM_IS, TEXT("favourite\0favourite")), s->rows),
              FAVOURITE);
}

static float worth_of_length(uint32_t letters)
{
    return SHORT_NAME * SHORT_NAME_LETTERS / (SHORT_NAME_LETTERS + (float)letters);
}

static void score_names(struct scoring *s)
{
    const struct index *index = s->match->index;
    float worth[KNOWN_LETTERS];

    for (uint32_t letters = 0; letters < KNOWN_LETTERS; letters++)
        worth[letters] = worth_of_length(letters);
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t letters = index->lengths.at[s->each[i]];
        if (s->at[i] <= 0)
            continue;
        s->at[i] += letters < KNOWN_LETTERS ? worth[letters] : worth_of_length(index_name_len(index, s->each[i]));
    }
}

struct scores *score_rows(const struct match *match, const struct node *root, const struct bitmap *rows,
                          const uint32_t *each)
{
    uint32_t count = bitmap_count(rows);
    struct scores *scores = alloc_zeroed(1, sizeof(*scores) + count * sizeof(scores->at[0]));
    struct scoring s = { match, rows, each, count, scores->at };

    scores->rows = each;
    scores->count = count;
    score_node(&s, root);
    score_names(&s);
    score_favourites(&s);
    return scores;
}

static bool has_words(const struct node *node)
{
    if (node->kind == NODE_WORD || node->kind == NODE_LIKE || node->together)
        return true;
    for (const struct node *child = node->kind == NODE_NOT ? NULL : node->first; child; child = child->next)
        if (has_words(child))
            return true;
    return false;
}

bool score_differs(const struct match *match, const struct node *root, const struct bitmap *rows)
{
    char key[TERM_LONGEST];
    uint32_t term;

    if (has_words(root))
        return true;
    return terms_find(&match->index->terms, terms_start(key, TERM_IS, TEXT("favourite\0favourite")), &term) &&
           posting_and_count(terms_posting(&match->index->terms, term), rows) > 0;
}

double score_of(const struct scores *scores, uint32_t row)
{
    uint32_t low = 0, high = scores ? scores->count : 0;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (scores->rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return scores && low < scores->count && scores->rows[low] == row ? (double)scores->at[low] : 0;
}
