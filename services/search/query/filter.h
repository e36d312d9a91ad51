/* filter.h: the table of the query language's fields. Any thread. */
#ifndef LOOPHOLE_SEARCH_FILTER_H
#define LOOPHOLE_SEARCH_FILTER_H

#include "services/search/index/terms.h"

enum filter_kind {
    FILTER_WORDS,    /* each word of the value begins a word of this field: name:kick */
    FILTER_CONTAINS, /* each word of the value begins a word of the item's value: genre:hou finds "Deep House" */
    FILTER_EXACT,    /* the whole value, or its beginning with a * at the end: tag:warm, tag:wa* */
    FILTER_NUMBER,   /* a number or a range of a column: bpm:120-130 */
    FILTER_KEY,      /* a musical key; with ~ also compatible keys */
    FILTER_IS,       /* one of a list of states */
    FILTER_LIKE,     /* an item's id */
    FILTER_UNUSED,   /* not used in the context of this name */
    FILTER_AFTER,    /* an item's id: often used after it or beside it */
    FILTER_WITH,     /* an item's id: stacked with it */
    FILTER_FOR,      /* a role or a section */
    FILTER_VIEW,     /* project, global or combined */
    FILTER_PLACE,    /* words of the name of a library or a volume, or an absolute path */
    FILTER_UNDER     /* an absolute path of a folder or a file */
};

enum filter_unit { UNIT_NONE, UNIT_BYTES, UNIT_SECONDS, UNIT_HERTZ, UNIT_AGE };

struct filter {
    const char *name; /* as in common/naming/field_names.h, which has the aliases */
    enum filter_kind kind;
    enum term_field term; /* of words and values; 0 for numbers */
    const char *column;   /* of numbers: the column's name in the index */
    enum filter_unit unit;
    const char *doc;
};

extern const struct filter filter_table[];
extern const uint32_t filter_count;
extern const struct filter filter_attribute; /* any number from the analysis: centroid_hz:>1000 */

const struct filter *filter_named(struct text name);        /* or an alias; ignores case; NULL: unknown */
enum term_field filter_values(const struct filter *filter); /* of whole values: that of pack is TERM_PACK */
const char *filter_nearest(struct text name); /* the name that differs in the fewest letters; never NULL */

/* The words of `is:`, with NULL at the end. Below: the word that `word`, or another spelling, means; NULL: unknown. */
extern const char *const filter_states[];
const char *filter_state(struct text word);

extern const char *const filter_views[]; /* the words of `view:`, with NULL at the end */

#endif
