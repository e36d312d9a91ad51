#include "services/search/query/lexer.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char peek_char(const struct query_lexer *lexer, uint32_t ahead)
{
    return lexer->at + ahead < lexer->query.len ? lexer->query.at[lexer->at + ahead] : 0;
}

/* Typographic quotation marks, as word processors and web pages have them: the length of one that is here; 0: none. */
static uint32_t curly_length(const struct query_lexer *lexer)
{
    static const char *const MARKS[] = { "“", "”", "„", "‟", "«", "»", "＂" };
    const struct text rest = { lexer->query.len - lexer->at, lexer->query.at + lexer->at };

    for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++)
        if (text_starts(rest, text_of(MARKS[i])))
            return (uint32_t)strlen(MARKS[i]);
    return 0;
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

/* Reads a text in typographic quotation marks; false, and nothing is read: none begins here, or it does not end. Such
 * a mark alone is part of a word: 12” */
static bool take_curly(struct query_lexer *lexer, struct query_token *token)
{
    const uint32_t begin = lexer->at, size = curly_length(lexer);
    uint32_t end = 0;

    for (lexer->at += size; size > 0 && lexer->at < lexer->query.len; lexer->at++)
        if ((end = curly_length(lexer)) > 0 || (end = peek_char(lexer, 0) == '"') > 0)
            break;
    if (size == 0 || lexer->at >= lexer->query.len) {
        lexer->at = begin;
        return false;
    }
    token->is_quoted = true;
    token->value_at = begin + size;
    token->value = text_since(lexer, token->value_at);
    lexer->at += end;
    return true;
}

static void take_value(struct query_lexer *lexer, struct query_token *token)
{
    if (peek_char(lexer, 0) == '"') {
        lexer->at++;
        take_quoted(lexer, token);
        return;
    }
    if (take_curly(lexer, token))
        return;
    token->value_at = lexer->at;
    while (!ends_word(lexer))
        lexer->at++;
    token->value = text_since(lexer, token->value_at);
}

static bool is_or(struct text word)
{
    return text_is(word, "|") || text_equal_caseless(word, TEXT("or"));
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
    } else if (!take_curly(lexer, &token)) {
        lex_word(lexer, &token);
    }
    return token;
}
