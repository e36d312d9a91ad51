#include "proto/schemac/write_c.h"

#include <inttypes.h>
#include <string.h>

static const char *const type_names[] = {
    [FIELD_BOOL] = "FIELD_BOOL", [FIELD_INT] = "FIELD_INT",       [FIELD_UINT] = "FIELD_UINT",
    [FIELD_REAL] = "FIELD_REAL", [FIELD_TEXT] = "FIELD_TEXT",     [FIELD_BYTES] = "FIELD_BYTES",
    [FIELD_ID] = "FIELD_ID",     [FIELD_CHOICE] = "FIELD_CHOICE", [FIELD_RECORD] = "FIELD_RECORD",
};

static void write_choice_table(const struct definition *definition, struct buffer *to)
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

/* media_shape, persist_put_media_shape */
static void write_shape_name(const struct definition *of, struct buffer *to)
{
    if (of->members || of->kind == DEFINES_RECORD) {
        write_struct_name(of, to);
        buffer_add_text(to, "_shape");
    } else {
        buffer_printf(to, "empty_%.*s", TEXT_ARG(of->name));
    }
}

/* A message without fields has no struct, and only its own table refers to its shape. */
static void write_shape(const struct definition *of, struct buffer *to)
{
    unsigned count = write_fields(of, to);
    bool is_static = !of->members && of->kind != DEFINES_RECORD;

    buffer_add_text(to, is_static ? "static const struct shape " : "const struct shape ");
    write_shape_name(of, to);
    buffer_add_text(to, " = ");
    write_shape_value(of, count, to);
    buffer_add_text(to, ";\n\n");
}

static void write_dispatch(const struct definition *ask, struct buffer *to)
{
    buffer_printf(to,
                  "static enum err dispatch_%.*s(const void *handlers, void *state, struct call *call, "
                  "const void *request, void *answer)\n{\n"
                  "    return ((const struct %.*s_handlers *)handlers)->%.*s(state, call, request, answer);\n}\n\n",
                  TEXT_ARG(ask->name), TEXT_ARG(ask->source->service), TEXT_ARG(ask->name));
}

static void write_ask(const struct definition *ask, struct buffer *to)
{
    buffer_printf(to, "    { .name = \"%.*s\", .full_name = \"", TEXT_ARG(ask->name));
    write_message_name(ask, to);
    buffer_printf(to, "\", .mutates = %s, .once = %s, .remote = %s, .reads = %s, .errors = 0x%xu, .request = &",
                  ask->mutates ? "true" : "false", ask->once ? "true" : "false", ask->remote ? "true" : "false",
                  ask->reads ? "true" : "false", ask->errors);
    write_shape_name(ask, to);
    buffer_printf(to, ", .answer = &%.*s_shape, .dispatch = dispatch_%.*s,\n      .doc = ", TEXT_ARG(ask->answer->name),
                  TEXT_ARG(ask->name));
    write_literal(ask->doc, to);
    buffer_add_text(to, " },\n");
}

static void write_event(const struct definition *event, struct buffer *to)
{
    buffer_printf(to, "    { .name = \"%.*s\", .full_name = \"", TEXT_ARG(event->name));
    write_message_name(event, to);
    buffer_printf(to, "\", .remote = %s, .body = &", event->remote ? "true" : "false");
    write_shape_name(event, to);
    buffer_add_text(to, ", .doc = ");
    write_literal(event->doc, to);
    buffer_add_text(to, " },\n");
}

static void write_asks(const struct schema_source *source, struct buffer *to)
{
    struct definition *ask;

    if (!model_has(source, DEFINES_ASK))
        return;
    for (EACH_OF_KIND(ask, source, DEFINES_ASK)) {
        write_shape(ask, to);
        write_dispatch(ask, to);
    }
    buffer_add_text(to, "static const struct ask asks[] = {\n");
    for (EACH_OF_KIND(ask, source, DEFINES_ASK))
        write_ask(ask, to);
    buffer_add_text(to, "};\n\n");
}

