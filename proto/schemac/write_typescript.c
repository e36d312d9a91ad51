#include "proto/schemac/write_typescript.h"

/* A number up to here is exact in a double: 2^53 - 1. */
enum { EXACT_BITS = 53 };
static const int64_t exact_max = ((int64_t)1 << EXACT_BITS) - 1;

/* Writes the text as a comment before the thing that it describes; nothing if it is empty. */
static void write_remark(const char *indent, struct text doc, struct buffer *to)
{
    if (doc.len == 0)
        return;
    buffer_printf(to, "%s/** ", indent);
    for (uint32_t i = 0; i < doc.len; i++) {
        buffer_add(to, &doc.at[i], 1);
        if (doc.at[i] == '*' && i + 1 < doc.len && doc.at[i + 1] == '/')
            buffer_add_text(to, " ");
    }
    buffer_add_text(to, " */\n");
}

static const char *number_type(const struct member *member)
{
    bool is_exact = member->has_min && member->has_max && member->min >= -exact_max && member->max <= exact_max;

    return is_exact ? "number" : "Whole";
}

static const char *plain_type(const struct member *member, bool is_given)
{
    switch (member->type) {
    case FIELD_BOOL:
        return "boolean";
    case FIELD_INT:
    case FIELD_UINT:
        return number_type(member);
    case FIELD_REAL:
        return "number";
    case FIELD_BYTES:
        return is_given ? "Uint8Array | string" : "Uint8Array";
    case FIELD_ID:
        return is_given ? "Id | string" : "Id";
    default:
        return "string";
    }
}

/* `is_given`: in an ask, where each field of a record may be left out. */
static void write_typescript_type(const struct member *member, bool is_given, struct buffer *to)
{
    if (member->flags & FIELD_LIST)
        buffer_add_text(to, "Array<");
    if (member->definition && is_given && member->type == FIELD_RECORD)
        buffer_printf(to, "Given<%.*s>", TEXT_ARG(member->definition->name));
    else if (member->definition)
        buffer_printf(to, "%.*s", TEXT_ARG(member->definition->name));
    else
        buffer_add_text(to, plain_type(member, is_given));
    if (member->flags & FIELD_LIST)
        buffer_add_text(to, ">");
}

/* An answer leaves out absent fields and empty lists; an ask may leave out what is zero. */
static void write_members(const struct definition *of, struct buffer *to)
{
    bool is_ask = of->kind == DEFINES_ASK;
    struct member *member;

    buffer_add_text(to, "{\n");
    for (EACH(member, of->members)) {
        write_remark("  ", member->doc, to);
        buffer_printf(to, "  %.*s%s: ", TEXT_ARG(member->name),
                      is_ask || member->flags & (FIELD_OPTIONAL | FIELD_LIST) ? "?" : "");
        write_typescript_type(member, is_ask, to);
        buffer_add_text(to, "\n");
    }
    buffer_add_text(to, "}\n\n");
}

/* media, search_query_ask, persist_changed_event. */
static void write_type_name(const struct definition *of, struct buffer *to)
{
    write_struct_name(of, to);
    if (of->kind == DEFINES_ASK)
        buffer_add_text(to, "_ask");
    if (of->kind == DEFINES_EVENT)
        buffer_add_text(to, "_event");
}

static void write_interface(const struct definition *of, struct buffer *to)
{
    write_remark("", of->doc, to);
    if (!of->members) {
        buffer_add_text(to, "export type ");
        write_type_name(of, to);
        buffer_add_text(to, " = Record<string, never>\n\n");
        return;
    }
    buffer_add_text(to, "export interface ");
    write_type_name(of, to);
    buffer_add_text(to, " ");
    write_members(of, to);
}

static void write_words(const struct definition *definition, struct buffer *to)
{
    struct schema_word *word;

    write_remark("", definition->doc, to);
    buffer_printf(to, "export const %.*s_words = [", TEXT_ARG(definition->name));
    for (EACH(word, definition->words))
        buffer_printf(to, "'%.*s'%s", TEXT_ARG(word->text), word->next ? ", " : "] as const\n");
    buffer_printf(to, "export type %.*s = (typeof %.*s_words)[number]%s\n\n", TEXT_ARG(definition->name),
                  TEXT_ARG(definition->name), definition->is_open_enum ? " | (string & {})" : "");
}

