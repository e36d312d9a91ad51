#include "services/search/index/marks.h"

#include <string.h>

#include "services/search/containers/bitmap.h"
#include "services/search/index/index_keep.h"

/* Adds the rows that `row` names. */
static void add_named(struct index *index, uint32_t row, struct bitmap *to)
{
    struct index_list terms = index_terms_of(index, row);

    for (uint32_t i = 0; i < terms.count; i++) {
        struct text key = terms_key(&index->terms, terms.at[i]);
        struct id other;
        uint32_t there;
        if (key.len != 1 + sizeof(other.b) || key.at[0] != TERM_HAS)
            continue;
        memcpy(other.b, key.at + 1, sizeof(other.b));
        if (index_find(index, other, &there))
            bitmap_add(to, there);
    }
}

struct bitmap *marks_of(struct index *index, struct id id)
{
    char key[TERM_LONGEST];
    struct text term = terms_start(key, TERM_HAS, (struct text){ sizeof(id.b), (const char *)id.b });
    struct bitmap *rows = index_term(index, term, NULL);
    uint32_t row;

    if (index_find(index, id, &row))
        add_named(index, row, rows);
    return rows;
}
