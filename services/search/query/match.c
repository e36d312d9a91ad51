#include "services/search/query/match.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/musical_key.h"
#include "services/search/index/blocks.h"
#include "services/search/index/index_keep.h"
#include "services/search/index/words.h"
#include "services/search/near/vectors.h"
#include "services/search/query/phrase.h"
#include "services/search/query/together.h"

typedef struct bitmap *matcher(const struct match *match, const struct node *node, const struct bitmap *among);

static struct bitmap *match_node(const struct match *match, const struct node *node, const struct bitmap *among);

/* Changes `to` by `other` (bitmap_or, bitmap_and, bitmap_and_not), and frees `other`. */
static struct bitmap *combine_rows(struct bitmap *to, struct bitmap *other,
                                   void (*change)(struct bitmap *to, const struct bitmap *other))
{
    change(to, other);
    bitmap_free(other);
    return to;
}

static struct bitmap *join_rows(struct bitmap *to, struct bitmap *more)
{
    return combine_rows(to, more, bitmap_or);
}

static struct bitmap *rows_starting(const struct match *match, enum term_field field, struct text text,
                                    const struct bitmap *among)
{
    char key[TERM_LONGEST];

    return index_starting(match->index, terms_start(key, field, text), among);
}

uint32_t *match_others(struct index *index, const struct bitmap *bitmap, uint32_t *count)
{
    struct bitmap *others = index_all(index);
    uint32_t *rows;

    bitmap_and_not(others, bitmap);
    rows = bitmap_array(others, count);
    bitmap_free(others);
    return rows;
}

/* ---- words ---- */

static struct bitmap *match_word(const struct match *match, const struct node *node, const struct bitmap *among)
{
    static const enum term_field FIELDS[] = { TERM_NAME,  TERM_TAG_WORD, TERM_PACK_WORD,
                                              TERM_NOTES, TERM_PLACE,    TERM_LABEL };
    struct bitmap *rows = bitmap_new();

    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
        rows = join_rows(rows, rows_starting(match, FIELDS[i], node->text, among));
    return rows;
}

struct all_words {
    const struct match *match;
    enum term_field field;
    struct bitmap *rows;
};

static bool narrow_word(void *state, struct text word)
{
    struct all_words *all = state;
    struct bitmap *rows = rows_starting(all->match, all->field, word, all->rows);

    bitmap_free(all->rows);
    all->rows = rows;
    return true;
}

/* note: has notes, and also a pitch: note:A4. */
static struct bitmap *join_pitch(const struct match *match, const struct node *node, const struct bitmap *among,
                                 struct bitmap *rows)
{
    if (!node->filter || node->filter->term != TERM_NOTES)
        return rows;
    return join_rows(rows, index_valued(match->index, TERM_NOTE, node->text, among));
}

static struct bitmap *match_words(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct all_words all = { match, node->filter->term, among ? bitmap_copy(among) : index_all(match->index) };

    words_each(node->text, false, narrow_word, &all);
    return join_pitch(match, node, among, all.rows);
}

static struct bitmap *match_phrase(const struct match *match, const struct node *node, const struct bitmap *among)
{
    enum term_field field = node->filter ? node->filter->term : TERM_ALL;

    return join_pitch(match, node, among, phrase_rows(match->index, node->text, field));
}

/* ---- values ---- */

static bool begins_none(void *state, struct text word)
{
    return words_have(*(const struct text *)state, word);
}

static struct bitmap *match_contains(const struct match *match, const struct node *node, const struct bitmap *among)
{
    char key[TERM_LONGEST];
    struct terms *terms = &match->index->terms;
    struct term_range range = terms_starting(terms, terms_start(key, node->filter->term, (struct text){ 0 }));
    struct bitmap *rows = bitmap_new();

    for (uint32_t i = 0; i < range.count; i++) {
        struct text value = terms_value(terms, range.at[i]);
        if (words_each(node->text, false, begins_none, &value))
            posting_or(terms_posting(terms, range.at[i]), among, rows);
    }
    return rows;
}

static struct bitmap *match_exact(const struct match *match, const struct node *node, const struct bitmap *among)
{
    enum term_field field = filter_values(node->filter);

    return node->is_start ? rows_starting(match, field, node->text, among)
                          : index_valued(match->index, field, node->text, among);
}

