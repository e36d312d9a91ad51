#include "services/search/query/explain_clause.h"

#include <math.h>
#include <string.h>

#include "services/search/query/likely.h"

static const enum term_field WORD_FIELDS[] = { TERM_NAME,  TERM_TAG_WORD, TERM_PACK_WORD,
                                               TERM_NOTES, TERM_PLACE,    TERM_LABEL };

/* Leaves half of the remaining time to other clauses. */
static usec_t half_time(const struct explain *x)
{
    usec_t now = clock_steady();

    return now < x->until ? now + (x->until - now) / 2 : now;
}

static struct text quote_value(struct explain *x, struct text value)
{
    bool plain = value.len > 0 && value.at[0] != '-';

    for (uint32_t i = 0; i < value.len; i++)
        plain = plain && !strchr(" \t()\":", value.at[i]);
    return plain ? value : arena_printf(x->arena, "\"%.*s\"", TEXT_ARG(value));
}

/* "class:kick", or "-class:kick" for an excluded clause. */
static struct text as_field(struct explain *x, const char *name, struct text value)
{
    struct text quote = quote_value(x, value);

    return arena_printf(x->arena, "%s:%.*s", name, TEXT_ARG(quote));
}

static void put_near(struct explain *x, struct hint *hint, const struct likely *likely, bool is_near)
{
    hint->near.at = arena_array(x->arena, likely->count, sizeof(*hint->near.at));
    hint->is_near = is_near && likely->count > 0;
    for (uint32_t i = 0; hint->near.at && i < likely->count; i++)
        if (likely->each[i].text.len <= 255)
            hint->near.at[hint->near.count++] = likely->each[i].text;
}

/* ---- the word in another field: class:loop is is:loop, loop is tag:loop ---- */

static uint64_t count_field(struct explain *x, const struct filter *filter, struct text value)
{
    bool is_state = filter->kind == FILTER_IS;
    const char *state = is_state ? filter_state(value) : NULL;
    struct node node = { .kind = is_state ? NODE_IS : NODE_EXACT, .filter = filter, .text = value };

    if (is_state && !state)
        return 0;
    if (is_state)
        node.text = text_of(state);
    return explain_count(x, &node);
}

static bool add_elsewhere(struct explain *x, const struct node *clause, struct text value)
{
    static const char *const FIELDS[] = { "is", "class", "tag", "family", "genre" };

    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
        const struct filter *filter = filter_named(text_of(FIELDS[i]));
        uint64_t count = filter == clause->filter ? 0 : count_field(x, filter, value);
        struct hint *hint = count ? explain_add(x, HINT_KIND_WRITTEN_OTHERWISE, clause->source) : NULL;
        if (!hint)
            continue;
        hint->count = count;
        hint->instead = explain_instead(x, clause->source, as_field(x, FIELDS[i], value));
        return true;
    }
    return false;
}

/* ---- words ---- */

static void explain_word(struct explain *x, const struct node *word, struct text source)
{
    struct likely likely = { 0 };
    const struct filter *filter = word->filter;
    struct hint *hint;

    if (filter && filter->kind == FILTER_WORDS)
        likely_words(x->match->index, &filter->term, 1, word->text, x->arena, half_time(x), &likely);
    else
        likely_words(x->match->index, WORD_FIELDS, sizeof(WORD_FIELDS) / sizeof(WORD_FIELDS[0]), word->text, x->arena,
                     half_time(x), &likely);
    hint = explain_add(x, HINT_KIND_UNKNOWN_WORD, source);
    if (!hint)
        return;
    put_near(x, hint, &likely, true);
    if (hint->near.count)
        hint->instead =
            explain_instead(x, source, filter ? as_field(x, filter->name, hint->near.at[0]) : hint->near.at[0]);
}

/* A word can consist of several: explains each unknown one. */
static void explain_joined(struct explain *x, const struct node *clause)
{
    uint32_t unknown = 0;

    for (const struct node *word = clause->first; word; word = word->next)
        if (explain_count(x, word) == 0) {
            struct hint *hint = explain_add(x, HINT_KIND_UNKNOWN_WORD, word->text);
            struct likely likely = { 0 };
            likely_words(x->match->index, WORD_FIELDS, sizeof(WORD_FIELDS) / sizeof(WORD_FIELDS[0]), word->text,
                         x->arena, half_time(x), &likely);
            if (hint)
                put_near(x, hint, &likely, true);
            unknown++;
        }
    if (!unknown)
        explain_add(x, HINT_KIND_NOTHING, clause->source);
}

static bool knows_number(const void *index, struct text attribute)
{
    return index_numbers(index, attribute) != NULL;
}

