#include "proto/wire/json_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/shared/work.h"
#include "proto/wire/base64.h"
#include "proto/wire/value.h"

enum { KEY_SIZE = 512 };

static void write_record(const struct shape *shape, const void *record, struct buffer *to);

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void add_escape(struct buffer *to, uint8_t c)
{
    static const char *const short_forms[0x80] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t", ['\b'] = "\\b", ['\f'] = "\\f",
    };

    if (short_forms[c])
        buffer_add_text(to, short_forms[c]);
    else
        buffer_printf(to, "\\u%04x", c);
}

/* Returns the code point of a character that steers a terminal: C1 is 0xC2 and its number; the others are U+2000 to
 * U+207F. */
static unsigned steering_number(struct text from, uint32_t len)
{
    unsigned second = (uint8_t)from.at[1], third = len == 2 ? 0 : (uint8_t)from.at[2];

    return len == 2 ? second : 0x2000U | (second & 0x3FU) << 6 | (third & 0x3FU);
}

/* Writes one character that cannot be copied unchanged; returns its bytes. */
static uint32_t write_character(struct buffer *to, struct text from)
{
    const uint32_t len = text_character(from);

    if (len == 0)
        buffer_add_text(to, TEXT_REPLACEMENT);
    else if (len == 1)
        add_escape(to, (uint8_t)from.at[0]);
    else if (text_steers(from))
        buffer_printf(to, "\\u%04x", steering_number(from, len));
    else
        buffer_add(to, from.at, len);
    return len ? len : 1;
}

void json_text(struct buffer *to, struct text text)
{
    uint32_t at = 0, plain;

    buffer_add(to, "\"", 1);
    while (at < text.len) {
        for (plain = at; plain < text.len && is_plain((uint8_t)text.at[plain]); plain++)
            ;
        buffer_add(to, text.at + at, plain - at);
        at = plain;
        if (at < text.len)
            at += write_character(to, (struct text){ text.len - at, text.at + at });
    }
    buffer_add(to, "\"", 1);
}

/* A document may have a hundred thousand of them, and printf takes four times as long. */
void json_whole(struct buffer *to, int64_t number)
{
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char digits[24];
    uint32_t at = sizeof(digits);

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        digits[--at] = '-';
    buffer_add(to, digits + at, sizeof(digits) - at);
}

void json_number(struct buffer *to, double number)
{
    char digits[32];

    if (!isfinite(number)) {
        buffer_add_text(to, "null");
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof(digits), "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    if (number == 0 && signbit(number)) /* without a fraction it is read as a whole number, which has no sign */
        snprintf(digits, sizeof(digits), "-0.0");
    buffer_add_text(to, digits);
}

void json_key(struct buffer *to, bool *first, const char *key)
{
    buffer_add(to, ",", *first ? 0 : 1);
    *first = false;
    json_text(to, text_of(key)); /* escaped, because the name of a fact was typed by a person */
    buffer_add(to, ":", 1);
}

static void write_base64(struct buffer *to, struct bytes bytes)
{
    buffer_add(to, "\"", 1);
    base64_write(to, bytes);
    buffer_add(to, "\"", 1);
}

/* Writes the key, and key_b64 if the path is not UTF-8. */
static void write_path(struct buffer *to, bool *first, const char *key, struct bytes path)
{
    const struct text shown = { path.len, (const char *)path.at };
    char exact[96];

    json_key(to, first, key);
    json_text(to, shown);
    if (text_is_utf8(shown))
        return;
    snprintf(exact, sizeof(exact), "%s_b64", key);
    json_key(to, first, exact);
    write_base64(to, path);
}

static void write_text(const struct field *field, struct text text, struct buffer *to)
{
    if (field->flags & FIELD_JSON)
        buffer_add(to, text.at, text.len);
    else
        json_text(to, text);
}

static void write_bytes(const struct field *field, struct bytes bytes, struct buffer *to)
{
    if (field->flags & FIELD_PATH)
        json_text(to, (struct text){ bytes.len, (const char *)bytes.at });
    else
        write_base64(to, bytes);
}

static void write_id(struct id id, struct buffer *to)
{
    char digits[ID_TEXT_SIZE];

    buffer_printf(to, "\"%s\"", id_write(id, digits));
}

static void write_uint(struct buffer *to, uint64_t number)
{
    const char *quote = number > INT64_MAX ? "\"" : "";

    buffer_printf(to, "%s%" PRIu64 "%s", quote, number, quote);
}

static void write_value(const struct field *field, const void *at, struct buffer *to)
{
    switch (field->type) {
    case FIELD_BOOL:
        buffer_add_text(to, *(const bool *)at ? "true" : "false");
        return;
    case FIELD_INT:
        json_whole(to, *(const int64_t *)at);
        return;
    case FIELD_UINT:
        write_uint(to, *(const uint64_t *)at);
        return;
    case FIELD_REAL:
        json_number(to, *(const double *)at);
        return;
    case FIELD_TEXT:
        write_text(field, *(const struct text *)at, to);
        return;
    case FIELD_BYTES:
        write_bytes(field, *(const struct bytes *)at, to);
        return;
    case FIELD_ID:
        write_id(*(const struct id *)at, to);
        return;
    case FIELD_CHOICE:
        json_text(to, value_word(field, at));
        return;
    case FIELD_RECORD:
        write_record(field->record, at, to);
        return;
    }
}

static const struct text *pair_word(const struct field *field, const void *record)
{
    return value_of(&field->record->fields[0], record);
}

/* Writes a record of a list with the form `object`: "word":value. */
static void write_pair(const struct field *field, const void *record, struct buffer *to)
{
    const struct field *value = &field->record->fields[1];

    json_text(to, *pair_word(field, record));
    buffer_add(to, ":", 1);
    write_value(value, value_of(value, record), to);
}

static void write_row(const struct shape *shape, const void *record, struct buffer *to)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        buffer_add(to, i ? "," : "[", 1);
        write_value(&shape->fields[i], value_of(&shape->fields[i], record), to);
    }
    buffer_add(to, "]", 1);
}

