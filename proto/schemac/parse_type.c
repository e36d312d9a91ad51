#include "proto/schemac/parse_type.h"

#include <errno.h>
#include <float.h>
#include <stdlib.h>

#include "proto/schemac/report.h"
#include "proto/wire/codec.h"

enum { PATH_BYTES_MAX = 4096 };

enum argument { TAKES_NOTHING, TAKES_RANGE, TAKES_LENGTH };

static const struct basic_type {
    const char *name;
    enum field_type type;
    enum argument argument;
    uint32_t flags;
} basic_types[] = {
    { "bool", FIELD_BOOL, TAKES_NOTHING, 0 },
    { "i64", FIELD_INT, TAKES_RANGE, 0 },
    { "u64", FIELD_UINT, TAKES_RANGE, 0 },
    { "f64", FIELD_REAL, TAKES_RANGE, 0 },
    { "text", FIELD_TEXT, TAKES_LENGTH, 0 },
    { "bytes", FIELD_BYTES, TAKES_LENGTH, 0 },
    { "path", FIELD_BYTES, TAKES_NOTHING, FIELD_PATH },
    { "id", FIELD_ID, TAKES_NOTHING, 0 },
    { "usec", FIELD_INT, TAKES_NOTHING, 0 },
    { "frames", FIELD_INT, TAKES_NOTHING, 0 },
};

static const struct basic_type *find_basic(struct text name)
{
    for (size_t i = 0; i < sizeof(basic_types) / sizeof(basic_types[0]); i++)
        if (text_is(name, basic_types[i].name))
            return &basic_types[i];
    return NULL;
}

static enum err read_bound(struct schema_lexer *lexer, enum field_type type, int64_t *whole, double *real)
{
    struct source_place place = lexer_place(lexer);
    struct text number = lexer_number(lexer);
    char copy[64], *end = copy;

    errno = 0;
    if (number.len == 0 || !text_copy(copy, sizeof(copy), number))
        return report(place, "a number is expected here; write a bound of the range");
    if (type == FIELD_REAL)
        *real = strtod(copy, &end);
    else
        *whole = strtoll(copy, &end, 10);
    if (*end || errno || (type == FIELD_UINT && *whole < 0))
        return report(place, "%s is not a number of this type; write one that is", copy);
    return ERR_OK;
}

static bool is_backwards(const struct member *member)
{
    if (!member->has_min || !member->has_max)
        return false;
    if (member->type == FIELD_REAL)
        return member->real_min > member->real_max;
    return member->min > member->max;
}

static enum err parse_range(struct schema_lexer *lexer, struct member *member)
{
    struct source_place place = lexer_here(lexer);
    enum err e = ERR_OK;

    if (!lexer_take_glued(lexer, "("))
        return ERR_OK;
    member->has_min = !lexer_take(lexer, "..");
    if (member->has_min) {
        e = read_bound(lexer, member->type, &member->min, &member->real_min);
        if (e == ERR_OK && !lexer_take(lexer, ".."))
            return report(lexer_place(lexer), ".. is expected here; a range is written (min..max)");
    }
    member->has_max = e == ERR_OK && !lexer_take(lexer, ")");
    if (member->has_max) {
        e = read_bound(lexer, member->type, &member->max, &member->real_max);
        if (e == ERR_OK && !lexer_take(lexer, ")"))
            return report(lexer_place(lexer), ") is expected here; a range is written (min..max)");
    }
    if (e == ERR_OK && is_backwards(member))
        return report(place, "the range runs backwards; write the smaller bound first");
    return e;
}

static enum err parse_length(struct schema_lexer *lexer, struct member *member)
{
    struct source_place place;
    enum err e;

