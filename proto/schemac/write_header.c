#include "proto/schemac/write.h"

static const char *const value_types[] = {
    [FIELD_BOOL] = "bool",    [FIELD_INT] = "int64_t",          [FIELD_UINT] = "uint64_t",
    [FIELD_REAL] = "double",  [FIELD_TEXT] = "struct text",     [FIELD_BYTES] = "struct bytes",
    [FIELD_ID] = "struct id", [FIELD_CHOICE] = "struct choice",
};

static const char *const list_types[] = {
    [FIELD_BOOL] = "bool_list", [FIELD_INT] = "int_list",       [FIELD_UINT] = "uint_list",
    [FIELD_REAL] = "real_list", [FIELD_TEXT] = "text_list",     [FIELD_BYTES] = "bytes_list",
    [FIELD_ID] = "id_list",     [FIELD_CHOICE] = "choice_list",
};

/* Breaks up signs of a documentation text that would begin or end a comment. */
static void write_comment(struct text doc, struct buffer *to)
{
    char before = ' ';

    buffer_add_text(to, "/* ");
    for (uint32_t i = 0; i < doc.len; i++) {
        if ((before == '*' && doc.at[i] == '/') || (before == '/' && doc.at[i] == '*'))
            buffer_add_text(to, " ");
        buffer_add(to, &doc.at[i], 1);
        before = doc.at[i];
    }
    buffer_add_text(to, " */");
}

static void write_enum(const struct definition *definition, struct buffer *to)
{
    struct schema_word *word;
    int value = 0;

    write_comment(definition->doc, to);
    buffer_printf(to, "\nenum %.*s {\n    ", TEXT_ARG(definition->name));
    write_upper(definition->name, to);
    buffer_add_text(to, "_OTHER = 0, /* a word that this build does not know */\n");
    for (EACH(word, definition->words)) {
        buffer_add_text(to, "    ");
        write_upper(definition->name, to);
        buffer_add_text(to, "_");
        write_upper(word->text, to);
        buffer_printf(to, " = %d,\n", ++value);
    }
    buffer_printf(to, "};\nextern const struct choice_table %.*s_table;\n\n", TEXT_ARG(definition->name));
}

static void write_c_type(const struct member *member, struct buffer *to)
{
    bool is_list = member->flags & FIELD_LIST;

    if (member->type == FIELD_RECORD)
        buffer_printf(to, "struct %.*s%s", TEXT_ARG(member->definition->name), is_list ? "_list" : "");
    else if (is_list)
        buffer_printf(to, "struct %s", list_types[member->type]);
    else
        buffer_add_text(to, value_types[member->type]);
}

static void write_member(const struct member *member, struct buffer *to)
{
    if (member->flags & FIELD_OPTIONAL)
        buffer_printf(to, "    bool has_%.*s;\n", TEXT_ARG(member->name));
    buffer_add_text(to, "    ");
    write_c_type(member, to);
    buffer_printf(to, " %.*s;", TEXT_ARG(member->name));
    if (member->type == FIELD_CHOICE)
        buffer_printf(to, " /* enum %.*s */", TEXT_ARG(member->definition->name));
    if (member->doc.len) {
        buffer_add_text(to, " ");
        write_comment(member->doc, to);
    }
    buffer_add_text(to, "\n");
}

static void write_struct(const struct definition *definition, struct buffer *to)
{
    struct member *member;

    write_comment(definition->doc, to);
    buffer_add_text(to, "\nstruct ");
    write_struct_name(definition, to);
    buffer_add_text(to, " {\n");
    for (EACH(member, definition->members))
        write_member(member, to);
    if (!definition->members)
        buffer_add_text(to, "    char none;\n");
    buffer_add_text(to, "};\nextern const struct shape ");
    write_struct_name(definition, to);
    buffer_add_text(to, "_shape;\n\n");
}

/* A struct contains other structs, so those of its fields are written first. */
static void write_record_struct(struct definition *record, const struct schema_source *source, struct buffer *to)
{
    struct member *member;

    if (record->is_written || record->source != source)
        return;
    record->is_written = true;
    for (EACH(member, record->members))
        if (member->type == FIELD_RECORD)
            write_record_struct(member->definition, source, to);
    write_struct(record, to);
    buffer_printf(to, "struct %.*s_list {\n    uint32_t count;\n    struct %.*s *at;\n};\n\n", TEXT_ARG(record->name),
                  TEXT_ARG(record->name));
}

static void write_message(const struct definition *message, struct buffer *to)
{
    if (message->members) {
        write_struct(message, to);
        return;
    }
    buffer_add_text(to, "struct ");
    write_struct_name(message, to);
    buffer_add_text(to, "; /* has no fields: never looked into */\n\n");
}

static void write_handlers(const struct schema_source *source, struct buffer *to)
{
    struct text service = source->service;
    struct definition *ask;

    buffer_printf(to, "/* One function for each ask. The service defines struct %.*s, its state. */\n",
                  TEXT_ARG(service));
    buffer_printf(to, "struct %.*s;\nstruct call;\nstruct %.*s_handlers {\n", TEXT_ARG(service), TEXT_ARG(service));
    for (EACH_OF_KIND(ask, source, DEFINES_ASK)) {
        buffer_printf(to, "    enum err (*%.*s)(struct %.*s *%.*s, struct call *call,\n        const struct ",
                      TEXT_ARG(ask->name), TEXT_ARG(service), TEXT_ARG(service));
        write_struct_name(ask, to);
        buffer_printf(to, " *ask, struct %.*s *answer);\n", TEXT_ARG(ask->answer->name));
    }
    buffer_add_text(to, "};\n\n");
}

static void write_includes(const struct schema_source *source, struct buffer *to)
{
    struct used_schema *use;

    buffer_add_text(to, "#include \"proto/wire/schema.h\"\n");
    for (EACH(use, source->uses))
        buffer_printf(to, "#include \"schema_%.*s.h\"\n", TEXT_ARG(use->name));
    buffer_add_text(to, "\n");
}

static void write_definitions(const struct schema_source *source, struct buffer *to)
{
    struct definition *definition;

    for (EACH_OF_KIND(definition, source, DEFINES_ENUM))
        write_enum(definition, to);
    for (EACH_OF_KIND(definition, source, DEFINES_RECORD))
        write_record_struct(definition, source, to);
    for (EACH_OF_KIND(definition, source, DEFINES_ASK))
        write_message(definition, to);
    for (EACH_OF_KIND(definition, source, DEFINES_EVENT))
        write_message(definition, to);
}

void write_header(struct schema_source *source, struct buffer *to)
{
    buffer_printf(to, "/* schema_%.*s.h: made by schemac of schemas/%.*s.schema; change that. */\n",
                  TEXT_ARG(source->name), TEXT_ARG(source->name));
    buffer_add_text(to, "#ifndef LOOPHOLE_SCHEMA_");
    write_upper(source->name, to);
    buffer_add_text(to, "_H\n#define LOOPHOLE_SCHEMA_");
    write_upper(source->name, to);
    buffer_add_text(to, "_H\n\n");
    write_includes(source, to);
    write_definitions(source, to);
    if (model_has(source, DEFINES_ASK))
        write_handlers(source, to);
    if (source->service.len)
        buffer_printf(to, "extern const struct schema schema_%.*s;\n\n", TEXT_ARG(source->service));
    buffer_add_text(to, "#endif\n");
}
