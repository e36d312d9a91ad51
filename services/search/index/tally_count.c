#include "services/search/index/tally_count.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CODES = UINT16_MAX - 1, GROUP = 8, DIGITS = 16 };

/* ---- making ---- */

static struct term_range terms_of(struct index *index, enum term_field field)
{
    char key[TERM_LONGEST];

    return terms_starting(&index->terms, terms_start(key, field, (struct text){ 0 }));
}

struct frequent {
    uint32_t term, count;
};

static int by_count(const void *a, const void *b)
{
    const struct frequent *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->term > y->term) - (x->term < y->term);
}

/* The most frequent first: they are given a place before there is none. */
static enum err choose_terms(struct index *index, enum term_field field, struct tally *tally)
{
    struct term_range range = terms_of(index, field);
    struct frequent *all = malloc((range.count + 1) * sizeof(*all));

    tally->room = range.count < MOST_CODES ? range.count : MOST_CODES;
    tally->terms = malloc((tally->room + 1) * sizeof(*tally->terms));
    for (uint32_t i = 0; all && i < range.count; i++)
        all[i] = (struct frequent){ range.at[i], terms_posting(&index->terms, range.at[i])->count };
    if (all && tally->terms)
        qsort(all, range.count, sizeof(*all), by_count);
    for (; all && tally->terms && tally->count < tally->room; tally->count++)
        tally->terms[tally->count] = all[tally->count].term;
    free(all);
    return all && tally->terms ? ERR_OK : ERR_FULL;
}

/* False: some row has several values, or memory is out. `rows` has room for those of any term. */
static bool fill_codes(struct index *index, struct tally *tally, uint32_t *rows)
{
    bool is_one = (tally->code = calloc((size_t)tally->rows + 1, sizeof(*tally->code))) != NULL;

    for (uint32_t i = 0; is_one && i < tally->count; i++) {
        const struct posting *posting = terms_posting(&index->terms, tally->terms[i]);
        posting_rows(posting, rows);
        for (uint32_t j = 0; is_one && j < posting->count; j++) {
            is_one = tally->code[rows[j]] == TALLY_NONE;
            tally->code[rows[j]] = (uint16_t)(i + 1);
        }
    }
    return is_one;
}

static bool fill_bits(struct index *index, struct tally *tally, uint32_t *rows)
{
    tally->bits = calloc((size_t)tally->rows + 1, sizeof(*tally->bits));
    tally->is_several = true;
    if (tally->count > TALLY_BITS)
        tally->count = TALLY_BITS;
    for (uint32_t i = 0; tally->bits && i < tally->count; i++) {
        const struct posting *posting = terms_posting(&index->terms, tally->terms[i]);
        posting_rows(posting, rows);
        for (uint32_t j = 0; j < posting->count; j++)
            tally->bits[rows[j]] |= UINT64_C(1) << i;
    }
    return tally->bits != NULL;
}

static enum err make_tally(struct index *index, enum term_field field, struct tally *tally)
{
    uint32_t *rows = malloc(((size_t)index_rows(index) + 1) * sizeof(*rows));
    enum err e = rows ? choose_terms(index, field, tally) : ERR_FULL;

    tally->rows = index_rows(index);
    if (e == ERR_OK && !fill_codes(index, tally, rows)) {
        free(tally->code);
        tally->code = NULL;
        e = fill_bits(index, tally, rows) ? ERR_OK : ERR_FULL;
    }
    free(rows);
    tally->is_made = e == ERR_OK;
    if (e != ERR_OK)
        tally_free(tally);
    return e;
}

bool tally_prepare(struct index *index)
{
    static const enum term_field USUAL[] = { TERM_CLASS, TERM_FAMILY, TERM_TAG, TERM_PACK, TERM_KEY, TERM_KIND };

    for (size_t i = 0; i < sizeof(USUAL) / sizeof(USUAL[0]); i++)
        if (!index->tallies.each[USUAL[i]].is_made)
            return make_tally(index, USUAL[i], &index->tallies.each[USUAL[i]]) == ERR_OK;
    return false;
}

