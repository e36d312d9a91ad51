/* index.h: all media items as rows for the search: terms with postings, columns of numbers, embeddings. A row belongs
 * to one item as long as that exists, and then to another one. Writing fails only with `full`; clear the index then.
 * One thread. */
#ifndef LOOPHOLE_SEARCH_INDEX_H
#define LOOPHOLE_SEARCH_INDEX_H

#include "common/hash.h"
#include "services/search/containers/ids.h"
#include "services/search/index/entry.h"
#include "services/search/index/facet_codes.h"
#include "services/search/near/near.h"

enum { INDEX_NUMBERS = 96, INDEX_NUMBER_NAME = 64, INDEX_VECTOR = ENTRY_VECTOR, INDEX_AHEAD = 16, INDEX_LENGTH = 255 };

/* The data of a row outside the columns. A free row has a zero id. */
struct index_row {
    uint32_t text; /* offset in texts: the name, then the notes, folded */
    uint16_t name_len;
    uint16_t notes_len;
    uint32_t terms; /* offset in lists: its term numbers, rising */
    uint16_t term_count;
    uint16_t term_room;
};

/* The numbers of one attribute: float, or double if wide; NaN: none. */
struct numbers {
    char name[INDEX_NUMBER_NAME];
    bool is_wide;
    struct column column;
};

struct index {
    struct id catalogue;     /* of the rows; zero: none yet */
    uint64_t revision;       /* of the catalogue; all changes up to it are included */
    struct hash change_hash; /* of that row of the change log */
    uint64_t writes;         /* rises with every change */
    uint64_t clears;         /* rises when the rows are made again: an item may have another row */
    struct ids ids;          /* by row */
    struct column rows;      /* struct index_row */
    struct column lists;     /* uint32_t: term numbers */
    struct column texts;     /* bytes */
    struct column lengths;   /* uint8_t by row: bytes of the name, at most INDEX_LENGTH; not in the file */
    struct column vectors;   /* float[INDEX_VECTOR] by row; valid where TERM_HAS "vector" */
    struct column used;      /* struct entry_used by row */
    struct terms terms;
    struct near near;             /* clusters of the embeddings */
    struct all_facet_codes codes; /* values of fields by row, as far as requested */
    uint32_t number_count;
    struct numbers numbers[INDEX_NUMBERS];
    size_t lists_unused, texts_unused; /* elements that no row uses */
    struct bitmap *touched; /* rows changed since touched_from, for a search that extends an earlier result */
    uint64_t touched_from;  /* revision; 0: all rows are touched */
};

/* Opens an empty index. Errors: full. */
enum err index_open(struct index *index);
void index_close(struct index *index);
enum err index_clear(struct index *index); /* leaves no rows and no catalogue */

/* Adds a column for the attribute, unless it exists or there is no room. Errors: full. */
enum err index_add_numbers(struct index *index, struct text name, bool is_wide);

enum err index_put(struct index *index, const struct entry *entry); /* adds or changes its row */
void index_remove(struct index *index, struct id id);               /* no effect if it is absent */

/* Returns the touched rows, which the caller frees, and begins to note those after this revision. */
struct bitmap *index_take_touched(struct index *index);

uint32_t index_rows(const struct index *index); /* all rows are below this; some are free */
uint32_t index_live(const struct index *index); /* number of rows with an item */
bool index_find(const struct index *index, struct id id, uint32_t *row);
struct id index_id(const struct index *index, uint32_t row);           /* zero for a free row */
struct text index_name(const struct index *index, uint32_t row);       /* folded; valid until the next put */
void index_note_length(struct index *index, uint32_t row);             /* after its name has changed */
uint32_t index_name_len(const struct index *index, uint32_t row);      /* in bytes */
struct text index_notes(const struct index *index, uint32_t row);      /* folded; valid until the next put */
const float *index_vector(const struct index *index, uint32_t row);    /* INDEX_VECTOR numbers, if embedded */
struct entry_used index_used(const struct index *index, uint32_t row); /* the counts of its uses */

/* The terms of a row, rising; valid until the next put. */
struct index_list {
    const uint32_t *at;
    uint32_t count;
};
struct index_list index_terms_of(const struct index *index, uint32_t row);

/* Returns the row to fetch ahead while the i-th row of a result is read, because these rows are far apart in memory. */
static inline uint32_t index_ahead(const uint32_t *each, uint32_t i, uint32_t count)
{
    return each[i + INDEX_AHEAD < count ? i + INDEX_AHEAD : i];
}

/* The column of the attribute; NULL: no item has had it. Below: a row's number, NaN: none. */
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

#endif
