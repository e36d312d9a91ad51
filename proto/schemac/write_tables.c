#include <string.h>

#include "proto/schemac/write.h"

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
