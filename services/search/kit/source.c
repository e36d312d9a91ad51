#include "services/search/kit/source.h"

#include <math.h>
#include <stdlib.h>

#include "services/search/index/index_keep.h"

static const double rarity = 0.35; /* exponent of the share of the items that have the sign */
static const char fields[SOURCE_VALUES] = { TERM_PACK, TERM_CONTAINER };
static const char *const names[SOURCE_NUMBERS] = { "sample_rate", "channels",    "bit_depth", "form_parts",
                                                   "form_head",   "form_writer", "form_sizes" };

static double factor_of(const struct index *index, uint64_t count)
{
    const uint32_t all = index_live(index);

    return count && count < all ? pow((double)all / (double)count, rarity) : 1;
}

static void take_values(struct kit_source *source, struct index *index, uint32_t row)
{
    const struct index_list terms = index_terms_of(index, row);

    for (uint32_t i = 0; i < terms.count; i++) {
        const struct text key = terms_key(&index->terms, terms.at[i]);
        for (int n = 0; n < SOURCE_VALUES; n++) {
            if (key.at[0] != fields[n])
                continue;
            source->values[n] = source->values[n] ? source->values[n] : bitmap_new();
            struct bitmap *same = index_term(index, key, NULL);
            bitmap_or(source->values[n], same);
            bitmap_free(same);
        }
    }
}

/* A number that is unknown is like none. */
static bool has_number(const struct source_number *number, uint32_t row)
{
    const double value = index_number(number->of, row);

    for (uint32_t i = 0; i < number->count; i++)
        if (number->each[i] == value)
            return true;
    return false;
}

static void add_number_once(struct source_number *number, uint32_t row)
{
    if (!has_number(number, row))
        number->each[number->count++] = index_number(number->of, row);
}

static uint64_t count_number(const struct source_number *number, uint32_t rows)
{
    uint64_t count = 0;

    for (uint32_t row = 0; row < rows; row++)
        count += has_number(number, row);
    return count;
}

void kit_source_open(struct kit_source *source, struct index *index, const struct bitmap *rows)
{
    uint32_t count = 0;
    uint32_t *each = rows ? bitmap_array(rows, &count) : NULL;

    *source = (struct kit_source){ 0 };
    count = count < SOURCE_ROWS ? count : SOURCE_ROWS;
    for (uint32_t i = 0; i < count; i++)
        take_values(source, index, each[i]);
    for (int n = 0; n < SOURCE_VALUES; n++)
        source->value_factors[n] = source->values[n] ? factor_of(index, bitmap_count(source->values[n])) : 1;
    for (int n = 0; n < SOURCE_NUMBERS; n++) {
        struct source_number *number = &source->numbers[n];
        *number = (struct source_number){ .of = index_numbers(index, text_of(names[n])), .factor = 1 };
        for (uint32_t i = 0; number->of && i < count; i++)
            add_number_once(number, each[i]);
        if (number->count)
            number->factor = factor_of(index, count_number(number, index_rows(index)));
    }
    free(each);
}

void kit_source_free(struct kit_source *source)
{
    for (int n = 0; n < SOURCE_VALUES; n++)
        bitmap_free(source->values[n]);
}

double kit_source_factor(const struct kit_source *source, uint32_t row)
{
    double factor = 1;

    for (int n = 0; n < SOURCE_VALUES; n++)
        if (source->values[n] && !bitmap_has(source->values[n], row))
            factor *= source->value_factors[n];
    for (int n = 0; n < SOURCE_NUMBERS; n++)
        if (source->numbers[n].count && !has_number(&source->numbers[n], row))
            factor *= source->numbers[n].factor;
    return factor;
}
