#include "services/search/query/caret.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BEFORE = 48, AFTER = 40 }; /* bytes of the query to show */

static bool is_start(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

/* Cuts the query around `at` between characters, into `before` and `after`. */
static void frame_error(struct text query, uint32_t at, struct text *before, struct text *after)
{
    uint32_t first = at > BEFORE ? at - BEFORE : 0, end = query.len - at > AFTER ? at + AFTER : query.len;

    while (first < at && !is_start(query.at[first]))
        first++;
    while (end > at && end < query.len && !is_start(query.at[end]))
        end--;
    *before = (struct text){ at - first, query.at + first };
    *after = (struct text){ end - at, query.at + at };
}

/* Replaces control characters by spaces: their escapes would shift the line above the caret. */
static void blank_controls(char *line)
{
    struct text rest = text_of(line);
    char *to = line, shown[TEXT_SHOWN_MAX];

    for (uint32_t len; (len = text_shown(rest, shown)) > 0; rest = (struct text){ rest.len - len, rest.at + len }) {
        bool is_escaped = strlen(shown) != len || memcmp(shown, rest.at, len) != 0;
        memmove(to, is_escaped ? " " : rest.at, is_escaped ? 1 : len);
        to += is_escaped ? 1 : len;
    }
    *to = '\0';
}

enum err caret_fault(struct fault *fault, struct text query, uint32_t at, const char *advice, const char *format, ...)
{
    char what[sizeof(fault->what)], line[BEFORE + AFTER + 1];
    struct text before, after;
    va_list args;

    if (!query.len)
        query.at = "";
    at = at < query.len ? at : query.len;
    frame_error(query, at, &before, &after);
    va_start(args, format);
    vsnprintf(what, sizeof(what) - 32, format, args);
    va_end(args);
    (void)snprintf(line, sizeof(line), "%.*s%.*s", TEXT_ARG(before), TEXT_ARG(after));
    blank_controls(line);
    fault_set(fault, ERR_BAD_REQUEST, "%s at character %u", what, text_characters((struct text){ at, query.at }) + 1);
    fault_field(fault, "query");
    return fault_hint(fault, "%s\n%*s^ %s", line, (int)text_characters(before), "", advice);
}
