/* index_keep.h: replaces parts of the index, and reads its terms and columns. */
#ifndef LOOPHOLE_SEARCH_INDEX_KEEP_H
#define LOOPHOLE_SEARCH_INDEX_KEEP_H

#include "services/search/index/index.h"

/* Checks the mapped columns. Errors: full; internal (a row points outside a column, or names an unknown term). */
enum err index_adopt(struct index *index);

enum err index_compact(struct index *index); /* if much is unused */

/* Return the rows of one term, or of all terms with this start; only rows in `among`, unless that is NULL. The caller
 * frees the result. */
struct bitmap *index_term(struct index *index, struct text key, const struct bitmap *among);
struct bitmap *index_starting(struct index *index, struct text start, const struct bitmap *among);
struct bitmap *index_valued(struct index *index, enum term_field field, struct text folded,
                            const struct bitmap *among); /* of one value of a field, in whatever form it is shown */
struct bitmap *index_live_of(struct index *index, const struct bitmap *among); /* without free rows */
struct bitmap *index_all(struct index *index);
struct bitmap *index_with_vector(struct index *index); /* hidden items included */

enum err index_adopt_near(struct index *index); /* after the postings are read; otherwise like index_adopt */

#endif
