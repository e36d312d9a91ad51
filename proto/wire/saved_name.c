#include "proto/wire/saved_name.h"

#include <ctype.h>

static uint32_t name_len(struct text query, uint32_t at)
{
    uint32_t len = 0;

    for (; at + len < query.len; len++) {
        unsigned char c = (unsigned char)query.at[at + len];
        if (!isalnum(c) && c != '-' && c != '_' && c != '.')
            break;
    }
    return len;
}

uint32_t saved_name_next(struct text query, uint32_t at, struct text *name)
{
    bool quoted = false;

    for (uint32_t i = 0; i < query.len; i++) {
        char before = i ? query.at[i - 1] : ' ';
        quoted = quoted != (query.at[i] == '"');
        if (i < at || quoted || query.at[i] != '@' ||
            !(isspace((unsigned char)before) || before == '(' || before == '-'))
            continue;
        *name = (struct text){ name_len(query, i + 1), query.at + i + 1 };
        if (name->len)
            return i;
    }
    *name = (struct text){ 0 };
    return query.len;
}
