/* sort.h: sorts a result and selects one page. Items without a value come last in either direction; the id decides
 * between equal values. One thread. */
#ifndef LOOPHOLE_SEARCH_SORT_H
#define LOOPHOLE_SEARCH_SORT_H

#include "services/search/query/score.h"

enum { SORT_TEXT = 120 }; /* significant bytes of a text */

enum sort_kind { SORT_SCORE, SORT_NUMBER, SORT_NAME, SORT_VALUE, SORT_ID };

struct sort_order {
    enum sort_kind kind;
    bool is_descending;
    const struct numbers *numbers; /* for SORT_NUMBER; NULL: no item has one */
    enum term_field field;         /* for SORT_VALUE */
    const struct scores *scores;   /* for SORT_SCORE; NULL: all 0 */
};

/* The position of an item in the order. */
struct position {
    bool has_value;
    double number;
    uint32_t text_len;
    const char *text; /* points into the index or a cursor */
    struct id id;
};

/* Reads `sort`: "" (score) or a name, with - in front for descending: name, duration_s, bpm, pack, added, … Errors:
 * bad_request. */
enum err sort_read(const struct index *index, struct text sort, struct sort_order *order, struct fault *fault);

/* True if only ids decide and ids rise with rows: the order is then that of the rows. */
bool sort_is_of_rows(const struct sort_order *order, const struct index *index);

/* The position of a row; its text points into the index. */
struct position sort_position(const struct sort_order *order, const struct index *index, uint32_t row);

/* Below 0 if `a` comes before `b`; 0 only for the same item. */
int sort_compare(const struct sort_order *order, const struct position *a, const struct position *b);

/* Selects the first `limit` of `rows` after `after` (NULL: from the start), in order. `rows` rise and are those of the
 * scores. Returns their number; `more`: others follow. `page` has room for limit + 1. */
uint32_t sort_page(const struct sort_order *order, const struct index *index, const uint32_t *rows, uint32_t count,
                   const struct position *after, uint32_t limit, uint32_t *page, bool *more);

#endif
