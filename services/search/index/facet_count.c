#include "services/search/index/facet_count.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"

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

/* Orders the terms by frequency, so that the most frequent ones get the codes. */
static void choose_terms(struct index *index, struct term_range range, struct facet_codes *codes)
{
    struct frequent *all = alloc_array(range.count, sizeof(*all));

    codes->room = range.count < MOST_CODES ? range.count : MOST_CODES;
    codes->terms = alloc_array(codes->room, sizeof(*codes->terms));
    for (uint32_t i = 0; i < range.count; i++)
        all[i] = (struct frequent){ range.at[i], terms_posting(&index->terms, range.at[i])->count };
    qsort(all, range.count, sizeof(*all), by_count);
    for (; codes->count < codes->room; codes->count++)
        codes->terms[codes->count] = all[codes->count].term;
    free(all);
}

static uint32_t code_of(const struct facet_codes *codes, uint32_t row)
{
    return codes->width == 1 ? ((const uint8_t *)codes->at)[row] : ((const uint16_t *)codes->at)[row];
}

static void set_code(struct facet_codes *codes, uint32_t row, uint32_t code)
{
    if (codes->width == 1)
        ((uint8_t *)codes->at)[row] = (uint8_t)code;
    else
        ((uint16_t *)codes->at)[row] = (uint16_t)code;
}

static void set_bit(struct facet_codes *codes, uint32_t row, uint32_t bit)
{
    if (codes->width == sizeof(uint32_t))
        ((uint32_t *)codes->at)[row] |= UINT32_C(1) << bit;
    else
        ((uint64_t *)codes->at)[row] |= UINT64_C(1) << bit;
}

/* Writes the code of each row. `rows` has room for the rows of any term. False: a row has several values. */
static bool fill_codes(struct index *index, struct facet_codes *codes, uint32_t *rows)
{
    codes->width = codes->count <= FACET_CODES_NARROW ? sizeof(uint8_t) : sizeof(uint16_t);
    codes->at = alloc_zeroed(codes->rows, codes->width);
    bool is_one = true;

    for (uint32_t i = 0; is_one && i < codes->count; i++) {
        const struct posting *posting = terms_posting(&index->terms, codes->terms[i]);
        posting_rows(posting, rows);
        for (uint32_t j = 0; is_one && j < posting->count; j++) {
            is_one = code_of(codes, rows[j]) == FACET_CODES_NONE;
            set_code(codes, rows[j], i + 1);
        }
    }
    return is_one;
}

static void fill_bits(struct index *index, struct facet_codes *codes, uint32_t *rows)
{
    codes->is_several = true;
    if (codes->count > FACET_CODES_BITS)
        codes->count = FACET_CODES_BITS;
    codes->width = codes->count <= FACET_BITS_NARROW ? sizeof(uint32_t) : sizeof(uint64_t);
    codes->at = alloc_zeroed(codes->rows, codes->width);
    for (uint32_t i = 0; i < codes->count; i++) {
        const struct posting *posting = terms_posting(&index->terms, codes->terms[i]);
        posting_rows(posting, rows);
        for (uint32_t j = 0; j < posting->count; j++)
            set_bit(codes, rows[j], i);
    }
}

static enum err make_codes(struct index *index, enum term_field field, struct facet_codes *codes)
{
    struct term_range range = terms_of(index, field);
    uint32_t *rows;

    if (!limits_leave(index_rows(index) * (sizeof(*rows) + sizeof(uint64_t)) +
                      range.count * (sizeof(struct frequent) + sizeof(*codes->terms))))
        return ERR_FULL;
    rows = alloc_array(index_rows(index), sizeof(*rows));
    choose_terms(index, range, codes);
    codes->rows = index_rows(index);
    if (!fill_codes(index, codes, rows)) {
        free(codes->at);
        fill_bits(index, codes, rows);
    }
    free(rows);
    codes->is_made = true;
    return ERR_OK;
}