static struct bitmap *match_key(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows = bitmap_new();

    for (int key = 0; key < 24; key++) {
        char folded[8];
        struct text name = text_of(musical_key_name(key));

        if (!(node->keys >> key & 1))
            continue;
        text_copy(folded, sizeof(folded), name);
        folded[0] = (char)(folded[0] - 'A' + 'a');
        rows = join_rows(rows, index_valued(match->index, TERM_KEY, (struct text){ name.len, folded }, among));
    }
    return rows;
}

/* ---- numbers ---- */

/* Selects rows with a number from `low` to `high`: of `among`, or of the first `count`. Returns how many. */
static uint32_t scan_floats(const float *at, float low, float high, const uint32_t *among, uint32_t count, uint32_t *to)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = among ? among[i] : i;
        to[kept] = row;
        kept += at[row] >= low && at[row] <= high;
    }
    return kept;
}

static uint32_t scan_doubles(const double *at, double low, double high, const uint32_t *among, uint32_t count,
                             uint32_t *to)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = among ? among[i] : i;
        to[kept] = row;
        kept += at[row] >= low && at[row] <= high;
    }
    return kept;
}

/* Adapts the range to the column: a bound becomes the nearest float; an excluded one moves inwards. */
static uint32_t scan_numbers(const struct numbers *numbers, const struct range *range, const uint32_t *among,
                             uint32_t count, uint32_t *to)
{
    float low = (float)range->min, high = (float)range->max;

    if (!numbers->is_wide)
        return scan_floats((const float *)(const void *)numbers->column.at,
                           range->min_open ? nextafterf(low, INFINITY) : low,
                           range->max_open ? nextafterf(high, -INFINITY) : high, among, count, to);
    return scan_doubles((const double *)(const void *)numbers->column.at,
                        range->min_open ? nextafter(range->min, (double)INFINITY) : range->min,
                        range->max_open ? nextafter(range->max, -(double)INFINITY) : range->max, among, count, to);
}

static struct bitmap *in_range(const struct numbers *numbers, const struct range *range, const uint32_t *among,
                               uint32_t count)
{
    uint32_t *found = alloc_array(count, sizeof(*found));
    struct bitmap *rows = bitmap_of(found, scan_numbers(numbers, range, among, count, found));

    free(found);
    return rows;
}

static struct bitmap *match_column(const struct match *match, const struct node *node, struct text column,
                                   const struct bitmap *among)
{
    const struct numbers *numbers = index_numbers(match->index, column);
    struct bitmap *found;
    uint32_t *rows, count;

    if (!numbers)
        return bitmap_new();
    if (!among || bitmap_count(among) > index_rows(match->index) / 4)
        return in_range(numbers, &node->range, NULL, index_rows(match->index));
    rows = bitmap_array(among, &count);
    found = in_range(numbers, &node->range, rows, count);
    free(rows);
    return found;
}

/* A tempo may be the second one that the analysis found: it is known where the analysis was unsure of the first. */
static struct bitmap *match_number(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *found = match_column(match, node, node->text, among), *second;

    if (!text_is(node->text, "bpm"))
        return found;
    second = match_column(match, node, TEXT("bpm_second"), among);
    return join_rows(found, second);
}

/* ---- states ---- */

static struct bitmap *match_is(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows;

    if (!volumes_is_state(node->text))
        return index_valued(match->index, TERM_IS, node->text, among);
    rows = bitmap_new();
    volumes_in_state(match->volumes, match->index, node->text, rows);
    return rows;
}

static struct bitmap *match_used(const struct match *match, const struct node *node, const struct bitmap *among)
{
    (void)node;
    return index_valued(match->index, TERM_HAS, TEXT("use"), among);
}

static struct bitmap *match_view(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows = bitmap_new();

    (void)match, (void)among;
    for (uint32_t i = 0; i < node->row_count; i++)
        bitmap_add(rows, node->rows[i]);
    return rows;
}

static struct bitmap *match_place(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows = bitmap_new();

    (void)among;
    volumes_in_place(match->volumes, match->index, text_is(text_of(node->filter->name), "library"), node->text, rows);
    return rows;
}

static struct bitmap *match_under(const struct match *match, const struct node *node, const struct bitmap *among)
{
    return node->rows || !node->first ? match_view(match, node, among) : match_node(match, node->first, among);
}

static struct bitmap *match_together(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows = bitmap_new();

    (void)match, (void)among;
    for (uint32_t i = 0; node->together && i < node->together->count; i++)
        bitmap_add(rows, node->together->at[i].row);
    return rows;
}

