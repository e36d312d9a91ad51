/* filter.h: the fields of the query language: a table. Any thread. */
#ifndef LOOPHOLE_SEARCH_FILTER_H
#define LOOPHOLE_SEARCH_FILTER_H

#include "services/search/index/terms.h"

enum filter_kind {
    FILTER_WORDS,    /* each word of the value begins a word of the field's own terms: name:kick */
    FILTER_CONTAINS, /* each word of the value begins a word of the item's: genre:hou finds "Deep House" */
    FILTER_EXACT,    /* the whole value, or with a * at its end its beginning: tag:warm, tag:wa* */
    FILTER_NUMBER,   /* a number or a range of a column: bpm:120-130 */
    FILTER_KEY,      /* a musical key, ~ before it for those that go with it */
    FILTER_IS,       /* one of a list of states */
    FILTER_LIKE,     /* an item's id */
    FILTER_LATER     /* belongs to projects, which this engine does not have yet */
};

enum filter_unit { UNIT_NONE, UNIT_BYTES, UNIT_SECONDS, UNIT_HERTZ, UNIT_AGE };

struct filter {
    const char *name;
    const char *aliases; /* separated by spaces */
    enum filter_kind kind;
    enum term_field term; /* of words and values; 0 for numbers */
    const char *column;   /* of numbers: what the index calls it */
    enum filter_unit unit;
    const char *doc;
};

extern const struct filter filter_table[];
extern const uint32_t filter_count;
extern const struct filter filter_attribute; /* any number that analysis states: centroid_hz:>1000 */

const struct filter *filter_named(struct text name); /* any case; NULL: none */
const char *filter_nearest(struct text name);

/* The words of `is:`, NULL at the end; and the one that `word` or another spelling of it means, or NULL. */
extern const char *const filter_states[];
const char *filter_state(struct text word);

#endif
