#include "proto/schemac/check.h"
#include "proto/schemac/report.h"

/* A name that the generated C declares, and its place; without a path, proto/wire/schema.h declares it. */
struct c_name {
    struct c_name *next;
    struct text name;
    struct source_place place;
};

struct taken {
    struct arena *arena;
    struct c_name *names;
};

static const char *const tags_of_schema_h[] = {
    "field_type", "field_flag", "field",    "shape",     "choice",    "choice_table", "list",        "text_list",
    "bytes_list", "id_list",    "int_list", "uint_list", "real_list", "bool_list",    "choice_list", "call",
    "ask",        "event",      "schema",   "text",      "bytes",     "id",           "err",         "fault",
};

static const char *const c_words[] = {
    "auto",    "bool",     "break",  "case",  "char",   "const",  "continue", "default",  "do",       "double",
    "else",    "enum",     "extern", "false", "float",  "for",    "goto",     "if",       "inline",   "int",
    "long",    "register", "return", "short", "signed", "sizeof", "static",   "struct",   "switch",   "true",
    "typedef", "union",    "void",   "while", "asm",    "typeof", "unsigned", "volatile", "restrict", "errno",
};

static enum err claim_c_name(struct taken *taken, struct text name, struct source_place place)
{
    struct c_name *other, *mine = arena_alloc(taken->arena, sizeof(*mine));

    for (EACH(other, taken->names)) {
        if (!text_equal(other->name, name))
            continue;
        if (!other->place.path)
            return report(place, "%.*s has a meaning in C or proto/wire/schema.h; choose another name", TEXT_ARG(name));
        return report(place, "the C name %.*s is taken by %s:%u; rename one of the two", TEXT_ARG(name),
                      other->place.path, other->place.line);
    }
    *mine = (struct c_name){ .next = taken->names, .name = name, .place = place };
    taken->names = mine;
    return ERR_OK;
}

static enum err take_array(struct taken *taken, const char *const *names, size_t count)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = claim_c_name(taken, text_of(names[i]), (struct source_place){ 0 });
    return e;
}

static enum err take_two(struct taken *taken, struct text first, const char *second, struct source_place place)
{
    return claim_c_name(taken, arena_printf(taken->arena, "%.*s_%s", TEXT_ARG(first), second), place);
}

static enum err take_message(struct taken *taken, const struct definition *message)
{
    struct text service = message->source->service;

    if (!message->members)
        return ERR_OK;
    return claim_c_name(taken, arena_printf(taken->arena, "%.*s_%.*s", TEXT_ARG(service), TEXT_ARG(message->name)),
                        message->place);
}

/* The enum's name as a prefix keeps constants distinct from names of structs. */
static enum err take_enum(struct taken *taken, const struct definition *definition)
{
    enum err e = claim_c_name(taken, definition->name, definition->place);
    struct schema_word *word;

    for (EACH(word, definition->words))
        if (e == ERR_OK)
            e = claim_c_name(taken,
                             arena_printf(taken->arena, "constant %.*s_%.*s", TEXT_ARG(definition->name),
                                          TEXT_ARG(word->text)),
                             word->place);
    return e;
}

static enum err take_record(struct taken *taken, const struct definition *record)
{
    enum err e = claim_c_name(taken, record->name, record->place);

    return e == ERR_OK ? take_two(taken, record->name, "list", record->place) : e;
}

static enum err take_definition(struct taken *taken, const struct definition *definition)
{
    if (definition->kind == DEFINES_ENUM)
        return take_enum(taken, definition);
    if (definition->kind == DEFINES_RECORD)
        return take_record(taken, definition);
    return take_message(taken, definition);
}

static enum err take_service(struct taken *taken, const struct schema_source *source)
{
    enum err e = ERR_OK;

    if (source->service.len)
        e = claim_c_name(taken, source->service, source->service_place);
    if (e == ERR_OK && model_has(source, DEFINES_ASK))
        e = take_two(taken, source->service, "handlers", source->service_place);
    return e;
}

static enum err check_member_names(const struct definition *definition)
{
    struct member *member;

    for (EACH(member, definition->members)) {
        if (text_starts(member->name, TEXT("has_")))
            return report(member->place, "names that begin with has_ are kept for optional fields; choose another");
        for (size_t i = 0; i < sizeof(c_words) / sizeof(c_words[0]); i++)
            if (text_is(member->name, c_words[i]))
                return report(member->place, "%s has a meaning in C; choose another name", c_words[i]);
    }
    return ERR_OK;
}

enum err check_names(struct schema_model *model)
{
    struct taken taken = { .arena = &model->arena };
    enum err e = take_array(&taken, c_words, sizeof(c_words) / sizeof(c_words[0]));
    struct definition *definition;
    struct schema_source *source;

    if (e == ERR_OK)
        e = take_array(&taken, tags_of_schema_h, sizeof(tags_of_schema_h) / sizeof(tags_of_schema_h[0]));
    for (EACH(source, model->sources)) {
        if (e == ERR_OK)
            e = take_service(&taken, source);
        for (EACH(definition, source->definitions)) {
            if (e == ERR_OK)
                e = take_definition(&taken, definition);
            if (e == ERR_OK)
                e = check_member_names(definition);
        }
    }
    return e;
}