/* ---- similarity ---- */

static struct bitmap *nearest_rows(struct index *index, uint32_t row, const struct bitmap *candidates)
{
    float weights[ENTRY_VECTOR];
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, index_vector(index, row),
                               weights };
    struct nearby nearby[MATCH_LIKE];
    struct bitmap *found = bitmap_new();
    uint32_t count;

    blocks_weigh(&(struct weights){ 0 }, weights);
    count = near_find(&index->near, &vectors, candidates, MATCH_LIKE, nearby);
    for (uint32_t i = 0; i < count; i++)
        bitmap_add(found, nearby[i].row);
    return found;
}

static struct bitmap *match_like(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *candidates = index_with_vector(match->index), *rows;
    uint32_t row;

    (void)among;
    if (!index_find(match->index, node->id, &row) || !bitmap_has(candidates, row)) {
        bitmap_free(candidates);
        return bitmap_new();
    }
    bitmap_remove(candidates, row);
    rows = nearest_rows(match->index, row, candidates);
    bitmap_free(candidates);
    return rows;
}

/* ---- combinations ---- */

static struct bitmap *match_all(const struct match *match, const struct node *node, const struct bitmap *among)
{
    (void)node, (void)among;
    return index_all(match->index);
}

static struct bitmap *match_or(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows = bitmap_new();

    for (const struct node *child = node->first; child; child = child->next)
        rows = join_rows(rows, match_node(match, child, among));
    return rows;
}

static struct bitmap *match_not(const struct match *match, const struct node *node, const struct bitmap *among)
{
    return combine_rows(index_all(match->index), match_node(match, node->first, among), bitmap_and_not);
}

/* Clauses decided by terms come first: they leave fewer rows whose numbers must be read. */
static struct bitmap *match_and(const struct match *match, const struct node *node, const struct bitmap *among)
{
    struct bitmap *rows = among ? bitmap_copy(among) : NULL;
    bool begun = among != NULL;

    for (int numbers = 0; numbers < 2; numbers++) {
        for (const struct node *child = node->first; child; child = child->next) {
            if ((child->kind == NODE_NUMBER) != numbers)
                continue;
            struct bitmap *found = match_node(match, child, rows);
            rows = begun ? combine_rows(rows, found, bitmap_and) : found;
            begun = true;
        }
    }
    return rows;
}

static matcher *const MATCHERS[] = {
    [NODE_ALL] = match_all,       [NODE_AND] = match_and,           [NODE_OR] = match_or,
    [NODE_NOT] = match_not,       [NODE_WORD] = match_word,         [NODE_PHRASE] = match_phrase,
    [NODE_WORDS] = match_words,   [NODE_CONTAINS] = match_contains, [NODE_EXACT] = match_exact,
    [NODE_NUMBER] = match_number, [NODE_KEY] = match_key,           [NODE_IS] = match_is,
    [NODE_LIKE] = match_like,     [NODE_USED] = match_used,         [NODE_AFTER] = match_together,
    [NODE_WITH] = match_together, [NODE_FOR] = match_together,      [NODE_VIEW] = match_view,
    [NODE_PLACE] = match_place,   [NODE_UNDER] = match_under,
};

/* The result may include rows outside `among`, and free ones; the caller removes them. */
static struct bitmap *match_node(const struct match *match, const struct node *node, const struct bitmap *among)
{
    return MATCHERS[node->kind](match, node, among);
}

const char *const match_unseen[MATCH_UNSEEN] = { "hidden", "pending", "abandoned" };

static bool asks_for(const struct node *node, const char *state)
{
    if (node->kind == NODE_IS && text_is(node->text, state))
        return true;
    for (const struct node *child = node->first; child; child = child->next)
        if (asks_for(child, state))
            return true;
    return false;
}

struct bitmap *match_query(const struct match *match, const struct node *root)
{
    struct bitmap *found = match_node(match, root, NULL);
    struct bitmap *rows = index_live_of(match->index, found);

    bitmap_free(found);
    for (size_t i = 0; i < MATCH_UNSEEN; i++) {
        if (asks_for(root, match_unseen[i]))
            continue;
        struct bitmap *out = index_valued(match->index, TERM_IS, text_of(match_unseen[i]), rows);
        bitmap_and_not(rows, out);
        bitmap_free(out);
    }
    return rows;
}
