#include "proto/schemac/parse.h"

#include <string.h>

#include "proto/schemac/lexer.h"
#include "proto/schemac/parse_type.h"
#include "proto/schemac/report.h"

struct schema_parser {
    struct schema_lexer lexer;
    struct arena *arena;
    struct schema_source *source;
    struct definition *open; /* the definition that the next indented lines belong to */
    struct definition **next_definition;
    struct member **next_member;
    struct schema_word **next_word;
    struct used_schema **next_use;
};

static enum err parse_service(struct schema_parser *parser)
{
    struct schema_lexer *lexer = &parser->lexer;
    struct schema_source *source = parser->source;
    struct source_place place = lexer_place(lexer);
    enum err e;

    if (source->service.len)
        return report(place, "a second service in one file; give each a file of its own");
    if (source->definitions)
        return report(place, "the service line comes too late; write it before the first definition");
    source->service_place = place;
    e = lexer_name(lexer, "the name of the service", &source->service);
    if (e == ERR_OK)
        e = lexer_count(lexer, "the version of the service", &source->version);
    if (e == ERR_OK)
        e = lexer_doc(lexer, "the service", &source->doc);
    if (e == ERR_OK && !text_equal(source->service, source->name))
        return report(place, "the file is named after another service; call it %.*s.schema", TEXT_ARG(source->service));
    return e;
}

static enum err parse_use(struct schema_parser *parser)
{
    struct used_schema *use = arena_alloc(parser->arena, sizeof(*use));

    use->place = lexer_place(&parser->lexer);
    *parser->next_use = use;
    parser->next_use = &use->next;
    return lexer_name(&parser->lexer, "the name of the schema that is used", &use->name);
}

static enum err begin_definition(struct schema_parser *parser, enum definition_kind kind, const char *what)
{
    struct definition *definition = arena_alloc(parser->arena, sizeof(*definition));
    char named[32] = "the name of ";
    enum err e;

    *definition = (struct definition){ .source = parser->source, .kind = kind };
    definition->place = lexer_place(&parser->lexer);
    e = lexer_name(&parser->lexer, strcat(named, what), &definition->name);
    if (e == ERR_OK)
        e = lexer_doc(&parser->lexer, what, &definition->doc);
    *parser->next_definition = definition;
    parser->next_definition = &definition->next;
    parser->open = definition;
    parser->next_member = &definition->members;
    parser->next_word = &definition->words;
    return e;
}

static enum err parse_enum(struct schema_parser *parser)
{
    enum err e = begin_definition(parser, DEFINES_ENUM, "the enum");

    if (e == ERR_OK)
        parser->open->is_open_enum = lexer_take(&parser->lexer, "open");
    return e;
}

static enum err parse_record(struct schema_parser *parser)
{
    return begin_definition(parser, DEFINES_RECORD, "the record");
}

static enum err check_service(struct schema_parser *parser, const char *what)
{
    if (parser->source->service.len)
        return ERR_OK;
    return report(lexer_place(&parser->lexer), "%s in a file without a service; begin it with `service NAME 1 \"…\"`",
                  what);
}

/* Refuses errors that every ask may return anyway. */
static enum err parse_error(struct schema_parser *parser)
{
    struct source_place place = lexer_place(&parser->lexer);
    char name[20];
    struct text word;
    enum err e = lexer_name(&parser->lexer, "the name of an error", &word), code;

    if (e != ERR_OK)
        return e;
    code = text_copy(name, sizeof(name), word) ? err_named(name) : ERR_INTERNAL;
    if (code == ERR_OK || !text_is(word, err_name(code)))
        return report(place, "`%.*s` is no error; docs/protocol.md lists them", TEXT_ARG(word));
    if (ERRORS_OF_ALL >> code & 1)
        return report(place, "every ask may give `%.*s`: it is not declared", TEXT_ARG(word));
    if (parser->open->errors >> code & 1)
        return report(place, "`%.*s` is declared twice", TEXT_ARG(word));
    parser->open->errors |= 1u << code;
    return ERR_OK;
}

static enum err parse_errors(struct schema_parser *parser)
{
    enum err e = ERR_OK;

    if (lexer_take(&parser->lexer, "gives"))
        do
            e = parse_error(parser);
        while (e == ERR_OK && !lexer_at_end(&parser->lexer));
    return e;
}

static enum err parse_ask(struct schema_parser *parser)
{
    struct schema_lexer *lexer = &parser->lexer;
    enum err e = check_service(parser, "an ask");

