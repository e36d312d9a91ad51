#include "proto/schemac/lexer.h"

#include <ctype.h>
#include <string.h>

#include "proto/schemac/report.h"

static struct source_place place_at(const struct schema_lexer *lexer, const char *at)
{
    return (struct source_place){ lexer->path, lexer->line,
                                  1 + text_characters((struct text){ (uint32_t)(at - lexer->line_start),
                                                                     lexer->line_start }) };
}

static struct text text_between(const char *from, const char *to)
{
    return (struct text){ (uint32_t)(to - from), from };
}

static const char *find_line_end(const char *from, const char *end)
{
    const char *found = from < end ? memchr(from, '\n', (size_t)(end - from)) : NULL;

    return found ? found : end;
}

static enum err check_characters(struct schema_lexer *lexer)
{
    if (!text_is_utf8(text_between(lexer->line_start, lexer->line_end)))
        return report((struct source_place){ lexer->path, lexer->line, 1 },
                      "the line is not UTF-8; save the file as UTF-8");
    for (const char *c = lexer->line_start; c < lexer->line_end; c++) {
        if (*c == '\t')
            return report(place_at(lexer, c), "a tab; use spaces");
        if (*c == '\r')
            return report(place_at(lexer, c), "a carriage return; end lines with a line feed alone");
        if (iscntrl((unsigned char)*c))
            return report(place_at(lexer, c), "a control character (%#x); remove it", (unsigned)*c & 0xff);
    }
    return ERR_OK;
}

static bool go_to_next_line(struct schema_lexer *lexer)
{
    if (lexer->next >= lexer->end)
        return false;
    lexer->line_start = lexer->at = lexer->next;
    lexer->line_end = find_line_end(lexer->at, lexer->end);
    lexer->next = lexer->line_end + 1;
    lexer->line++;
    return true;
}

enum err lexer_start(struct schema_lexer *lexer, const char *path, struct text text)
{
    struct schema_lexer scan = { .path = path, .next = text.at, .end = text.at + text.len };
    enum err e = ERR_OK;

    *lexer = scan;
    while (e == ERR_OK && go_to_next_line(&scan))
        e = check_characters(&scan);
    return e;
}

bool lexer_next_line(struct schema_lexer *lexer)
{
    while (go_to_next_line(lexer))
        if (!lexer_at_end(lexer)) {
            lexer->at = lexer->line_start;
            return true;
        }
    return false;
}

bool lexer_is_indented(const struct schema_lexer *lexer)
{
    return *lexer->line_start == ' ';
}

static void skip_spaces(struct schema_lexer *lexer)
{
    while (lexer->at < lexer->line_end && *lexer->at == ' ')
        lexer->at++;
}

struct source_place lexer_place(struct schema_lexer *lexer)
{
    skip_spaces(lexer);
    return place_at(lexer, lexer->at);
}

struct source_place lexer_here(const struct schema_lexer *lexer)
{
    return place_at(lexer, lexer->at);
}

bool lexer_at_end(struct schema_lexer *lexer)
{
    skip_spaces(lexer);
    return lexer->at == lexer->line_end || *lexer->at == '#';
}

enum err lexer_expect_end(struct schema_lexer *lexer)
{
    if (lexer_at_end(lexer))
        return ERR_OK;
    return report(lexer_place(lexer), "the line should end here; remove the rest or write # before it");
}

struct text lexer_comment(struct schema_lexer *lexer)
{
    const char *from, *to = lexer->line_end;

    if (lexer_at_end(lexer) && lexer->at < lexer->line_end)
        lexer->at++;
    skip_spaces(lexer);
    from = lexer->at;
    while (to > from && to[-1] == ' ')
        to--;
    lexer->at = lexer->line_end;
    return text_between(from, to);
}

bool lexer_take_glued(struct schema_lexer *lexer, const char *sign)
{
    if (!text_starts(text_between(lexer->at, lexer->line_end), text_of(sign)))
        return false;
    lexer->at += strlen(sign);
    return true;
}

