#include "proto/wire/quoted_json.h"

#include <string.h>

static const struct {
    const char *word, *json;
} words[] = { { "True", "true" }, { "False", "false" }, { "None", "null" } };

/* Copies a text in quotes, which becomes one in double quotes. Returns the bytes that were read. */
static uint32_t copy_quoted(struct text from, struct buffer *to)
{
    const char quote = from.at[0];
    uint32_t i = 1;

    buffer_add_text(to, "\"");
    for (; i < from.len && from.at[i] != quote; i++) {
        if (from.at[i] == '\\' && i + 1 < from.len) {
            if (from.at[i + 1] != '\'')
                buffer_add(to, &from.at[i], 1);
            i++;
        } else if (from.at[i] == '"')
            buffer_add_text(to, "\\");
        buffer_add(to, &from.at[i], 1);
    }
    buffer_add_text(to, "\"");
    return i < from.len ? i + 1 : i;
}

/* Returns the bytes that were read; 0: there is no such word. */
static uint32_t copy_word(struct text from, struct buffer *to)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (text_starts(from, text_of(words[i].word))) {
            buffer_add_text(to, words[i].json);
            return (uint32_t)strlen(words[i].word);
        }
    return 0;
}

static struct text translate_quotes(struct text text, struct arena *arena)
{
    struct buffer to = { 0 };

    for (uint32_t i = 0, taken; i < text.len; i += taken) {
        const struct text rest = { text.len - i, text.at + i };
        taken = *rest.at == '\'' || *rest.at == '"' ? copy_quoted(rest, &to) : copy_word(rest, &to);
        if (taken == 0) {
            buffer_add(&to, rest.at, 1);
            taken = 1;
        }
    }
    return arena_take(arena, &to);
}

bool quoted_json_read(struct text text, struct arena *arena, struct tree *to)
{
    if (text.len == 0 || text.len > QUOTED_JSON_BYTES)
        return false;
    if (tree_read_bounded(text, QUOTED_JSON_VALUES, arena, to, NULL) == ERR_OK)
        return to->type == TREE_OBJECT;
    return tree_read_bounded(translate_quotes(text, arena), QUOTED_JSON_VALUES, arena, to, NULL) == ERR_OK &&
           to->type == TREE_OBJECT;
}

bool quoted_json_object(const struct tree *value, struct arena *arena, struct tree *to)
{
    if (value->type == TREE_TEXT)
        return quoted_json_read(value->text, arena, to);
    *to = *value;
    return value->type == TREE_OBJECT;
}