/* ---- keeping up ---- */

/* The place of a term; `count` when it has none. */
static uint32_t place_of(const struct tally *tally, uint32_t term)
{
    uint32_t place = 0;

    while (place < tally->count && tally->terms[place] != term)
        place++;
    return place;
}

/* Room for that row, and for some to come. */
static bool make_room(struct tally *tally, uint32_t row)
{
    uint32_t rows = row + row / 8 + 1;
    size_t width = tally->is_several ? sizeof(*tally->bits) : sizeof(*tally->code);
    uint8_t *was = tally->is_several ? (uint8_t *)tally->bits : (uint8_t *)tally->code;
    uint8_t *more = realloc(was, ((size_t)rows + 1) * width);

    if (!more)
        return false;
    memset(more + (size_t)tally->rows * width, 0, (rows - tally->rows + 1) * width);
    if (tally->is_several)
        tally->bits = (uint64_t *)(void *)more;
    else
        tally->code = (uint16_t *)(void *)more;
    tally->rows = rows;
    return true;
}

/* A value that was not there when it was made. */
static bool add_term(struct tally *tally, uint32_t term)
{
    uint32_t room = tally->room * 2 + 16;

    if (tally->count == tally->room) {
        uint32_t *more = tally->count < MOST_CODES ? realloc(tally->terms, room * sizeof(*more)) : NULL;
        if (!more)
            return false;
        tally->terms = more;
        tally->room = room;
    }
    tally->terms[tally->count++] = term;
    return true;
}

/* False: what it holds cannot say what the row has now; it is to be made again. */
static bool renew_row(struct index *index, enum term_field field, struct tally *tally, uint32_t row)
{
    struct index_list list = index_terms_of(index, row);
    uint32_t values = 0;

    if (row >= tally->rows && !make_room(tally, row))
        return false;
    if (tally->is_several)
        tally->bits[row] = 0;
    else
        tally->code[row] = TALLY_NONE;
    for (uint32_t i = 0; i < list.count; i++) {
        if (terms_key(&index->terms, list.at[i]).at[0] != (char)field)
            continue;
        uint32_t place = place_of(tally, list.at[i]);
        if (tally->is_several)
            tally->bits[row] |= place < tally->count ? UINT64_C(1) << place : 0;
        else if (values++ > 0 || (place == tally->count && !add_term(tally, list.at[i])))
            return false;
        else
            tally->code[row] = (uint16_t)(place + 1);
    }
    return true;
}

static void renew_stale(struct index *index)
{
    struct tallies *tallies = &index->tallies;

    for (int field = 0; field < TERM_FIELDS; field++) {
        struct tally *tally = &tallies->each[field];
        for (uint32_t i = 0; tally->is_made && i < tallies->stale_count; i++)
            if (!renew_row(index, (enum term_field)field, tally, tallies->stale[i]))
                tally_free(tally);
    }
    tallies->stale_count = 0;
}

/* ---- counting ---- */

static void count_codes(const struct tally *tally, const uint32_t *rows, uint32_t count, uint32_t *places)
{
    for (uint32_t i = 0; i < count; i++) {
        __builtin_prefetch(&tally->code[index_ahead(rows, i, count)]);
        places[tally->code[rows[i]]]++;
    }
}

/* How many words had each bit: digit k holds the k-th binary digit of all 64 counts. Adding a group of words costs as
 * many steps whatever is in them (carry-save adders: Mula, Kurz, Lemire, "Faster Population Counts Using AVX2
 * Instructions", 2018, section 5). */
struct upright {
    uint64_t digit[DIGITS];
    uint32_t words;
};

/* Adds two words to a digit; the carry. */
static uint64_t add_two(uint64_t *digit, uint64_t a, uint64_t b)
{
    uint64_t either = *digit ^ a, carry = (*digit & a) | (either & b);

    *digit = either ^ b;
    return carry;
}