bool facet_count_prepare(struct index *index)
{
    static const enum term_field USUAL[] = { TERM_CLASS, TERM_FAMILY, TERM_TAG, TERM_PACK, TERM_KEY, TERM_KIND };

    for (size_t i = 0; i < sizeof(USUAL) / sizeof(USUAL[0]); i++)
        if (!index->codes.each[USUAL[i]].is_made)
            return make_codes(index, USUAL[i], &index->codes.each[USUAL[i]]) == ERR_OK;
    return false;
}

/* ---- updates ---- */

/* The index of a term in codes->terms; `count` if it has none. */
static uint32_t code_of_term(const struct facet_codes *codes, uint32_t term)
{
    uint32_t place = 0;

    while (place < codes->count && codes->terms[place] != term)
        place++;
    return place;
}

/* Makes room for `row` and some later rows. */
static bool grow_codes(struct facet_codes *codes, uint32_t row)
{
    uint32_t rows = row + row / 8 + 1;

    if (!limits_leave((size_t)rows * codes->width))
        return false;
    codes->at = alloc_grow(codes->at, rows, codes->width);
    memset((uint8_t *)codes->at + (size_t)codes->rows * codes->width, 0, (size_t)(rows - codes->rows) * codes->width);
    codes->rows = rows;
    return true;
}

/* Adds a value that is new since the table was made. False: no code is left. */
static bool add_term(struct facet_codes *codes, uint32_t term)
{
    if (codes->count == (codes->width == 1 ? (uint32_t)UINT8_MAX : MOST_CODES))
        return false;
    ALLOC_ROOM(codes->terms, codes->count, codes->room, 16);
    codes->terms[codes->count++] = term;
    return true;
}

/* False: the table cannot represent the row's new values, and must be made again. */
static bool renew_row(struct index *index, enum term_field field, struct facet_codes *codes, uint32_t row)
{
    struct index_list list = index_terms_of(index, row);
    uint32_t values = 0;

    if (row >= codes->rows && !grow_codes(codes, row))
        return false;
    memset((uint8_t *)codes->at + (size_t)row * codes->width, 0, codes->width);
    for (uint32_t i = 0; i < list.count; i++) {
        if (terms_key(&index->terms, list.at[i]).at[0] != (char)field)
            continue;
        uint32_t place = code_of_term(codes, list.at[i]);
        if (!codes->is_several && (values++ > 0 || (place == codes->count && !add_term(codes, list.at[i]))))
            return false;
        if (!codes->is_several)
            set_code(codes, row, place + 1);
        else if (place < codes->count)
            set_bit(codes, row, place);
    }
    return true;
}

static void renew_stale(struct index *index)
{
    struct all_facet_codes *all = &index->codes;

    for (int field = 0; field < TERM_FIELDS; field++) {
        struct facet_codes *codes = &all->each[field];
        for (uint32_t i = 0; codes->is_made && i < all->stale_count; i++)
            if (!renew_row(index, (enum term_field)field, codes, all->stale[i]))
                facet_codes_free(codes);
    }
    all->stale_count = 0;
}

/* ---- counting ---- */

static void count_bytes(const uint8_t *code, const uint32_t *rows, uint32_t count, uint32_t *places)
{
    uint32_t odd[UINT8_MAX + 1] = { 0 }; /* two tables, because the next row often has the same code */
    uint32_t i = 0;

    for (; i + 1 < count; i += 2) {
        __builtin_prefetch(&code[index_ahead(rows, i, count)]);
        places[code[rows[i]]]++;
        odd[code[rows[i + 1]]]++;
    }
    if (i < count)
        places[code[rows[i]]]++;
    for (uint32_t place = 0; place <= UINT8_MAX; place++)
        if (odd[place])
            places[place] += odd[place];
}

static void count_codes(const struct facet_codes *codes, const uint32_t *rows, uint32_t count, uint32_t *places)
{
    const uint16_t *code = codes->at;

    if (codes->width == 1) {
        count_bytes(codes->at, rows, count, places);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        __builtin_prefetch(&code[index_ahead(rows, i, count)]);
        places[code[rows[i]]]++;
    }
}

