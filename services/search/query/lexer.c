#include "services/search/query/lexer.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char peek_char(const struct query_lexer *lexer, uint32_t ahead)
{
    return lexer->at + ahead < lexer->query.len ? lexer->query.at[lexer->at + ahead] : 0;
}

static bool ends_word(const struct query_lexer *lexer)
{
    char c = peek_char(lexer, 0);

    return lexer->at >= lexer->query.len || is_blank(c) || c == '(' || c == ')' || c == '"';
}

static struct text text_since(const struct query_lexer *lexer, uint32_t start)
{
    return (struct text){ lexer->at - start, lexer->query.at + start };
}

/* Reads a quoted text, after its opening quote. */
static void take_quoted(struct query_lexer *lexer, struct query_token *token)
{
    token->is_quoted = true;
    token->value_at = lexer->at;
    while (lexer->at < lexer->query.len && peek_char(lexer, 0) != '"')
        lexer->at++;
    token->value = text_since(lexer, token->value_at);
    if (lexer->at < lexer->query.len)
        lexer->at++;
    else
        token->kind = TOKEN_UNCLOSED;
}

static void take_value(struct query_lexer *lexer, struct query_token *token)
{
    if (peek_char(lexer, 0) == '"') {
        lexer->at++;
        take_quoted(lexer, token);
        return;
    }
    token->value_at = lexer->at;
    while (!ends_word(lexer))
        lexer->at++;
    token->value = text_since(lexer, token->value_at);
}

static bool is_or(struct text word)
{
    return text_is(word, "|") || (word.len == 2 && strncasecmp(word.at, "or", 2) == 0);
}

static void lex_word(struct query_lexer *lexer, struct query_token *token)
{
    while (!ends_word(lexer) && peek_char(lexer, 0) != ':')
        lexer->at++;
    token->value = text_since(lexer, token->at);
    if (peek_char(lexer, 0) == ':' && !ends_word(lexer)) {
        token->kind = TOKEN_FIELD;
        token->name = token->value;
        lexer->at++;
        take_value(lexer, token);
    } else if (is_or(token->value)) {
        token->kind = TOKEN_OR;
    }
}

static enum token_kind read_sign(const struct query_lexer *lexer)
{
    switch (peek_char(lexer, 0)) {
    case '(':
        return TOKEN_OPEN;
    case ')':
        return TOKEN_CLOSE;
    case '-':
        return TOKEN_NOT;
    default:
        return TOKEN_WORD;
    }
}

struct query_token lexer_next(struct query_lexer *lexer)
{
    struct query_token token = { 0 };

    while (lexer->at < lexer->query.len && is_blank(peek_char(lexer, 0)))
        lexer->at++;
    token.at = token.value_at = lexer->at;
    if (lexer->at >= lexer->query.len)
        return token;
    token.kind = read_sign(lexer);
    if (token.kind != TOKEN_WORD) {
        lexer->at++;
    } else if (peek_char(lexer, 0) == '"') {
        lexer->at++;
        take_quoted(lexer, &token);
    } else {
        lex_word(lexer, &token);
    }
    return token;
}