/* The words of a phrase may exist in another order, or apart. The hint is a query, so it is read as one. */
static void explain_phrase(struct explain *x, const struct node *clause)
{
    struct hint *hint = explain_add(x, HINT_KIND_NOTHING, clause->source);
    struct fault fault = { 0 };
    struct parse parse = { clock_now(), knows_number, x->match->index };
    struct node *words;

    if (!hint || clause->filter || parse_query(&parse, clause->text, x->arena, &words, &fault) != ERR_OK)
        return;
    hint->without = explain_count(x, words);
    if (hint->without)
        hint->instead = explain_instead(x, clause->source, clause->text);
}

/* ---- values ---- */

static void explain_value(struct explain *x, const struct node *clause)
{
    enum term_field field = filter_values(clause->filter);
    struct likely likely = { 0 };
    struct hint *hint;

    if (!clause->is_start && add_elsewhere(x, clause, clause->text))
        return;
    hint = explain_add(x, HINT_KIND_UNKNOWN_VALUE, clause->source);
    if (!hint)
        return;
    if (clause->text.len)
        likely_values(x->match->index, field, clause->text, x->arena, half_time(x), &likely);
    if (likely.count) {
        put_near(x, hint, &likely, true);
        hint->instead = explain_instead(x, clause->source, as_field(x, clause->filter->name, likely.each[0].text));
        return;
    }
    likely_frequent(x->match->index, field, x->arena, half_time(x), &likely);
    put_near(x, hint, &likely, false);
}

/* ---- numbers ---- */

static void set_unit(struct hint *hint, enum filter_unit unit)
{
    static const int32_t UNITS[] = {
        [UNIT_NONE] = HINT_UNIT_NONE,   [UNIT_BYTES] = HINT_UNIT_BYTES, [UNIT_SECONDS] = HINT_UNIT_SECONDS,
        [UNIT_HERTZ] = HINT_UNIT_HERTZ, [UNIT_AGE] = HINT_UNIT_AGE,
    };

    hint->has_unit = true;
    hint->unit.value = UNITS[unit];
}

static double seconds_before_now(double at)
{
    return fmax(0, (double)clock_now() / 1e6 - at);
}

/* The numbers of an age are seconds since 1970. */
static void turn_into_ages(struct hint *hint)
{
    const double oldest = seconds_before_now(hint->least);

    hint->least = seconds_before_now(hint->most);
    hint->most = oldest;
}

static void explain_number(struct explain *x, const struct node *number, struct text source)
{
    const struct numbers *numbers = index_numbers(x->match->index, number->text);
    struct hint *hint = explain_add(x, HINT_KIND_NO_NUMBER, source);
    uint32_t count = index_rows(x->match->index);

    for (uint32_t row = 0; hint && numbers && row < count; row++) {
        double value = index_number(numbers, row);
        bool is_further = !hint->has_least || value < hint->least || value > hint->most;
        if (isnan(value) || !is_further || id_is_zero(index_id(x->match->index, row)))
            continue;
        hint->least = hint->has_least && hint->least <= value ? hint->least : value;
        hint->most = hint->has_most && hint->most >= value ? hint->most : value;
        hint->has_least = hint->has_most = true;
    }
    if (hint && number->filter)
        set_unit(hint, number->filter->unit);
    if (hint && hint->has_least && number->filter && number->filter->unit == UNIT_AGE)
        turn_into_ages(hint);
}

/* ---- each kind of clause ---- */

static void explain_either(struct explain *x, const struct node *clause)
{
    if (clause->filter) { /* a number */
        explain_number(x, clause->first, clause->source);
        return;
    }
    for (const struct node *each = clause->first; each; each = each->next)
        explain_clause(x, each);
}

void explain_clause(struct explain *x, const struct node *clause)
{
    switch (clause->kind) {
    case NODE_WORD:
        if (!add_elsewhere(x, clause, clause->text))
            explain_word(x, clause, clause->source);
        break;
    case NODE_WORDS:
        explain_word(x, clause, clause->source);
        break;
    case NODE_PHRASE:
        explain_phrase(x, clause);
        break;
    case NODE_AND:
        if (clause->first && !clause->first->source.len)
            explain_joined(x, clause);
        else
            explain_add(x, HINT_KIND_NOTHING, clause->source);
        break;
    case NODE_OR:
        explain_either(x, clause);
        break;
    case NODE_EXACT:
    case NODE_CONTAINS:
    case NODE_KEY:
        explain_value(x, clause);
        break;
    case NODE_AFTER:
    case NODE_WITH:
    case NODE_FOR:
        explain_add(x, HINT_KIND_NO_USES, clause->source);
        break;
    case NODE_NUMBER:
        explain_number(x, clause, clause->source);
        break;
    default:
        explain_add(x, HINT_KIND_NOTHING, clause->source);
    }
}
