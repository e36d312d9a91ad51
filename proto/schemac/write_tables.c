#include <inttypes.h>
#include <string.h>

#include "proto/schemac/write.h"

static const char *const type_names[] = {
    [FIELD_BOOL] = "FIELD_BOOL", [FIELD_INT] = "FIELD_INT",     [FIELD_UINT] = "FIELD_UINT",
    [FIELD_REAL] = "FIELD_REAL", [FIELD_TEXT] = "FIELD_TEXT",   [FIELD_BYTES] = "FIELD_BYTES",
    [FIELD_ID] = "FIELD_ID",     [FIELD_CHOICE] = "FIELD_CHOICE", [FIELD_RECORD] = "FIELD_RECORD",
};

static void write_enum(const struct definition *definition, struct buffer *to)
{
    struct word *word;
    unsigned count = 1;

    buffer_printf(to, "static const char *const %.*s_words[] = { \"\"", TEXT_ARG(definition->name));
    for (EACH(word, definition->words)) {
        buffer_printf(to, ", \"%.*s\"", TEXT_ARG(word->text));
        count++;
    }
    buffer_printf(to, " };\nconst struct choice_table %.*s_table = { \"%.*s\", ", TEXT_ARG(definition->name),
                  TEXT_ARG(definition->name));
    write_literal(definition->doc, to);
    buffer_printf(to, ", %u, %.*s_words };\n\n", count, TEXT_ARG(definition->name));
}

static void write_flags(const struct member *member, struct buffer *to)
{
    static const char *const names[] = { "FIELD_OPTIONAL", "FIELD_LIST", "FIELD_PATH" };
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
    buffer_printf(to, "    { .name = \"%.*s\", .type = %s, ", TEXT_ARG(member->name), type_names[member->type]);
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

/* Returns how many there are. */
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

/* The initialiser of a shape, behind its = sign. */
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

static void write_shape(const struct definition *of, struct buffer *to)
{
    unsigned count = write_fields(of, to);

    buffer_add_text(to, "const struct shape ");
    write_struct_name(of, to);
    buffer_add_text(to, "_shape = ");
    write_shape_value(of, count, to);
    buffer_add_text(to, ";\n\n");
}

/* A message without fields has no struct, and its shape is known to its table alone. */
static void write_message_shape(const struct definition *message, struct buffer *to)
{
    if (message->members) {
        write_shape(message, to);
        return;
    }
    buffer_printf(to, "static const struct shape empty_%.*s = ", TEXT_ARG(message->name));
    write_shape_value(message, 0, to);
    buffer_add_text(to, ";\n\n");
}

static void write_shape_reference(const struct definition *message, struct buffer *to)
{
    buffer_add_text(to, message->members ? "&" : "&empty_");
    if (message->members)
        write_struct_name(message, to);
    else
        buffer_printf(to, "%.*s", TEXT_ARG(message->name));
    buffer_add_text(to, message->members ? "_shape" : "");
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
    buffer_printf(to, "\", .mutates = %s, .request = ", ask->mutates ? "true" : "false");
    write_shape_reference(ask, to);
    buffer_printf(to, ", .answer = &%.*s_shape, .dispatch = dispatch_%.*s,\n      .doc = ", TEXT_ARG(ask->answer->name),
                  TEXT_ARG(ask->name));
    write_literal(ask->doc, to);
    buffer_add_text(to, " },\n");
}

static void write_event(const struct definition *event, struct buffer *to)
{
    buffer_printf(to, "    { .name = \"%.*s\", .full_name = \"", TEXT_ARG(event->name));
    write_message_name(event, to);
    buffer_add_text(to, "\", .body = ");
    write_shape_reference(event, to);
    buffer_add_text(to, ", .doc = ");
    write_literal(event->doc, to);
    buffer_add_text(to, " },\n");
}

static void write_messages(const struct source *source, struct buffer *to)
{
    struct definition *message;

    for (EACH_OF_KIND(message, source, DEFINES_ASK)) {
        write_message_shape(message, to);
        write_dispatch(message, to);
    }
    for (EACH_OF_KIND(message, source, DEFINES_EVENT))
        write_message_shape(message, to);
    if (source_has(source, DEFINES_ASK))
        buffer_add_text(to, "static const struct ask asks[] = {\n");
    for (EACH_OF_KIND(message, source, DEFINES_ASK))
        write_ask(message, to);
    if (source_has(source, DEFINES_ASK))
        buffer_add_text(to, "};\n\n");
    if (source_has(source, DEFINES_EVENT))
        buffer_add_text(to, "static const struct event events[] = {\n");
    for (EACH_OF_KIND(message, source, DEFINES_EVENT))
        write_event(message, to);
    if (source_has(source, DEFINES_EVENT))
        buffer_add_text(to, "};\n\n");
}

/* A file's text, a string for each line. */
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

/* The file and, behind it, once each, what it uses: complete for whoever asks `describe` of `service`. */
static void write_text(struct source *source, const struct source *service, struct buffer *to)
{
    struct use *use;

    if (source->told_by == service)
        return;
    source->told_by = service;
    buffer_printf(to, "    \"# ---- %.*s.schema ----\\n\"\n", TEXT_ARG(source->name));
    write_text_lines(source->text, to);
    for (EACH(use, source->uses))
        write_text(use->source, service, to);
}

static void write_schema(struct source *source, struct buffer *to)
{
    buffer_printf(to, "static const char text[] =\n");
    write_text(source, source, to);
    buffer_printf(to, "    ;\n\nconst struct schema schema_%.*s = {\n    .service = \"%.*s\",\n    .doc = ",
                  TEXT_ARG(source->service), TEXT_ARG(source->service));
    write_literal(source->doc, to);
    buffer_printf(to, ",\n    .version = %u,\n", source->version);
    if (source_has(source, DEFINES_ASK))
        buffer_add_text(to, "    .ask_count = sizeof(asks) / sizeof(asks[0]),\n    .asks = asks,\n");
    if (source_has(source, DEFINES_EVENT))
        buffer_add_text(to, "    .event_count = sizeof(events) / sizeof(events[0]),\n    .events = events,\n");
    buffer_add_text(to, "    .text = text,\n};\n");
}

void write_tables(struct source *source, struct buffer *to)
{
    struct definition *definition;

    buffer_printf(to, "/* Made by schemac of schemas/%.*s.schema; change that. */\n", TEXT_ARG(source->name));
    buffer_printf(to, "#include \"schema_%.*s.h\"\n\n", TEXT_ARG(source->name));
    for (EACH_OF_KIND(definition, source, DEFINES_ENUM))
        write_enum(definition, to);
    for (EACH_OF_KIND(definition, source, DEFINES_RECORD))
        write_shape(definition, to);
    write_messages(source, to);
    if (source->service.len)
        write_schema(source, to);
}

void write_all(const struct model *model, struct buffer *to)
{
    const struct source *source;

    buffer_add_text(to, "/* Made by schemac of all schemas. */\n#include \"proto/schema.h\"\n\n");
    for (EACH(source, model->sources))
        if (source_has(source, DEFINES_ASK))
            buffer_printf(to, "extern const struct schema schema_%.*s;\n", TEXT_ARG(source->service));
    buffer_add_text(to, "\nconst struct schema *const schema_all[] = {\n");
    for (EACH(source, model->sources))
        if (source_has(source, DEFINES_ASK))
            buffer_printf(to, "    &schema_%.*s,\n", TEXT_ARG(source->service));
    buffer_add_text(to, "    NULL,\n};\n");
}
