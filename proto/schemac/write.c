#include "proto/schemac/write.h"

#include <ctype.h>
#include <string.h>

/* ? is escaped because two of them would begin a trigraph. */
void write_literal(struct text text, struct buffer *to)
{
    buffer_add_text(to, "\"");
    for (uint32_t i = 0; i < text.len; i++) {
        if (strchr("\"\\?", text.at[i]))
            buffer_add_text(to, "\\");
        buffer_add(to, &text.at[i], 1);
    }
    buffer_add_text(to, "\"");
}

void write_upper(struct text name, struct buffer *to)
{
    for (uint32_t i = 0; i < name.len; i++)
        buffer_add(to, &(char){ (char)toupper((unsigned char)name.at[i]) }, 1);
}

static void write_joined(const struct definition *of, const char *between, struct buffer *to)
{
    if (of->kind == DEFINES_ASK || of->kind == DEFINES_EVENT)
        buffer_printf(to, "%.*s%s", TEXT_ARG(of->source->service), between);
    buffer_printf(to, "%.*s", TEXT_ARG(of->name));
}

void write_struct_name(const struct definition *of, struct buffer *to)
{
    write_joined(of, "_", to);
}

void write_message_name(const struct definition *of, struct buffer *to)
{
    write_joined(of, ".", to);
}
