/* source.h: whether a sound has the source of others: the pack, and how its files were written (container, sample rate,
 * channels, bits of a sample, and the four hashes of their form). One thread. */
#ifndef LOOPHOLE_SEARCH_KIT_SOURCE_H
#define LOOPHOLE_SEARCH_KIT_SOURCE_H

#include "services/search/index/index.h"

enum { SOURCE_VALUES = 2, SOURCE_NUMBERS = 7 };

struct kit_source {
    const struct numbers *numbers[SOURCE_NUMBERS];
    struct bitmap *values[SOURCE_VALUES]; /* all rows of the packs, and of the containers; NULL: none has one */
    uint32_t *rows;                       /* of the source */
    uint32_t count;
};

/* That of the rows; the caller frees it. Without rows, nothing differs. */
void kit_source_open(struct kit_source *source, struct index *index, const struct bitmap *rows);
void kit_source_free(struct kit_source *source);

/* In how many of these signs, of which the pack counts twice, the row differs from all rows of the source. */
int kit_source_differs(const struct kit_source *source, uint32_t row);

#endif