bool lexer_take(struct schema_lexer *lexer, const char *sign)
{
    skip_spaces(lexer);
    return lexer_take_glued(lexer, sign);
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

enum err lexer_name(struct schema_lexer *lexer, const char *what, struct text *name)
{
    struct source_place place = lexer_place(lexer);
    const char *from = lexer->at;

    if (lexer_at_end(lexer))
        return report(place, "%s is missing; write it here", what);
    if (*from < 'a' || *from > 'z')
        return report(place, "%s is expected here; names begin with one of a to z", what);
    while (lexer->at < lexer->line_end && is_name_character(*lexer->at))
        lexer->at++;
    *name = text_between(from, lexer->at);
    if (lexer->at < lexer->line_end && (isalnum((unsigned char)*lexer->at) || (*lexer->at & 0x80) || *lexer->at == '-'))
        return report(lexer_place(lexer), "a character that no name has; names are made of a to z, 0 to 9 and _");
    if (name->len > 40)
        return report(place, "the name is longer than 40 characters; shorten it");
    return ERR_OK;
}

/* Returns the end of a quoted text, after its closing quote; NULL if that is missing. */
static const char *find_quoted_end(const char *from, const char *end)
{
    for (const char *c = from + 1; c < end; c++) {
        if (*c == '\\' && c + 1 < end)
            c++;
        else if (*c == '"')
            return c + 1;
    }
    return NULL;
}

enum err lexer_doc(struct schema_lexer *lexer, const char *what, struct text *doc)
{
    struct source_place place = lexer_place(lexer);
    const char *end, *from = lexer->at;

    if (lexer->at == lexer->line_end || *from != '"')
        return report(place, "the documentation of %s is missing; say in quotes what it is", what);
    end = find_quoted_end(from, lexer->line_end);
    if (!end)
        return report(place, "the text has no end; close it with a quote in the same line");
    *doc = text_between(from + 1, end - 1);
    if (doc->len == 0)
        return report(place, "the documentation of %s is empty; say in quotes what it is", what);
    if (memchr(doc->at, '\\', doc->len))
        return report(place, "a backslash in a documentation text; leave it out");
    lexer->at = end;
    return ERR_OK;
}

enum err lexer_count(struct schema_lexer *lexer, const char *what, uint32_t *count)
{
    struct source_place place = lexer_place(lexer);
    struct text number = lexer_number(lexer);
    uint64_t value = 0;

    for (uint32_t i = 0; i < number.len; i++)
        value = isdigit((unsigned char)number.at[i]) && value < INT32_MAX ? 10 * value + (uint64_t)(number.at[i] - '0')
                                                                          : UINT32_MAX;
    if (value < 1 || value > INT32_MAX)
        return report(place, "%s is expected here; write a whole number of at least 1", what);
    *count = (uint32_t)value;
    return ERR_OK;
}

struct text lexer_number(struct schema_lexer *lexer)
{
    const char *from, *c;

    skip_spaces(lexer);
    from = c = lexer->at;
    for (; c < lexer->line_end; c++) {
        bool is_sign = (*c == '-' || *c == '+') && (c == from || c[-1] == 'e');
        bool is_point = *c == '.' && c > from && c + 1 < lexer->line_end && isdigit((unsigned char)c[1]);
        bool is_exponent = *c == 'e' && c > from;

        if (!isdigit((unsigned char)*c) && !is_sign && !is_point && !is_exponent)
            break;
    }
    lexer->at = c;
    return text_between(from, c);
}

static const char *find_list_end(const char *from, const char *end)
{
    const char *c = from;

    while (c && c < end && *c != ']')
        c = *c == '"' ? find_quoted_end(c, end) : c + 1;
    return c && c < end ? c + 1 : NULL;
}

enum err lexer_example(struct schema_lexer *lexer, struct text *example)
{
    struct source_place place = lexer_place(lexer);
    const char *from = lexer->at, *end = from;

    if (lexer_at_end(lexer))
        return report(place, "the example is missing; write a value of the field after its type");
    if (*from == '"')
        end = find_quoted_end(from, lexer->line_end);
    else if (*from == '[')
        end = find_list_end(from, lexer->line_end);
    else
        while (end < lexer->line_end && *end != ' ')
            end++;
    if (!end)
        return report(place, "the %s has no end; close it in the same line", *from == '"' ? "text" : "list");
    *example = text_between(from, end);
    lexer->at = end;
    return ERR_OK;
}
