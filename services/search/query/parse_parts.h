/* parse_parts.h: what the parser is made of: nodes, and values that name a place. One thread. */
#ifndef LOOPHOLE_SEARCH_PARSE_PARTS_H
#define LOOPHOLE_SEARCH_PARSE_PARTS_H

#include "services/search/query/caret.h"
#include "services/search/query/lexer.h"
#include "services/search/query/parse.h"

struct parser {
    const struct parse *parse;
    struct query_lexer lexer;
    struct query_token token; /* the current one */
    struct arena *arena;
    struct fault *fault;
    int depth;
};

#define WRONG(p, where, advice, ...) caret_fault((p)->fault, (p)->lexer.query, where, advice, __VA_ARGS__)

/* Makes an empty node in the arena. Errors: full. */
enum err parse_make_node(struct parser *p, enum node_kind kind, struct node **to);

/* ---- values that name a place; they read the current token ---- */
enum err parse_place_name(struct parser *p, struct node **to);  /* of library: and volume: */
enum err parse_place_under(struct parser *p, struct node **to); /* an absolute path */

/* If the token's value is an absolute path, wraps the node of its words: they count if nothing has this path. */
enum err parse_place_pasted(struct parser *p, const struct filter *filter, struct node **to);

#endif
