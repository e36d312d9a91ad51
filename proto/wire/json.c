#include "proto/wire/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/shared/work.h"
#include "proto/wire/codec.h"
#include "proto/wire/json_bounds.h"
#include "proto/wire/json_place.h"
#include "proto/wire/json_typed.h"
#include "proto/wire/value.h"

struct json_reading {
    struct arena *arena;
    struct fault *fault;
};

static enum err read_json_record(struct json_reading *r, const struct shape *shape, json_t *from, void *record);

static const char *const type_names[] = {
    [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "a list", [JSON_STRING] = "a text", [JSON_INTEGER] = "a number",
    [JSON_REAL] = "a real number", [JSON_TRUE] = "true",    [JSON_FALSE] = "false",   [JSON_NULL] = "null",
};

static enum err other_type(struct json_reading *r, const char *wanted, json_t *from)
{
    return fault_set(r->fault, ERR_BAD_REQUEST, "expected %s, not %s", wanted, type_names[json_typeof(from)]);
}

static enum err read_bool(struct json_reading *r, json_t *from, bool *to)
{
    if (!json_is_boolean(from))
        return other_type(r, "true or false", from);
    *to = json_is_true(from);
    return ERR_OK;
}

static enum err read_int(struct json_reading *r, const struct field *field, json_t *from, int64_t *to)
{
    if (!json_is_integer(from))
        return other_type(r, "a whole number", from);
    *to = json_integer_value(from);
    return value_check_int(field, *to, r->fault);
}

static enum err read_uint(struct json_reading *r, const struct field *field, json_t *from, uint64_t *to)
{
    if (!json_is_integer(from))
        return other_type(r, "a whole number", from);
    if (json_integer_value(from) < 0)
        return fault_set(r->fault, ERR_BAD_REQUEST, "%lld is below zero", (long long)json_integer_value(from));
    *to = (uint64_t)json_integer_value(from);
    return value_check_uint(field, *to, r->fault);
}

static enum err read_json_real(struct json_reading *r, const struct field *field, json_t *from, double *to)
{
    if (!json_is_number(from))
        return other_type(r, "a number", from);
    *to = json_number_value(from);
    return value_check_real(field, *to, r->fault);
}

/* Reads a JSON text as if it were typed: texts, bytes, paths, ids and words. */
static enum err read_string(struct json_reading *r, const struct field *field, json_t *from, void *to)
{
    struct text text;

    if (!json_is_string(from))
        return other_type(r, "a text", from);
    if (json_string_length(from) > CODEC_MESSAGE_MAX)
        return fault_set(r->fault, ERR_TOO_LARGE, "the text is over %d bytes long", CODEC_MESSAGE_MAX);
    text = arena_text(r->arena, (struct text){ (uint32_t)json_string_length(from), json_string_value(from) });
    return json_typed_value(field, text, r->arena, to, r->fault);
}

static enum err read_json_value(struct json_reading *r, const struct field *field, json_t *from, void *to)
{
    switch (field->type) {
    case FIELD_BOOL:
        return read_bool(r, from, to);
    case FIELD_INT:
        return read_int(r, field, from, to);
    case FIELD_UINT:
        return json_is_string(from) ? read_string(r, field, from, to) : read_uint(r, field, from, to);
    case FIELD_REAL:
        return read_json_real(r, field, from, to);
    case FIELD_TEXT:
    case FIELD_BYTES:
    case FIELD_ID:
    case FIELD_CHOICE:
        return read_string(r, field, from, to);
    case FIELD_RECORD:
        return read_json_record(r, field->record, from, to);
    }
    return ERR_INTERNAL;
}

/* Reads "name": {…} of an object that represents a list of records: `name` is the record's first field, a text. */
static enum err read_named(struct json_reading *r, const struct field *field, const char *name, json_t *from,
                           void *record)
{
    const struct field *first = &field->record->fields[0];
    struct text text = arena_text(r->arena, text_of(name));
    enum err e = json_typed_value(first, text, r->arena, value_in(first, record), r->fault);

    if (e == ERR_OK)
        e = read_json_record(r, field->record, from, record);
    return e == ERR_OK ? ERR_OK : value_fault_in(r->fault, e, name);
}

static enum err read_map(struct json_reading *r, const struct field *field, json_t *from, struct list *to)
{
    const size_t size = value_size(field);
    enum err e = value_check_count(field, json_object_size(from), r->fault);
    const char *name;
    json_t *value;

    if (e != ERR_OK)
        return e;
    to->at = arena_array(r->arena, json_object_size(from), size);
    json_object_foreach(from, name, value)
    {
        e = read_named(r, field, name, value, (char *)to->at + to->count * size);
        if (e != ERR_OK)
            return e;
        to->count++;
    }
    return ERR_OK;
}

static bool may_be_map(const struct field *field)
{
    return field->type == FIELD_RECORD && field->record->field_count > 0 &&
           field->record->fields[0].type == FIELD_TEXT && !(field->record->fields[0].flags & FIELD_LIST);
}

static enum err read_json_list(struct json_reading *r, const struct field *field, json_t *from, struct list *to)
{
    const size_t size = value_size(field), count = json_array_size(from);
    enum err e;

    if (json_is_object(from) && may_be_map(field))
        return read_map(r, field, from, to);
    if (!json_is_array(from))
        return other_type(r, "a list", from);
    e = value_check_count(field, count, r->fault);
    if (e != ERR_OK)
        return e;
    *to = (struct list){ (uint32_t)count, arena_array(r->arena, count, size) };
    for (uint32_t i = 0; i < count; i++) {
        e = read_json_value(r, field, json_array_get(from, i), (char *)to->at + i * size);
        if (e != ERR_OK)
            return value_fault_at(r->fault, e, i);
    }
    return ERR_OK;
}

static enum err read_json_field(struct json_reading *r, const struct field *field, json_t *from, void *record)
{
    void *at = value_in(field, record);

    memset(at, 0, field->flags & FIELD_LIST ? sizeof(struct list) : value_size(field));
    value_mark(field, record, !json_is_null(from));
    if (json_is_null(from) && field->flags & FIELD_OPTIONAL)
        return ERR_OK;
    return field->flags & FIELD_LIST ? read_json_list(r, field, from, at) : read_json_value(r, field, from, at);
}

/* "path" is ignored if "path_b64" is present, because that has the exact bytes. */
static bool has_exact(json_t *object, const struct field *field)
{
    char key[96];

    snprintf(key, sizeof(key), "%s_b64", field->name);
    return field->flags & FIELD_PATH && json_object_get(object, key);
}

static enum err read_pair(struct json_reading *r, const struct shape *shape, json_t *object, const char *key,
                          json_t *from, void *record)
{
    struct field found;
    enum err e = json_typed_field(shape, text_of(key), &found, r->fault);

    if (e == ERR_OK && !has_exact(object, &found))
        e = read_json_field(r, &found, from, record);
    return e == ERR_OK ? ERR_OK : value_fault_in(r->fault, e, key);
}

static enum err read_json_record(struct json_reading *r, const struct shape *shape, json_t *from, void *record)
{
    const char *key;
    json_t *value;

    work_step();
    if (!json_is_object(from))
        return other_type(r, "an object", from);
    json_object_foreach(from, key, value)
    {
        enum err e = read_pair(r, shape, from, key, value, record);

        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static bool is_whole_number(struct text number)
{
    for (uint32_t i = 0; i < number.len; i++)
        if (memchr(".eE", number.at[i], 3))
            return false;
    return true;
}

/* JSON, but with a number that neither an int64_t nor a double can hold. */
static enum err refuse_number(struct text from, size_t end, struct fault *fault)
{
    char path[JSON_PLACE_SIZE];
    const struct text number = json_place(from, end, path);

    fault_set(fault, ERR_BAD_REQUEST, "%.*s is out of range: expected a number from %s",
              number.len < 60 ? (int)number.len : 60, number.at,
              is_whole_number(number) ? "-9223372036854775808 to 9223372036854775807" : "-1.797e308 to 1.797e308");
    return fault ? fault_field(fault, path) : ERR_BAD_REQUEST;
}

/* Editors of some systems put a byte order mark before the text. UTF-16 has another mark, and zeros between letters. */
static enum err skip_mark(struct text *from, struct fault *fault)
{
    const struct text utf8 = TEXT("\xEF\xBB\xBF"), little = TEXT("\xFF\xFE"), big = TEXT("\xFE\xFF");

    if (text_starts(*from, utf8))
        *from = (struct text){ from->len - utf8.len, from->at + utf8.len };
    else if (text_starts(*from, little) || text_starts(*from, big))
        return fault_set(fault, ERR_BAD_REQUEST, "the JSON is UTF-16: save it as UTF-8");
    return ERR_OK;
}

static enum err parse_text(struct text from, json_t **to, struct fault *fault)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_error_t error;
    enum err e;

    if (from.len > 2 * CODEC_MESSAGE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the JSON has %u bytes, at most %d are allowed", from.len,
                         2 * CODEC_MESSAGE_MAX);
    e = skip_mark(&from, fault);
    if (e == ERR_OK)
        e = json_check_bounds(from, JSON_VALUES_MOST, fault);
    if (e != ERR_OK)
        return e;
    work_beat();
    *to = json_loadb(from.at ? from.at : "", from.len, flags, &error);
    work_beat();
    if (*to)
        return ERR_OK;
    if (json_error_code(&error) == json_error_numeric_overflow && error.position > 0)
        return refuse_number(from, (size_t)error.position, fault);
    return fault_set(fault, ERR_BAD_REQUEST, "not JSON at line %d, column %d: %s", error.line, error.column,
                     error.text);
}

enum err json_read(const struct shape *shape, struct text from, struct arena *arena, void *value, struct fault *fault)
{
    struct json_reading r = { arena, fault };
    json_t *whole = NULL;
    enum err e = parse_text(from, &whole, fault);

    if (e == ERR_OK)
        e = read_json_record(&r, shape, whole, value);
    json_decref(whole);
    return e;
}

/* Reads a list in brackets, or a record in braces. */
static enum err assign_json(struct json_reading *r, const struct field *field, struct text from, void *record)
{
    json_t *whole = NULL;
    enum err e = parse_text(from, &whole, r->fault);

    if (e == ERR_OK)
        e = read_json_field(r, field, whole, record);
    json_decref(whole);
    return e;
}

static bool is_json(const struct field *field, struct text from)
{
    return field->type == FIELD_RECORD || (field->flags & FIELD_LIST && from.len > 0 && from.at[0] == '[');
}

static enum err assign_at(struct json_reading *r, const struct shape *shape, struct text name, struct text typed,
                          void *record);

static enum err assign_inner(struct json_reading *r, const struct field *field, struct text rest, struct text typed,
                             void *record)
{
    if (field->type != FIELD_RECORD || field->flags & FIELD_LIST)
        return fault_set(r->fault, ERR_BAD_REQUEST, "the value has no fields");
    value_mark(field, record, true);
    return assign_at(r, field->record, rest, typed, value_in(field, record));
}

static enum err assign_field(struct json_reading *r, const struct field *field, struct text typed, void *record)
{
    if (is_json(field, typed))
        return assign_json(r, field, typed, record);
    return json_typed_assign(field, typed, r->arena, record, r->fault);
}

/* `name` may continue into a nested record: "edit.name". */
static enum err assign_at(struct json_reading *r, const struct shape *shape, struct text name, struct text typed,
                          void *record)
{
    const char *dot = name.len ? memchr(name.at, '.', name.len) : NULL;
    const uint32_t len = dot ? (uint32_t)(dot - name.at) : name.len;
    struct field found;
    enum err e = json_typed_field(shape, (struct text){ len, name.at }, &found, r->fault);

    if (e != ERR_OK)
        return e;
    if (dot)
        e = assign_inner(r, &found, (struct text){ name.len - len - 1, dot + 1 }, typed, record);
    else
        e = assign_field(r, &found, typed, record);
    return e == ERR_OK ? ERR_OK : value_fault_in(r->fault, e, found.name);
}

enum err json_assign(const struct shape *shape, struct text assignment, struct arena *arena, void *value,
                     struct fault *fault)
{
    struct json_reading r = { arena, fault };
    const char *equals = assignment.len ? memchr(assignment.at, '=', assignment.len) : NULL;
    struct text name, typed;

    if (!equals || equals == assignment.at) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" has no name and value", TEXT_ARG(assignment));
        fault_hint(fault, "write NAME=VALUE");
        return ERR_BAD_REQUEST;
    }
    name = (struct text){ (uint32_t)(equals - assignment.at), assignment.at };
    typed = (struct text){ assignment.len - name.len - 1, equals + 1 };
    return assign_at(&r, shape, name, typed, value);
}

