#include "proto/wire/json_typed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/base64.h"
#include "proto/wire/value.h"

enum { NUMBER_SIZE = 64 };

static bool is_exact_name(const struct field *field, struct text name)
{
    static const char ending[] = "_b64";
    const uint32_t len = field->name_len;

    return field->flags & FIELD_PATH && name.len == len + sizeof(ending) - 1 &&
           memcmp(name.at, field->name, len) == 0 && memcmp(name.at + len, ending, sizeof(ending) - 1) == 0;
}

static enum err unknown_field(const struct shape *shape, struct text name, struct fault *fault)
{
    char hint[VALUE_HINT_SIZE] = "";

    fault_set(fault, ERR_BAD_REQUEST, "%s has no field \"%.*s\"", shape->name, TEXT_ARG(name));
    for (uint32_t i = 0; i < shape->field_count; i++)
        value_hint(hint, shape->fields[i].name);
    fault_hint(fault, "%s%s", shape->field_count ? "its fields are: " : "it has none", hint);
    return ERR_BAD_REQUEST;
}

enum err json_typed_field(const struct shape *shape, struct text name, struct field *to, struct fault *fault)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        *to = shape->fields[i];
        if (text_is(name, to->name))
            return ERR_OK;
        if (is_exact_name(to, name)) {
            to->flags &= ~(uint32_t)FIELD_PATH;
            return ERR_OK;
        }
    }
    return unknown_field(shape, name, fault);
}

static enum err no_number(struct text typed, const char *wanted, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not %s", TEXT_ARG(typed), wanted);
}

/* Checks for decimal digits with an optional sign, and no fraction but zeros; copies them to `digits` with a closing
 * zero. */
static bool is_whole_number(struct text typed, char digits[NUMBER_SIZE])
{
    if (!text_copy(digits, NUMBER_SIZE, typed) || strlen(digits) != typed.len)
        return false;
    const char *at = digits + (digits[0] == '-' || digits[0] == '+');
    const char *rest = at + strspn(at, "0123456789");
    return rest > at && (*rest == '\0' || (*rest == '.' && rest[1 + strspn(rest + 1, "0")] == '\0'));
}

static enum err typed_int(const struct field *field, struct text typed, int64_t *to, struct fault *fault)
{
    char digits[NUMBER_SIZE];

    if (!is_whole_number(typed, digits))
        return no_number(typed, "a whole number", fault);
    errno = 0;
    *to = strtoll(digits, NULL, 10);
    return errno ? no_number(typed, "a number of 64 bits", fault) : value_check_int(field, *to, fault);
}

static enum err typed_uint(const struct field *field, struct text typed, uint64_t *to, struct fault *fault)
{
    char digits[NUMBER_SIZE];

    if (!is_whole_number(typed, digits) || digits[0] == '-')
        return no_number(typed, "a whole number from zero up", fault);
    errno = 0;
    *to = strtoull(digits, NULL, 10);
    return errno ? no_number(typed, "a number of 64 bits", fault) : value_check_uint(field, *to, fault);
}

static enum err typed_real(const struct field *field, struct text typed, double *to, struct fault *fault)
{
    char digits[NUMBER_SIZE], *end;

    if (!text_copy(digits, sizeof(digits), typed) || digits[strspn(digits, "+-0123456789.eE")])
        return no_number(typed, "a number", fault);
    *to = strtod(digits, &end);
    if (end == digits || end != digits + typed.len)
        return no_number(typed, "a number", fault);
    return value_check_real(field, *to, fault);
}

static enum err typed_bool(struct text typed, bool *to, struct fault *fault)
{
    static const struct {
        const char *word;
        bool yes;
    } words[] = {
        { "true", true }, { "false", false }, { "on", true }, { "off", false },
        { "yes", true },  { "no", false },    { "1", true },  { "0", false },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (text_is(typed, words[i].word)) {
            *to = words[i].yes;
            return ERR_OK;
        }
    }
    return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is neither true nor false: expected on or off", TEXT_ARG(typed));
}

static enum err typed_text(const struct field *field, struct text typed, struct text *to, struct fault *fault)
{
    *to = typed;
    return value_check_text(field, typed, fault);
}

static enum err typed_bytes(const struct field *field, struct text typed, struct arena *arena, struct bytes *to,
                            struct fault *fault)
{
    if (field->flags & FIELD_PATH)
        *to = bytes_of(typed.at, typed.len);
    else if (!base64_read(typed, arena, to))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not base 64", TEXT_ARG(typed));
    return value_check_bytes(field, *to, fault);
}

static enum err typed_id(struct text typed, struct id *to, struct fault *fault)
{
    if (id_read(typed, to))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not an id of 26 characters", TEXT_ARG(typed));
}

/* Refuses an unknown word: the person made a typing error. The empty word means "no choice". */
static enum err typed_choice(const struct field *field, struct text typed, struct choice *to, struct fault *fault)
{
    *to = (struct choice){ choice_value(field->choices, typed), typed };
    return to->value || typed.len == 0 ? ERR_OK : value_refuse_word(field->choices, typed, fault);
}

enum err json_typed_value(const struct field *field, struct text typed, struct arena *arena, void *to,
                          struct fault *fault)
{
    switch (field->type) {
    case FIELD_BOOL:
        return typed_bool(typed, to, fault);
    case FIELD_INT:
        return typed_int(field, typed, to, fault);
    case FIELD_UINT:
        return typed_uint(field, typed, to, fault);
    case FIELD_REAL:
        return typed_real(field, typed, to, fault);
    case FIELD_TEXT:
        return typed_text(field, typed, to, fault);
    case FIELD_BYTES:
        return typed_bytes(field, typed, arena, to, fault);
    case FIELD_ID:
        return typed_id(typed, to, fault);
    case FIELD_CHOICE:
        return typed_choice(field, typed, to, fault);
    case FIELD_RECORD:
        return fault_set(fault, ERR_BAD_REQUEST, "a record is written as JSON: {…}");
    }
    return ERR_INTERNAL;
}

static size_t comma_count(struct text typed)
{
    size_t count = 0;

    for (uint32_t i = 0; i < typed.len; i++)
        count += typed.at[i] == ',';
    return count;
}

static enum err typed_list(const struct field *field, struct text typed, struct arena *arena, struct list *to,
                           struct fault *fault)
{
    const size_t count = typed.len ? comma_count(typed) + 1 : 0, size = value_size(field);
    enum err e = value_check_count(field, count, fault);

    if (e != ERR_OK)
        return e;
    *to = (struct list){ (uint32_t)count, arena_array(arena, count, size) };
    for (uint32_t i = 0; i < count; i++) {
        e = json_typed_value(field, text_cut(&typed, ','), arena, (char *)to->at + i * size, fault);
        if (e != ERR_OK)
            return value_fault_at(fault, e, i);
    }
    return ERR_OK;
}

static bool takes_nothing(const struct field *field)
{
    return field->type == FIELD_TEXT || field->type == FIELD_BYTES || field->flags & FIELD_LIST;
}

enum err json_typed_assign(const struct field *field, struct text typed, struct arena *arena, void *record,
                           struct fault *fault)
{
    const bool there = typed.len > 0 || !(field->flags & FIELD_OPTIONAL) || takes_nothing(field);
    void *at = value_in(field, record);
    struct text kept;

    value_mark(field, record, there);
    if (!there) {
        memset(at, 0, value_size(field));
        return ERR_OK;
    }
    kept = arena_text(arena, typed);
    return field->flags & FIELD_LIST ? typed_list(field, kept, arena, at, fault)
                                     : json_typed_value(field, kept, arena, at, fault);
}
