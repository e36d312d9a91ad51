#include "services/search/kit/source.h"

#include <stdlib.h>

#include "services/search/index/index_keep.h"

static const char fields[SOURCE_VALUES] = { TERM_PACK, TERM_CONTAINER };
static const int weights[SOURCE_VALUES] = { 2, 1 };
static const char *const names[SOURCE_NUMBERS] = { "sample_rate", "channels",    "bit_depth", "form_parts",
                                                   "form_head",   "form_writer", "form_sizes" };

static void take_sources(struct kit_source *source, struct index *index, uint32_t row)
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

void kit_source_open(struct kit_source *source, struct index *index, const struct bitmap *rows)
{
    *source = (struct kit_source){ 0 };
    if (!rows)
        return;
    for (int i = 0; i < SOURCE_NUMBERS; i++)
        source->numbers[i] = index_numbers(index, text_of(names[i]));
    source->rows = bitmap_array(rows, &source->count);
    for (uint32_t i = 0; i < source->count; i++)
        take_sources(source, index, source->rows[i]);
}

void kit_source_free(struct kit_source *source)
{
    free(source->rows);
    for (int i = 0; i < SOURCE_VALUES; i++)
        bitmap_free(source->values[i]);
}

/* A number that is unknown is like none. */
static bool has_number(const struct kit_source *source, const struct numbers *numbers, uint32_t row)
{
    const double number = index_number(numbers, row);

    for (uint32_t i = 0; i < source->count; i++)
        if (index_number(numbers, source->rows[i]) == number)
            return true;
    return false;
}

int kit_source_differs(const struct kit_source *source, uint32_t row)
{
    int count = 0;

    for (int i = 0; i < SOURCE_VALUES; i++)
        count += source->values[i] && !bitmap_has(source->values[i], row) ? weights[i] : 0;
    for (int i = 0; source->count && i < SOURCE_NUMBERS; i++)
        count += source->numbers[i] && !has_number(source, source->numbers[i], row);
    return count;
}
