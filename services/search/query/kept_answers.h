/* kept_answers.h: the first rows, the totals and the facets of large results, kept until the index changes. A query
 * whose answer was made before, or in idle time, then reads no row. One thread. */
#ifndef LOOPHOLE_SEARCH_KEPT_ANSWERS_H
#define LOOPHOLE_SEARCH_KEPT_ANSWERS_H

#include "services/search/query/facets.h"
#include "services/search/query/match.h"
#include "services/search/query/seconds.h"
#include "services/search/query/sort.h"

enum {
    KEPT_ANSWERS = 192,
    KEPT_FROM = 2000, /* rows; a smaller result is made each time */
    KEPT_PAGE = 120,  /* first rows in order */
    KEPT_FIELDS = 8   /* facets */
};

struct kept_counts {
    enum term_field field;
    uint32_t most; /* requested values; fewer counts are all there are */
    uint32_t count;
    struct facet_of_term *at; /* `value` is NULL: terms_value */
};

struct kept_answer {
    bool is_made, is_usual; /* usual: made in idle time; it is replaced after all others */
    struct hash of;         /* of the query's tree and the order's name */
    uint64_t writes, used;  /* of the index at the time; the last use */
    uint32_t total;
    double seconds;
    bool differs;   /* the rows have scores */
    uint32_t count; /* of `rows` */
    uint32_t rows[KEPT_PAGE];
    float scores[KEPT_PAGE]; /* of `rows` */
    uint32_t field_count;
    struct kept_counts fields[KEPT_FIELDS];
};

/* All zero: empty. `last` has the answer of the last call if that is not kept. */
struct kept_answers {
    struct kept_answer each[KEPT_ANSWERS], last;
    uint64_t uses;
};
void kept_answers_free(struct kept_answers *kept);

/* A whole query: without cursor, offset or cut. `fields` are those of its facets. */
struct kept_ask {
    struct match match;
    struct all_seconds *seconds;
    const struct node *root;
    struct text sort;
    const enum term_field *fields;
    uint32_t field_count, most; /* most: values of each field */
    bool is_usual;
    uint32_t limit; /* first rows, at most KEPT_PAGE */
};

/* True if the answer depends only on the query and the index. Ages, states of volumes and uses change without it. */
bool kept_answers_may(const struct node *root);

/* Returns the answer, kept or made now. It is valid until the next call or change of the index. NULL: limits_leave
 * refuses. */
const struct kept_answer *kept_answers_find(struct kept_answers *kept, const struct kept_ask *ask);

/* The counts of a field that was asked for. */
const struct kept_counts *kept_counts_of(const struct kept_answer *answer, enum term_field field);

/* The scores of the first `count` rows, which the caller frees together with them: one block. */
struct scores *kept_scores(const struct kept_answer *answer, uint32_t count);

#endif