static void add_group(struct upright *upright, const uint64_t words[GROUP])
{
    uint64_t *digit = upright->digit, twos[4], fours[2], carry;

    for (int i = 0; i < 4; i++)
        twos[i] = add_two(&digit[0], words[2 * i], words[2 * i + 1]);
    for (int i = 0; i < 2; i++)
        fours[i] = add_two(&digit[1], twos[2 * i], twos[2 * i + 1]);
    carry = add_two(&digit[2], fours[0], fours[1]);
    for (int i = 3; i < DIGITS; i++) {
        uint64_t was = digit[i];
        digit[i] ^= carry;
        carry &= was;
    }
    upright->words += GROUP;
}

static void empty_into(struct upright *upright, uint32_t *places)
{
    for (int bit = 0; bit < TALLY_BITS; bit++)
        for (int i = 0; i < DIGITS; i++)
            places[bit] += (uint32_t)(upright->digit[i] >> bit & 1) << i;
    *upright = (struct upright){ 0 };
}

static void count_bits(const struct tally *tally, const uint32_t *rows, uint32_t count, uint32_t *places)
{
    struct upright upright = { 0 };

    for (uint32_t first = 0; first < count; first += GROUP) {
        uint64_t words[GROUP] = { 0 };
        for (uint32_t i = first; i < count && i < first + GROUP; i++) {
            __builtin_prefetch(&tally->bits[index_ahead(rows, i, count)]);
            words[i - first] = tally->bits[rows[i]];
        }
        add_group(&upright, words);
        if (upright.words + GROUP > UINT16_MAX)
            empty_into(&upright, places + 1);
    }
    empty_into(&upright, places + 1);
}

/* What has no place. */
static void count_others(struct index *index, enum term_field field, const struct tally *tally,
                         const struct bitmap *rows, const struct tally_teller *to)
{
    struct term_range range = terms_of(index, field);

    for (uint32_t i = 0; range.count > tally->count && i < range.count; i++)
        if (place_of(tally, range.at[i]) == tally->count)
            to->tell(to->state, range.at[i], posting_and_count(terms_posting(&index->terms, range.at[i]), rows));
}

/* The whole index: the postings know. */
static void count_all(struct index *index, enum term_field field, const struct tally_teller *to)
{
    struct term_range range = terms_of(index, field);

    for (uint32_t i = 0; i < range.count; i++)
        to->tell(to->state, range.at[i], terms_posting(&index->terms, range.at[i])->count);
}

static enum err count_placed(struct index *index, const struct tally *tally, const struct tally_rows *rows,
                             const struct tally_teller *to)
{
    uint32_t *places = calloc((tally->is_several ? TALLY_BITS : tally->count) + 1, sizeof(*places));

    if (!places)
        return ERR_FULL;
    (tally->is_several ? count_bits : count_codes)(tally, rows->each, rows->count, places);
    for (uint32_t i = 0; i < tally->count; i++) {
        uint32_t all = terms_posting(&index->terms, tally->terms[i])->count, counted = places[i + 1];
        to->tell(to->state, tally->terms[i], rows->are_others ? all - counted : counted);
    }
    free(places);
    return ERR_OK;
}

enum err tally_count(struct index *index, enum term_field field, const struct tally_rows *rows,
                     const struct tally_teller *to)
{
    struct tally *tally = &index->tallies.each[field];
    enum err e = ERR_OK;

    if (rows->are_others && rows->count == 0) {
        count_all(index, field, to);
        return ERR_OK;
    }
    renew_stale(index);
    if (!tally->is_made)
        e = make_tally(index, field, tally);
    if (e == ERR_OK)
        e = count_placed(index, tally, rows, to);
    if (e == ERR_OK)
        count_others(index, field, tally, rows->set, to);
    return e;
}