static void write_events(const struct schema_source *source, struct buffer *to)
{
    struct definition *event;

    if (!model_has(source, DEFINES_EVENT))
        return;
    for (EACH_OF_KIND(event, source, DEFINES_EVENT))
        write_shape(event, to);
    buffer_add_text(to, "static const struct event events[] = {\n");
    for (EACH_OF_KIND(event, source, DEFINES_EVENT))
        write_event(event, to);
    buffer_add_text(to, "};\n\n");
}

/* Writes a file's text, one string for each line. */
static void write_text_lines(struct text text, struct buffer *to)
{
    while (text.len) {
        const char *feed = memchr(text.at, '\n', text.len);
        uint32_t len = feed ? (uint32_t)(feed - text.at) : text.len;

        buffer_add_text(to, "    ");
        write_literal((struct text){ len, text.at }, to);
        buffer_add_text(to, " \"\\n\"\n");
        len += feed != NULL;
        text = (struct text){ text.len - len, text.at + len };
    }
}

/* Writes the file, and then each file that it uses once: a complete answer to `describe` of `service`. */
static void write_text(struct schema_source *source, const struct schema_source *service, struct buffer *to)
{
    struct used_schema *use;

    if (source->described_by == service)
        return;
    source->described_by = service;
    buffer_printf(to, "    \"# ---- %.*s.schema ----\\n\"\n", TEXT_ARG(source->name));
    write_text_lines(source->text, to);
    for (EACH(use, source->uses))
        write_text(use->source, service, to);
}

static void write_schema(struct schema_source *source, struct buffer *to)
{
    buffer_printf(to, "static const char text[] =\n");
    write_text(source, source, to);
    buffer_printf(to, "    ;\n\nconst struct schema schema_%.*s = {\n    .service = \"%.*s\",\n    .doc = ",
                  TEXT_ARG(source->service), TEXT_ARG(source->service));
    write_literal(source->doc, to);
    buffer_printf(to, ",\n    .version = %u,\n", source->version);
    if (model_has(source, DEFINES_ASK))
        buffer_add_text(to, "    .ask_count = sizeof(asks) / sizeof(asks[0]),\n    .asks = asks,\n");
    if (model_has(source, DEFINES_EVENT))
        buffer_add_text(to, "    .event_count = sizeof(events) / sizeof(events[0]),\n    .events = events,\n");
    buffer_add_text(to, "    .text = text,\n};\n");
}

void write_tables(struct schema_source *source, struct buffer *to)
{
    struct definition *definition;

    buffer_printf(to, "/* Made by schemac of schemas/%.*s.schema; change that. */\n", TEXT_ARG(source->name));
    buffer_printf(to, "#include \"schema_%.*s.h\"\n\n", TEXT_ARG(source->name));
    for (EACH_OF_KIND(definition, source, DEFINES_ENUM))
        write_choice_table(definition, to);
    for (EACH_OF_KIND(definition, source, DEFINES_RECORD))
        write_shape(definition, to);
    write_asks(source, to);
    write_events(source, to);
    if (source->service.len)
        write_schema(source, to);
}

void write_all(const struct schema_model *model, struct buffer *to)
{
    const struct schema_source *source;

    buffer_add_text(to, "/* Made by schemac of all schemas. */\n#include \"proto/wire/schema.h\"\n\n");
    for (EACH(source, model->sources))
        if (model_has(source, DEFINES_ASK))
            buffer_printf(to, "extern const struct schema schema_%.*s;\n", TEXT_ARG(source->service));
    buffer_add_text(to, "\nconst struct schema *const schema_all[] = {\n");
    for (EACH(source, model->sources))
        if (model_has(source, DEFINES_ASK))
            buffer_printf(to, "    &schema_%.*s,\n", TEXT_ARG(source->service));
    buffer_add_text(to, "    NULL,\n};\n");
}

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