static void write_definitions(const struct schema_source *source, struct buffer *to)
{
    struct definition *definition;

    for (EACH(definition, source->definitions))
        if (definition->kind == DEFINES_ENUM)
            write_words(definition, to);
        else
            write_interface(definition, to);
}

/* The source whose asks every service answers under its own name. */
static bool is_shared(const struct schema_source *source)
{
    return text_is(source->service, "service");
}

static const struct schema_source *find_shared(const struct schema_model *model)
{
    const struct schema_source *source;

    for (EACH(source, model->sources))
        if (is_shared(source))
            return source;
    return NULL;
}

typedef void write_message(const struct definition *message, struct text service, struct buffer *to);

/* Writes each ask or event of each service; the shared asks under the name of each service that answers asks. */
static void write_messages(const struct schema_model *model, enum definition_kind kind, write_message *write,
                           struct buffer *to)
{
    const struct schema_source *shared = find_shared(model), *source;
    const struct definition *message;

    for (EACH(source, model->sources)) {
        if (source->service.len == 0 || is_shared(source) || !model_has(source, DEFINES_ASK))
            continue;
        for (EACH_OF_KIND(message, source, kind))
            write(message, source->service, to);
        if (shared)
            for (EACH_OF_KIND(message, shared, kind))
                write(message, source->service, to);
    }
}

static void write_ask_type(const struct definition *ask, struct text service, struct buffer *to)
{
    buffer_printf(to, "  '%.*s.%.*s': { ask: ", TEXT_ARG(service), TEXT_ARG(ask->name));
    write_type_name(ask, to);
    buffer_printf(to, "; answer: %.*s }\n", TEXT_ARG(ask->answer_name));
}

static void write_ask_row(const struct definition *ask, struct text service, struct buffer *to)
{
    buffer_printf(to, "  '%.*s.%.*s': { service: '%.*s', mutates: %s, once: %s },\n", TEXT_ARG(service),
                  TEXT_ARG(ask->name), TEXT_ARG(service), ask->mutates ? "true" : "false",
                  ask->once ? "true" : "false");
}

static void write_event_type(const struct definition *event, struct text service, struct buffer *to)
{
    buffer_printf(to, "  '%.*s.%.*s': ", TEXT_ARG(service), TEXT_ARG(event->name));
    write_type_name(event, to);
    buffer_add_text(to, "\n");
}

static void write_errors(struct buffer *to)
{
    buffer_add_text(to, "export const error_words = [");
    for (int code = ERR_OK; code < ERR_COUNT; code++)
        buffer_printf(to, "%s'%s'", code == ERR_OK ? "" : ", ", err_name((enum err)code));
    buffer_add_text(to, "] as const\nexport type error = (typeof error_words)[number]\n\n");
}

static const char head[] =
    "// Made by schemac from schemas/: the types of all messages, and a table of the asks. docs/protocol.md has the\n"
    "// frames.\n"
    "\n"
    "/** A whole number of up to 64 bits: a bigint beyond 2^53 - 1, else a number. */\n"
    "export type Whole = number | bigint\n"
    "/** 16 bytes. Asks take the 26 characters of a ULID too. */\n"
    "export type Id = Uint8Array\n"
    "/** A record in an ask: what is left out is zero, empty or absent. */\n"
    "export type Given<T> = T extends Uint8Array ? T | string : T extends Array<infer E> ? Array<Given<E>>\n"
    "  : T extends object ? { [K in keyof T]?: Given<T[K]> } : T\n\n";

void write_typescript(const struct schema_model *model, struct buffer *to)
{
    const struct schema_source *source;

    buffer_add_text(to, head);
    write_errors(to);
    for (EACH(source, model->sources))
        write_definitions(source, to);
    buffer_add_text(to, "/** The fields of each ask and of its answer. */\nexport interface Asks {\n");
    write_messages(model, DEFINES_ASK, write_ask_type, to);
    buffer_add_text(to, "}\n\n/** The fields of each event. */\nexport interface Events {\n");
    write_messages(model, DEFINES_EVENT, write_event_type, to);
    buffer_add_text(
        to, "}\n\n/** The service of each ask, and what a copy of it does. */\n"
            "export const asks: { [K in keyof Asks]: { service: string; mutates: boolean; once: boolean } } = {\n");
    write_messages(model, DEFINES_ASK, write_ask_row, to);
    buffer_add_text(to, "}\n");
}