    if (e == ERR_OK)
        e = begin_definition(parser, DEFINES_ASK, "the ask");
    if (e != ERR_OK)
        return e;
    parser->open->mutates = lexer_take(lexer, "mutates");
    parser->open->once = lexer_take(lexer, "once");
    parser->open->remote = lexer_take(lexer, "remote");
    parser->open->reads = parser->open->remote && lexer_take(lexer, "reads");
    parser->open->answer_place = lexer_place(lexer);
    if (!lexer_take(lexer, "->"))
        return report(parser->open->answer_place, "the ask has no answer; write `-> RECORD`");
    parser->open->answer_place = lexer_place(lexer);
    e = lexer_name(lexer, "the record that is the answer", &parser->open->answer_name);
    return e == ERR_OK ? parse_errors(parser) : e;
}

static enum err parse_event(struct schema_parser *parser)
{
    enum err e = check_service(parser, "an event");

    if (e == ERR_OK)
        e = begin_definition(parser, DEFINES_EVENT, "the event");
    if (e == ERR_OK)
        parser->open->remote = lexer_take(&parser->lexer, "remote");
    return e;
}

static const struct line_kind {
    const char *name;
    enum err (*parse)(struct schema_parser *);
} line_kinds[] = {
    { "service", parse_service }, { "use", parse_use }, { "enum", parse_enum },
    { "record", parse_record },   { "ask", parse_ask }, { "event", parse_event },
};

static enum err parse_heading(struct schema_parser *parser)
{
    struct source_place place = lexer_place(&parser->lexer);
    struct text name;
    enum err e = lexer_name(&parser->lexer, "service, use, enum, record, ask or event", &name);

    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < sizeof(line_kinds) / sizeof(line_kinds[0]); i++)
        if (text_is(name, line_kinds[i].name)) {
            parser->open = NULL;
            e = line_kinds[i].parse(parser);
            return e == ERR_OK ? lexer_expect_end(&parser->lexer) : e;
        }
    return report(place, "%.*s begins no line; write service, use, enum, record, ask or event, or indent a field",
                  TEXT_ARG(name));
}

static enum err parse_words(struct schema_parser *parser)
{
    while (!lexer_at_end(&parser->lexer)) {
        struct schema_word *word = arena_alloc(parser->arena, sizeof(*word));
        enum err e;

        word->place = lexer_place(&parser->lexer);
        e = lexer_name(&parser->lexer, "a word of the enum", &word->text);
        if (e != ERR_OK)
            return e;
        *parser->next_word = word;
        parser->next_word = &word->next;
    }
    return ERR_OK;
}

static enum err parse_member(struct schema_parser *parser)
{
    struct member *member = arena_alloc(parser->arena, sizeof(*member));
    struct schema_lexer *lexer = &parser->lexer;
    enum err e;

    member->place = lexer_place(lexer);
    e = lexer_name(lexer, "the name of the field", &member->name);
    if (e == ERR_OK)
        e = parse_type(lexer, member);
    member->example_place = lexer_place(lexer);
    if (e == ERR_OK)
        e = lexer_example(lexer, &member->example);
    if (e == ERR_OK)
        e = lexer_expect_end(lexer);
    member->doc = lexer_comment(lexer);
    *parser->next_member = member;
    parser->next_member = &member->next;
    return e;
}

static enum err parse_indented(struct schema_parser *parser)
{
    if (!parser->open)
        return report(lexer_place(&parser->lexer),
                      "an indented line that belongs to nothing; write an enum, record, ask or event above it");
    return parser->open->kind == DEFINES_ENUM ? parse_words(parser) : parse_member(parser);
}

static struct text stem_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    return (struct text){ (uint32_t)strcspn(name, "."), name };
}

static struct schema_source *add_source(struct schema_model *model, const char *path, struct text text)
{
    struct schema_source *source = arena_alloc(&model->arena, sizeof(*source)), **at = &model->sources;

    *source = (struct schema_source){ .path = path, .text = text, .name = stem_of(path) };
    while (*at && text_compare((*at)->name, source->name) < 0)
        at = &(*at)->next;
    source->next = *at;
    *at = source;
    return source;
}

enum err parse_source(struct schema_model *model, const char *path, struct text text)
{
    struct schema_parser parser = { .arena = &model->arena, .source = add_source(model, path, text) };
    enum err e = lexer_start(&parser.lexer, path, text);

    parser.next_definition = &parser.source->definitions;
    parser.next_use = &parser.source->uses;
    while (e == ERR_OK && lexer_next_line(&parser.lexer))
        e = lexer_is_indented(&parser.lexer) ? parse_indented(&parser) : parse_heading(&parser);
    return e;
}
