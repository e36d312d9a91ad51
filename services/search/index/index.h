/* index.h: all media items as rows, for searching: terms with their postings, columns of numbers, embeddings. A
 * row belongs to one item as long as the item is there; then another takes it. Errors of writing are `full`
 * alone; after one the index is to be cleared. One thread. */
#ifndef LOOPHOLE_SEARCH_INDEX_H
#define LOOPHOLE_SEARCH_INDEX_H

#include "common/hash.h"
#include "services/search/index/entry.h"
#include "services/search/index/facet_codes.h"
#include "services/search/near/near.h"
#include "services/search/sets/ids.h"

enum { INDEX_NUMBERS = 96, INDEX_NUMBER_NAME = 64, INDEX_VECTOR = ENTRY_VECTOR, INDEX_AHEAD = 16 };

/* What is not in a column. A free row has a zero id. */
struct index_row {
    uint32_t text; /* in texts: the name, then the notes, folded */
    uint16_t name_len;
    uint16_t notes_len;
    uint32_t terms; /* in lists: its term numbers, rising */
    uint16_t term_count;
    uint16_t term_room;
};

/* One attribute's numbers: float, or double when wide; NaN where an item has none. */
struct numbers {
    char name[INDEX_NUMBER_NAME];
    bool is_wide;
    struct column column;
};

struct index {
    struct id catalogue;   /* which the rows are of; zero: none yet */
    uint64_t revision;     /* of the catalogue, up to which every change is in */
    struct hash line;      /* of that revision: catalogue_line */
    uint64_t writes;       /* rises with every change */
    struct ids ids;        /* by row */
    struct column rows;    /* struct index_row */
    struct column lists;   /* uint32_t: term numbers */
    struct column texts;   /* bytes */
    struct column vectors; /* float[INDEX_VECTOR] by row; meaningful where TERM_HAS "vector" */
    struct terms terms;
    struct near near;             /* which rows' embeddings are near to others */
    struct all_facet_codes codes; /* which value of a field each row has; as much as was asked for */
    uint32_t number_count;
    struct numbers numbers[INDEX_NUMBERS];
    size_t lists_unused, texts_unused; /* elements that no row uses */
};

enum err index_open(struct index *index);
void index_close(struct index *index);
enum err index_clear(struct index *index); /* no rows, no catalogue */

/* After the columns were mapped. Errors: full; internal (rows that point out of a column, or name no term). */
enum err index_adopt(struct index *index);

/* A column for that attribute, when there is none yet and room for it. Errors: full. */
enum err index_add_numbers(struct index *index, struct text name, bool is_wide);

enum err index_put(struct index *index, const struct entry *entry); /* its row is made, or changed */
void index_remove(struct index *index, struct id id);               /* nothing when it is not there */
enum err index_compact(struct index *index);                        /* when much is unused */

uint32_t index_rows(const struct index *index); /* rows are below this; some are free */
uint32_t index_live(const struct index *index);
bool index_find(const struct index *index, struct id id, uint32_t *row);
struct id index_id(const struct index *index, uint32_t row);
struct text index_name(const struct index *index, uint32_t row); /* folded; until the next put */
struct text index_notes(const struct index *index, uint32_t row);
const float *index_vector(const struct index *index, uint32_t row);

/* The terms of a row, rising; until the next put. */
struct index_list {
    const uint32_t *at;
    uint32_t count;
};
struct index_list index_terms_of(const struct index *index, uint32_t row);

/* Rows of a result are far apart in memory: the row to fetch for while the i-th is looked at. */
static inline uint32_t index_ahead(const uint32_t *each, uint32_t i, uint32_t count)
{
    return each[i + INDEX_AHEAD < count ? i + INDEX_AHEAD : i];
}

/* The column of that attribute, NULL when no item ever had it; a row's number, NaN for none. */
const struct numbers *index_numbers(const struct index *index, struct text name);
static inline double index_number(const struct numbers *numbers, uint32_t row)
{
    return numbers->is_wide ? ((const double *)(const void *)numbers->column.at)[row]
                            : (double)((const float *)(const void *)numbers->column.at)[row];
}
static inline void index_fetch_number(const struct numbers *numbers, uint32_t row)
{
    size_t width = numbers->is_wide ? sizeof(double) : sizeof(float);

    __builtin_prefetch((const uint8_t *)numbers->column.at + row * width);
}

enum err index_adopt_near(struct index *index); /* after postings were read; as index_adopt */

/* The rows of one term; of all terms that begin so; those of them that are in `among`, unless it is NULL. Owned by the
 * caller; NULL: memory is out. */
struct bitmap *index_term(struct index *index, struct text key, const struct bitmap *among);
struct bitmap *index_starting(struct index *index, struct text start, const struct bitmap *among);
struct bitmap *index_live_of(struct index *index, const struct bitmap *among); /* that are no free ones */
struct bitmap *index_all(struct index *index);
struct bitmap *index_with_vector(struct index *index); /* hidden ones or not */

#endif
