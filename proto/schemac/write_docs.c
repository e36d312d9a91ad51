#include "proto/schemac/write_docs.h"

#include <inttypes.h>

/* Escapes vertical bars, which would end the cell of a table. */
static void write_cell(struct text text, struct buffer *to)
{
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] == '|')
            buffer_add_text(to, "\\");
        buffer_add(to, &text.at[i], 1);
    }
}

static const char *kind_name(const struct definition *definition)
{
    return definition->kind == DEFINES_ENUM ? "enum" : "record";
}

/* Writes "[media](#record-media)", which links to the heading `record media`. */
static void write_link(const struct definition *definition, struct buffer *to)
{
    buffer_printf(to, "[%.*s](#%s-%.*s)", TEXT_ARG(definition->name), kind_name(definition),
                  TEXT_ARG(definition->name));
}

static const struct {
    enum field_flag flag;
    const char *words;
} forms[] = {
    { FIELD_KEYS, "as keys" },
    { FIELD_OBJECT, "as an object" },
    { FIELD_ROWS, "as lists" },
    { FIELD_JSON, "as it is" },
};

static void write_docs_type(const struct member *member, struct buffer *to)
{
    if (member->flags & FIELD_LIST)
        buffer_add_text(to, "list of ");
    if (member->definition)
        write_link(member->definition, to);
    else
        buffer_printf(to, "%.*s", TEXT_ARG(member->type_name));
    if (member->flags & FIELD_OPTIONAL)
        buffer_add_text(to, ", optional");
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (member->flags & forms[i].flag)
            buffer_printf(to, ", printed %s", forms[i].words);
}

static void write_range(const struct member *member, struct buffer *to)
{
    const char *between = "";

    if (member->has_min && member->type == FIELD_REAL)
        buffer_printf(to, "≥ %g", member->real_min);
    else if (member->has_min)
        buffer_printf(to, "≥ %" PRId64, member->min);
    if (member->has_min && member->has_max)
        between = ", ";
    if (member->has_max && member->type == FIELD_REAL)
        buffer_printf(to, "%s≤ %g", between, member->real_max);
    else if (member->has_max)
        buffer_printf(to, "%s≤ %" PRId64, between, member->max);
}

static void write_bounds(const struct member *member, struct buffer *to)
{
    write_range(member, to);
    if (member->max_len)
        buffer_printf(to, "≤ %u bytes", member->max_len);
    if (member->max_count)
        buffer_printf(to, "%s≤ %u elements", member->max_len || member->has_min || member->has_max ? "; " : "",
                      member->max_count);
}

static void write_example(const struct member *member, struct buffer *to)
{
    if (text_is(member->example, "."))
        return;
    buffer_add_text(to, "`");
    write_cell(member->example, to);
    buffer_add_text(to, "`");
}

static void write_row(const struct member *member, struct buffer *to)
{
    buffer_printf(to, "| `%.*s` | ", TEXT_ARG(member->name));
    write_docs_type(member, to);
    buffer_add_text(to, " | ");
    write_bounds(member, to);
    buffer_add_text(to, " | ");
    write_example(member, to);
    buffer_add_text(to, " | ");
    if (member->flags & FIELD_LOCAL)
        buffer_add_text(to, "*Local.* ");
    if (member->flags & FIELD_CHANGES)
        buffer_add_text(to, "*Not for read-only clients.* ");
    write_cell(member->doc, to);
    buffer_add_text(to, " |\n");
}

static void write_members(const struct definition *of, struct buffer *to)
{
    struct member *member;

    if (!of->members) {
        buffer_add_text(to, "No fields: an empty map.\n\n");
        return;
    }
    buffer_add_text(to, "| field | type | bounds | example | meaning |\n| --- | --- | --- | --- | --- |\n");
    for (EACH(member, of->members))
        write_row(member, to);
    buffer_add_text(to, "\n");
}

static void write_errors(const struct definition *ask, struct buffer *to)
{
    const char *before = ". Errors: ";

    for (int code = ERR_OK + 1; code < ERR_COUNT; code++) {
        if (!(ask->errors >> code & 1))
            continue;
        buffer_printf(to, "%s`%s`", before, err_name((enum err)code));
        before = ", ";
    }
}

static void write_ask(const struct definition *ask, struct buffer *to)
{
    buffer_add_text(to, "### ask ");
    write_message_name(ask, to);
    buffer_printf(to, "\n\n%.*s", TEXT_ARG(ask->doc));
    if (ask->mutates)
        buffer_add_text(to, " *Mutates: harmless to repeat under the same request id.*");
    if (ask->once)
        buffer_add_text(to, " *Done once for a request id.*");
    if (ask->remote)
        buffer_add_text(to, ask->reads ? " *Remote: a browser on another machine may send it, also a read-only one.*"
                                       : " *Remote: a browser on another machine may send it.*");
    buffer_add_text(to, "\n\n");
    write_members(ask, to);
    buffer_add_text(to, "Answer: ");
    write_link(ask->answer, to);
    write_errors(ask, to);
    buffer_add_text(to, "\n\n");
}

static void write_event(const struct definition *event, struct buffer *to)
{
    buffer_add_text(to, "### event ");
    write_message_name(event, to);
    buffer_printf(to, "\n\n%.*s", TEXT_ARG(event->doc));
    if (event->remote)
        buffer_add_text(to, " *Remote: a browser on another machine receives it.*");
    buffer_add_text(to, "\n\n");
    write_members(event, to);
}

static void write_service(const struct schema_source *source, struct buffer *to)
{
    struct definition *message;

    buffer_printf(to, "## service %.*s, version %u\n\n%.*s\n\n", TEXT_ARG(source->service), source->version,
                  TEXT_ARG(source->doc));
    for (EACH_OF_KIND(message, source, DEFINES_ASK))
        write_ask(message, to);
    for (EACH_OF_KIND(message, source, DEFINES_EVENT))
        write_event(message, to);
}

static void write_record_docs(const struct definition *record, struct buffer *to)
{
    buffer_printf(to, "### record %.*s\n\n%.*s\n\n", TEXT_ARG(record->name), TEXT_ARG(record->doc));
    write_members(record, to);
}

static void write_enum(const struct definition *definition, struct buffer *to)
{
    struct schema_word *word;

    buffer_printf(to, "### enum %.*s\n\n%.*s%s\n\n", TEXT_ARG(definition->name), TEXT_ARG(definition->doc),
                  definition->is_open_enum ? " *Open: an ask may bring a word that is not in this list.*" : "");
    for (EACH(word, definition->words))
        buffer_printf(to, "`%.*s`%s", TEXT_ARG(word->text), word->next ? " · " : "\n\n");
}

static void write_each(const struct schema_model *model, enum definition_kind kind,
                       void (*write)(const struct definition *, struct buffer *), struct buffer *to)
{
    struct definition *definition;
    struct schema_source *source;

    for (EACH(source, model->sources))
        for (EACH_OF_KIND(definition, source, kind))
            write(definition, to);
}

void write_docs(const struct schema_model *model, struct text head, struct buffer *to)
{
    struct schema_source *source;

    buffer_add(to, head.at, head.len);
    for (EACH(source, model->sources))
        if (model_has(source, DEFINES_ASK) || model_has(source, DEFINES_EVENT))
            write_service(source, to);
    buffer_add_text(to, "## Records\n\n");
    write_each(model, DEFINES_RECORD, write_record_docs, to);
    buffer_add_text(to, "## Enums\n\n");
    write_each(model, DEFINES_ENUM, write_enum, to);
}