static void write_json_list(const struct field *field, const struct list *list, struct buffer *to)
{
    const size_t size = value_size(field);
    const bool is_object = field->flags & FIELD_OBJECT;

    buffer_add(to, is_object ? "{" : "[", 1);
    for (uint32_t i = 0; i < list->count; i++) {
        const void *at = (const char *)list->at + i * size;

        buffer_add(to, ",", i ? 1 : 0);
        if (is_object)
            write_pair(field, at, to);
        else if (field->flags & FIELD_ROWS)
            write_row(field->record, at, to);
        else
            write_value(field, at, to);
    }
    buffer_add(to, is_object ? "}" : "]", 1);
}

/* ---- the keys of an object ---- */

/* A record of a list with the form `keys`: its optional fields are values of WORD, the others of WORD_NAME. */
static void each_of_word(const struct field *list, const void *record, json_visit_fn *visit, void *state)
{
    const struct text word = *pair_word(list, record);
    char key[KEY_SIZE];

    for (uint32_t i = 1; i < list->record->field_count; i++) {
        const struct field *field = &list->record->fields[i];
        const bool is_word = field->flags & FIELD_OPTIONAL;

        snprintf(key, sizeof(key), "%.*s%s%s", TEXT_ARG(word), is_word ? "" : "_", is_word ? "" : field->name);
        if (value_there(field, record))
            visit(state, key, field, value_of(field, record));
    }
}

static void each_inside(const struct field *field, const void *at, json_visit_fn *visit, void *state)
{
    const struct list *list = at;

    if (!(field->flags & FIELD_LIST)) {
        json_each_key(field->record, at, visit, state);
        return;
    }
    for (uint32_t i = 0; i < list->count; i++)
        each_of_word(field, (const char *)list->at + i * value_size(field), visit, state);
}

void json_each_key(const struct shape *shape, const void *record, json_visit_fn *visit, void *state)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];

        if (!value_there(field, record))
            continue;
        if (field->flags & FIELD_KEYS)
            each_inside(field, value_of(field, record), visit, state);
        else
            visit(state, field->name, field, value_of(field, record));
    }
}

struct object {
    struct buffer *to;
    const char *only; /* "a,b"; NULL: all */
    bool first;
};

static bool is_key_wanted(const struct object *object, const char *key)
{
    const size_t len = strlen(key);

    if (!object->only)
        return true;
    for (const char *at = object->only; len > 0 && (at = strstr(at, key)) != NULL; at += len)
        if ((at == object->only || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

static void write_key(void *state, const char *key, const struct field *field, const void *at)
{
    struct object *object = state;

    if (!is_key_wanted(object, key))
        return;
    if (field->flags & FIELD_PATH && !(field->flags & FIELD_LIST)) {
        write_path(object->to, &object->first, key, *(const struct bytes *)at);
        return;
    }
    json_key(object->to, &object->first, key);
    if (field->flags & FIELD_LIST)
        write_json_list(field, at, object->to);
    else
        write_value(field, at, object->to);
}

static void write_some(const struct shape *shape, const void *record, const char *only, struct buffer *to)
{
    struct object object = { to, only, true };

    work_step();
    buffer_add(to, "{", 1);
    json_each_key(shape, record, write_key, &object);
    buffer_add(to, "}", 1);
}

static void write_record(const struct shape *shape, const void *record, struct buffer *to)
{
    write_some(shape, record, NULL, to);
}

void json_write(const struct shape *shape, const void *value, struct buffer *to)
{
    write_some(shape, value, NULL, to);
}

void json_write_some(const struct shape *shape, const void *value, const char *only, struct buffer *to)
{
    write_some(shape, value, only, to);
}
