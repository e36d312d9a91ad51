/* lexer.h: splits a query into tokens. Any thread. */
#ifndef LOOPHOLE_SEARCH_LEXER_H
#define LOOPHOLE_SEARCH_LEXER_H

#include "common/text.h"

enum token_kind {
    TOKEN_END,
    TOKEN_OPEN,    /* ( */
    TOKEN_CLOSE,   /* ) */
    TOKEN_OR,      /* or, | */
    TOKEN_NOT,     /* a - before a clause */
    TOKEN_WORD,    /* in `value`; `is_quoted` for a "phrase" */
    TOKEN_FIELD,   /* name:value or name:"value" */
    TOKEN_UNCLOSED /* a quote without an end */
};

struct query_token {
    enum token_kind kind;
    uint32_t at; /* its first byte in the query */
    struct text name;
    struct text value;
    uint32_t value_at; /* of its first byte */
    bool is_quoted;
};

struct query_lexer {
    struct text query;
    uint32_t at;
};

/* The next token, whose texts point into the query; TOKEN_END at the end, repeatedly. */
struct query_token lexer_next(struct query_lexer *lexer);

#endif