/* ---- JSON of any shape ---- */

static enum err copy_node(struct json_reading *r, json_t *from, uint32_t depth, struct json_node *to);

static enum err copy_members(struct json_reading *r, json_t *from, uint32_t depth, struct json_node *to)
{
    enum err e = ERR_OK;
    const char *key;
    json_t *value;

    to->at = arena_array(r->arena, json_object_size(from), sizeof(*to->at));
    json_object_foreach(from, key, value)
    {
        struct json_node *member = &to->at[to->count++];

        e = copy_node(r, value, depth, member);
        member->key = arena_text(r->arena, text_of(key));
        if (e != ERR_OK)
            break;
    }
    return e;
}

static enum err copy_elements(struct json_reading *r, json_t *from, uint32_t depth, struct json_node *to)
{
    enum err e = ERR_OK;

    to->count = (uint32_t)json_array_size(from);
    to->at = arena_array(r->arena, to->count, sizeof(*to->at));
    for (uint32_t i = 0; e == ERR_OK && i < to->count; i++)
        e = copy_node(r, json_array_get(from, i), depth, &to->at[i]);
    return e;
}

static enum err copy_node(struct json_reading *r, json_t *from, uint32_t depth, struct json_node *to)
{
    static const enum json_kind kinds[] = {
        [JSON_OBJECT] = JSON_IS_OBJECT, [JSON_ARRAY] = JSON_IS_LIST, [JSON_STRING] = JSON_IS_TEXT,
        [JSON_INTEGER] = JSON_IS_INT,   [JSON_REAL] = JSON_IS_REAL,  [JSON_TRUE] = JSON_IS_BOOL,
        [JSON_FALSE] = JSON_IS_BOOL,    [JSON_NULL] = JSON_IS_NULL,
    };

    work_step();
    if (depth > JSON_TREE_DEPTH)
        return fault_set(r->fault, ERR_BAD_REQUEST, "objects and lists are nested deeper than %d", JSON_TREE_DEPTH);
    *to = (struct json_node){ .kind = kinds[json_typeof(from)] };
    if (json_is_object(from))
        return copy_members(r, from, depth + 1, to);
    if (json_is_array(from))
        return copy_elements(r, from, depth + 1, to);
    if (json_is_string(from))
        to->text = arena_text(r->arena, (struct text){ (uint32_t)json_string_length(from), json_string_value(from) });
    else if (json_is_integer(from))
        to->number = json_integer_value(from);
    else if (json_is_real(from))
        to->real = json_real_value(from);
    else
        to->yes = json_is_true(from);
    return ERR_OK;
}

enum err json_read_tree(struct text from, struct arena *arena, struct json_node *to, struct fault *fault)
{
    struct json_reading r = { arena, fault };
    json_t *whole = NULL;
    enum err e = parse_text(from, &whole, fault);

    if (e == ERR_OK && !json_is_object(whole))
        e = other_type(&r, "an object", whole);
    if (e == ERR_OK)
        e = copy_node(&r, whole, 0, to);
    json_decref(whole);
    return e;
}