/* How many words had each bit: digit k has the k-th binary digit of all 64 counts. Adding a group of words costs the
 * same for any content (carry-save adders: Mula, Kurz, Lemire, "Faster Population Counts Using AVX2 Instructions",
 * 2018, section 5). */
struct upright {
    uint64_t digit[DIGITS];
    uint32_t words;
};

/* Adds two words to a digit; returns the carry. */
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
    for (int bit = 0; bit < FACET_CODES_BITS; bit++)
        for (int i = 0; i < DIGITS; i++)
            places[bit] += (uint32_t)(upright->digit[i] >> bit & 1) << i;
    *upright = (struct upright){ 0 };
}

static void take_words(const struct facet_codes *codes, const uint32_t *rows, uint32_t first, uint32_t count,
                       uint64_t words[GROUP])
{
    const uint32_t *narrow = codes->at;
    const uint64_t *wide = codes->at;
    uint32_t end = count - first < GROUP ? count : first + GROUP;

    for (uint32_t i = first; i < end; i++) {
        __builtin_prefetch((const uint8_t *)codes->at + (size_t)index_ahead(rows, i, count) * codes->width);
        words[i - first] = codes->width == sizeof(*narrow) ? narrow[rows[i]] : wide[rows[i]];
    }
}

static void count_bits(const struct facet_codes *codes, const uint32_t *rows, uint32_t count, uint32_t *places)
{
    struct upright upright = { 0 };

    for (uint32_t first = 0; first < count; first += GROUP) {
        uint64_t words[GROUP] = { 0 };
        take_words(codes, rows, first, count, words);
        add_group(&upright, words);
        if (upright.words + GROUP > UINT16_MAX)
            empty_into(&upright, places + 1);
    }
    empty_into(&upright, places + 1);
}

/* Counts the terms without a code or bit, from the postings. */
static void count_others(struct index *index, enum term_field field, const struct facet_codes *codes,
                         const struct bitmap *rows, const struct facet_counter *to)
{
    struct term_range range = terms_of(index, field);

    for (uint32_t i = 0; range.count > codes->count && i < range.count; i++)
        if (code_of_term(codes, range.at[i]) == codes->count)
            to->report(to->state, range.at[i], posting_and_count(terms_posting(&index->terms, range.at[i]), rows));
}

/* Counts the whole index: the postings have these counts. */
static void count_all(struct index *index, enum term_field field, const struct facet_counter *to)
{
    struct term_range range = terms_of(index, field);

    for (uint32_t i = 0; i < range.count; i++)
        to->report(to->state, range.at[i], terms_posting(&index->terms, range.at[i])->count);
}

static void count_placed(struct index *index, const struct facet_codes *codes, const struct facet_rows *rows,
                         const struct facet_counter *to)
{
    uint32_t *places = alloc_zeroed((codes->is_several ? FACET_CODES_BITS : codes->count) + 1, sizeof(*places));

    (codes->is_several ? count_bits : count_codes)(codes, rows->each, rows->count, places);
    for (uint32_t i = 0; i < codes->count; i++) {
        uint32_t counted = places[i + 1];
        if (rows->are_others)
            counted = terms_posting(&index->terms, codes->terms[i])->count - counted;
        if (counted)
            to->report(to->state, codes->terms[i], counted);
    }
    free(places);
}

enum err facet_count_terms(struct index *index, enum term_field field, const struct facet_rows *rows,
                           const struct facet_counter *to)
{
    struct facet_codes *codes = &index->codes.each[field];
    enum err e = ERR_OK;

    if (rows->are_others && rows->count == 0) {
        count_all(index, field, to);
        return ERR_OK;
    }
    renew_stale(index);
    if (!codes->is_made)
        e = make_codes(index, field, codes);
    if (e != ERR_OK)
        return e;
    count_placed(index, codes, rows, to);
    count_others(index, field, codes, rows->set, to);
    return ERR_OK;
}
