#include <inttypes.h>

#include "proto/schemac/write.h"

static const char *const type_names[] = {
    [FIELD_BOOL] = "FIELD_BOOL", [FIELD_INT] = "FIELD_INT",       [FIELD_UINT] = "FIELD_UINT",
    [FIELD_REAL] = "FIELD_REAL", [FIELD_TEXT] = "FIELD_TEXT",     [FIELD_BYTES] = "FIELD_BYTES",
    [FIELD_ID] = "FIELD_ID",     [FIELD_CHOICE] = "FIELD_CHOICE", [FIELD_RECORD] = "FIELD_RECORD",
};

void write_choice_table(const struct definition *definition, struct buffer *to)
{
    struct schema_word *word;
    unsigned count = 1;

    buffer_printf(to, "static const char *const %.*s_words[] = { \"\"", TEXT_ARG(definition->name));
    for (EACH(word, definition->words)) {
        buffer_printf(to, ", \"%.*s\"", TEXT_ARG(word->text));
        count++;
    }
    buffer_printf(to, " };\nconst struct choice_table %.*s_table = { \"%.*s\", ", TEXT_ARG(definition->name),
                  TEXT_ARG(definition->name));
    write_literal(definition->doc, to);
    buffer_printf(to, ", %u, %.*s_words, %s };\n\n", count, TEXT_ARG(definition->name),
                  definition->is_open_enum ? "true" : "false");
}

static void write_flags(const struct member *member, struct buffer *to)
{
    static const char *const names[] = { "FIELD_OPTIONAL", "FIELD_LIST", "FIELD_PATH",  "FIELD_KEYS",   "FIELD_OBJECT",
                                         "FIELD_ROWS",     "FIELD_JSON", "FIELD_LOCAL", "FIELD_CHANGES" };
    const char *between = ".flags = ";

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (member->flags & (1u << i)) {
            buffer_printf(to, "%s%s", between, names[i]);
            between = " | ";
        }
    if (member->flags)
        buffer_add_text(to, ", ");
}

static void write_whole(const char *key, int64_t number, struct buffer *to)
{
    if (number == INT64_MIN)
        buffer_printf(to, "%s = INT64_MIN, ", key);
    else if (number == INT64_MAX)
        buffer_printf(to, "%s = INT64_MAX, ", key);
    else
        buffer_printf(to, "%s = %" PRId64 ", ", key, number);
}

static void write_bounds(const struct member *member, struct buffer *to)
{
    if (member->type == FIELD_INT || member->type == FIELD_UINT) {
        write_whole(".min", member->min, to);
        write_whole(".max", member->max, to);
    }
    if (member->type == FIELD_REAL)
        buffer_printf(to, ".real_min = %.17g, .real_max = %.17g, ", member->real_min, member->real_max);
    if (member->max_len)
        buffer_printf(to, ".max_len = %u, ", member->max_len);
    if (member->max_count)
        buffer_printf(to, ".max_count = %u, ", member->max_count);
}

static void write_offset(const char *key, const char *prefix, const struct definition *of, const struct member *member,
                         struct buffer *to)
{
    buffer_printf(to, "%s = offsetof(struct ", key);
    write_struct_name(of, to);
    buffer_printf(to, ", %s%.*s), ", prefix, TEXT_ARG(member->name));
}

static void write_reference(const struct member *member, struct buffer *to)
{
    if (member->type == FIELD_RECORD)
        buffer_printf(to, ".record = &%.*s_shape, ", TEXT_ARG(member->definition->name));
    if (member->type == FIELD_CHOICE)
        buffer_printf(to, ".choices = &%.*s_table, ", TEXT_ARG(member->definition->name));
}

static void write_field(const struct definition *of, const struct member *member, struct buffer *to)
{
    buffer_printf(to, "    { .name = \"%.*s\", .name_len = %u, .type = %s, ", TEXT_ARG(member->name), member->name.len,
                  type_names[member->type]);
    write_flags(member, to);
    write_offset(".offset", "", of, member, to);
    if (member->flags & FIELD_OPTIONAL)
        write_offset(".has_offset", "has_", of, member, to);
    write_reference(member, to);
    write_bounds(member, to);
    buffer_add_text(to, "\n      .doc = ");
    write_literal(member->doc, to);
    buffer_add_text(to, ", .example = ");
    write_literal(member->example, to);
    buffer_add_text(to, " },\n");
}

/* Returns the number of fields. */
static unsigned write_fields(const struct definition *of, struct buffer *to)
{
    struct member *member;
    unsigned count = 0;

    if (!of->members)
        return 0;
    buffer_add_text(to, "static const struct field ");
    write_struct_name(of, to);
    buffer_add_text(to, "_fields[] = {\n");
    for (EACH(member, of->members)) {
        write_field(of, member, to);
        count++;
    }
    buffer_add_text(to, "};\n");
    return count;
}

/* Writes the initialiser of a shape, after its = sign. */
static void write_shape_value(const struct definition *of, unsigned count, struct buffer *to)
{
    buffer_add_text(to, "{\n    .name = \"");
    write_message_name(of, to);
    buffer_add_text(to, "\",\n    .doc = ");
    write_literal(of->doc, to);
    if (count) {
        buffer_add_text(to, ",\n    .size = sizeof(struct ");
        write_struct_name(of, to);
        buffer_printf(to, "),\n    .field_count = %u,\n    .fields = ", count);
        write_struct_name(of, to);
        buffer_add_text(to, "_fields");
    } else {
        buffer_add_text(to, ",\n    .size = 1");
    }
    buffer_add_text(to, ",\n}");
}

/* A message without fields has no struct, and only its own table refers to its shape. */
void write_shape(const struct definition *of, struct buffer *to)
{
    unsigned count = write_fields(of, to);
    bool is_static = !of->members && of->kind != DEFINES_RECORD;

    buffer_add_text(to, is_static ? "static const struct shape " : "const struct shape ");
    write_shape_name(of, to);
    buffer_add_text(to, " = ");
    write_shape_value(of, count, to);
    buffer_add_text(to, ";\n\n");
}

void write_shape_name(const struct definition *of, struct buffer *to)
{
    if (of->members || of->kind == DEFINES_RECORD) {
        write_struct_name(of, to);
        buffer_add_text(to, "_shape");
    } else {
        buffer_printf(to, "empty_%.*s", TEXT_ARG(of->name));
    }
}