    if (!lexer_take_glued(lexer, "("))
        return report(member->type_place, "%.*s has no bound; write %.*s(most bytes)", TEXT_ARG(member->type_name),
                      TEXT_ARG(member->type_name));
    place = lexer_place(lexer);
    e = lexer_count(lexer, "the most bytes", &member->max_len);
    if (e != ERR_OK)
        return e;
    if (!lexer_take(lexer, ")"))
        return report(lexer_place(lexer), ") is expected here; write %.*s(most bytes)", TEXT_ARG(member->type_name));
    if (member->max_len > CODEC_MESSAGE_MAX)
        return report(place, "the bound exceeds the %d bytes of a message; write a smaller one", CODEC_MESSAGE_MAX);
    return ERR_OK;
}

static enum err parse_argument(struct schema_lexer *lexer, enum argument argument, struct member *member)
{
    if (argument == TAKES_RANGE)
        return parse_range(lexer, member);
    if (argument == TAKES_LENGTH)
        return parse_length(lexer, member);
    if (lexer_take_glued(lexer, "("))
        return report(member->type_place, "%.*s takes no bound; write it without brackets",
                      TEXT_ARG(member->type_name));
    return ERR_OK;
}

static enum err parse_list(struct schema_lexer *lexer, struct member *member)
{
    struct source_place place = lexer_here(lexer);
    enum err e;

    if (!lexer_take_glued(lexer, "["))
        return ERR_OK;
    member->flags |= FIELD_LIST;
    e = lexer_count(lexer, "the most elements of the list", &member->max_count);
    if (e == ERR_OK && !lexer_take(lexer, "]"))
        return report(lexer_place(lexer), "] is expected here; write [most elements]");
    if (e == ERR_OK && member->max_count > CODEC_MESSAGE_MAX)
        return report(place, "the bound exceeds the %d elements of a message; write a smaller one", CODEC_MESSAGE_MAX);
    return e;
}

static const struct mark {
    const char *name;
    enum field_flag flag;
} marks[] = {
    { "keys", FIELD_KEYS }, { "object", FIELD_OBJECT }, { "rows", FIELD_ROWS },
    { "json", FIELD_JSON }, { "local", FIELD_LOCAL },   { "changes", FIELD_CHANGES },
};

static enum err parse_mark(struct schema_lexer *lexer, struct member *member)
{
    struct source_place place;
    struct text name;
    enum err e;

    if (!lexer_take_glued(lexer, ":"))
        return ERR_OK;
    place = lexer_place(lexer);
    e = lexer_name(lexer, "the form of the field in JSON, or local or changes", &name);
    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (text_is(name, marks[i].name)) {
            member->flags |= marks[i].flag;
            return ERR_OK;
        }
    return report(place, "there is no form %.*s; write keys, object, rows, json, local or changes", TEXT_ARG(name));
}

static void set_default_bounds(struct member *member)
{
    if (!member->has_min) {
        member->min = member->type == FIELD_UINT ? 0 : INT64_MIN;
        member->real_min = -DBL_MAX;
    }
    if (!member->has_max) {
        member->max = INT64_MAX;
        member->real_max = DBL_MAX;
    }
}

enum err parse_type(struct schema_lexer *lexer, struct member *member)
{
    const struct basic_type *basic;
    enum err e;

    member->type_place = lexer_place(lexer);
    e = lexer_name(lexer, "the type of the field", &member->type_name);
    if (e != ERR_OK)
        return e;
    basic = find_basic(member->type_name);
    member->type = basic ? basic->type : FIELD_RECORD;
    member->flags = basic ? basic->flags : 0;
    if (member->flags & FIELD_PATH)
        member->max_len = PATH_BYTES_MAX;
    e = parse_argument(lexer, basic ? basic->argument : TAKES_NOTHING, member);
    if (e == ERR_OK)
        e = parse_list(lexer, member);
    if (e == ERR_OK && lexer_take_glued(lexer, "?"))
        member->flags |= FIELD_OPTIONAL;
    if (e == ERR_OK)
        e = parse_mark(lexer, member);
    set_default_bounds(member);
    return e;
}
