/* source.h: whether a sound has the source of others: the pack, and how its files were written (container, sample rate,
 * channels, bits of a sample, and the four hashes of their form). A sign that few items of the library share says more
 * than one that most of them have. One thread. */
#ifndef LOOPHOLE_SEARCH_KIT_SOURCE_H
#define LOOPHOLE_SEARCH_KIT_SOURCE_H

#include "services/search/index/index.h"

enum { SOURCE_VALUES = 2, SOURCE_NUMBERS = 7, SOURCE_ROWS = 64 };

struct kit_source {
    struct bitmap *values[SOURCE_VALUES]; /* all rows of the packs, and of the containers; NULL: none has one */
    double value_factors[SOURCE_VALUES];
    struct source_number {
        const struct numbers *of; /* NULL: no item has one */
        double each[SOURCE_ROWS]; /* what the rows of the source have: different ones */
        uint32_t count;
        double factor;
    } numbers[SOURCE_NUMBERS];
};

/* That of the rows, of which it takes the first SOURCE_ROWS; the caller frees it. Rows NULL: nothing differs. */
void kit_source_open(struct kit_source *source, struct index *index, const struct bitmap *rows);
void kit_source_free(struct kit_source *source);

/* How many times as far away the row counts for its source: the product of a factor for each sign in which it differs
 * from all rows of the source. The rarer the sign is in the library, the greater its factor. */
double kit_source_factor(const struct kit_source *source, uint32_t row);

#endif
