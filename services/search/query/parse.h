/* parse.h: parses a query to a tree (docs/query.md). Any thread.
 *   query  = or          or = and { "or" and }       and = not { not }
 *   not    = [ "-" ] one   one = "(" or ")" | word | "phrase" | field ":" value
 * bpm:~120 is an "or" of three ranges: the tempo, its half and its double, each ± 4 %. */
#ifndef LOOPHOLE_SEARCH_PARSE_H
#define LOOPHOLE_SEARCH_PARSE_H

#include "common/arena.h"
#include "common/id.h"
#include "services/search/query/range.h"

enum { PARSE_DEEPEST = 32 }; /* nested parentheses and minus signs */

enum node_kind {
    NODE_ALL, /* all items: an empty query */
    NODE_AND, /* of its children, at least two */
    NODE_OR,
    NODE_NOT,      /* of its one child */
    NODE_WORD,     /* text: one word, folded, anywhere */
    NODE_PHRASE,   /* text: folded words in this order, within one text */
    NODE_WORDS,    /* text: folded; by filter */
    NODE_CONTAINS, /* text: folded; by filter */
    NODE_EXACT,    /* text: folded; the beginning only when is_start; by filter */
    NODE_NUMBER,   /* range of the column `text` */
    NODE_KEY,      /* keys: bit 1 << key */
    NODE_IS,       /* text: one of filter_states */
    NODE_LIKE,     /* id */
    NODE_USED,     /* in any context */
    NODE_AFTER,    /* id: often used after or beside it; by together.h */
    NODE_WITH,     /* id: stacked with it */
    NODE_FOR,      /* text: a role or a section */
    NODE_VIEW,     /* text: project (items it uses) or folders (of all projects); by search_view.c */
    NODE_PLACE,    /* text: folded words of the name of a library or a volume; by filter */
    NODE_UNDER     /* text: an absolute path, by search_place.c. A child: what the words mean if that path is unknown */
};

struct node {
    enum node_kind kind;
    struct node *first, *next; /* the first child; the next of the same parent */
    const struct filter *filter;
    struct text text;
    struct text source; /* its part of the query; empty for a part of a joined word */
    bool is_start;
    struct range range;
    uint32_t keys;
    struct id id;
    const struct companions *together; /* the answer of together.h; NULL: none yet */
    const uint32_t *rows;              /* of NODE_VIEW and NODE_UNDER; NULL: none yet */
    uint32_t row_count;
};

struct parse {
    usec_t now;                                              /* for ages */
    bool (*knows)(const void *state, struct text attribute); /* true for a column outside filter_table */
    const void *state;
};

/* Parses `query`. The tree lives in the arena; some parts are static. Errors: bad_request with a caret (caret.h),
 * full. */
enum err parse_query(const struct parse *parse, struct text query, struct arena *arena, struct node **root,
                     struct fault *fault);

#endif
