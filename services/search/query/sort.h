/* sort.h: the order of a result, and one page of it. Items without a value come last, in either direction; the
 * id decides between equals. One thread. */
#ifndef LOOPHOLE_SEARCH_SORT_H
#define LOOPHOLE_SEARCH_SORT_H

#include "services/search/query/score.h"

enum { SORT_TEXT = 120 }; /* bytes of a text that count */

enum sort_kind { SORT_SCORE, SORT_NUMBER, SORT_NAME, SORT_VALUE, SORT_ID };

struct sort_order {
    enum sort_kind kind;
    bool is_descending;
    const struct numbers *numbers; /* of SORT_NUMBER; NULL: no item has one */
    enum term_field field;         /* of SORT_VALUE */
    const struct scores *scores;   /* of SORT_SCORE; NULL: 0 for all */
};

/* The place of an item in the order. */
struct position {
    bool has_value;
    double number;
    uint32_t text_len;
    const char *text; /* into the index, or a cursor */
    struct id id;
};

/* `sort` is "" (by score), or a name, with - before it for descending: name, duration_s, bpm, pack, added, …
 * Errors: bad_request. */
enum err sort_read(const struct index *index, struct text sort, struct sort_order *order, struct fault *fault);

/* Only the id decides, and ids rise with rows: the order is that of the rows. */
bool sort_is_of_rows(const struct sort_order *order, const struct index *index);

struct position sort_position(const struct sort_order *order, const struct index *index, uint32_t row);

/* The first `limit` of `rows`, which rise and are those of the scores, that come after `after` (NULL: from the start),
 * in order. Returns their number; `more`: whether others follow. `page` has room for limit + 1. */
uint32_t sort_page(const struct sort_order *order, const struct index *index, const uint32_t *rows, uint32_t count,
                   const struct position *after, uint32_t limit, uint32_t *page, bool *more);

#endif
