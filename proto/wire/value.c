#include "proto/wire/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const size_t sizes[] = {
    [FIELD_BOOL] = sizeof(bool),    [FIELD_INT] = sizeof(int64_t),          [FIELD_UINT] = sizeof(uint64_t),
    [FIELD_REAL] = sizeof(double),  [FIELD_TEXT] = sizeof(struct text),     [FIELD_BYTES] = sizeof(struct bytes),
    [FIELD_ID] = sizeof(struct id), [FIELD_CHOICE] = sizeof(struct choice),
};

size_t value_size(const struct field *field)
{
    return field->type == FIELD_RECORD ? field->record->size : sizes[field->type];
}

static bool has_name(const struct field *field, struct text name)
{
    return field->name_len == name.len && memcmp(field->name, name.at, name.len) == 0;
}

const struct field *value_field(const struct shape *shape, struct text name, uint32_t *next)
{
    uint32_t at = *next;

    for (uint32_t tried = 0; tried < shape->field_count; tried++, at++) {
        if (at >= shape->field_count)
            at = 0;
        if (has_name(&shape->fields[at], name)) {
            *next = at + 1;
            return &shape->fields[at];
        }
    }
    return NULL;
}

enum err value_check_int(const struct field *field, int64_t value, struct fault *fault)
{
    if (value >= field->min && value <= field->max)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "%lld is out of range: %lld to %lld", (long long)value,
                     (long long)field->min, (long long)field->max);
}

/* INT64_MAX as a bound means none: the whole range of uint64_t. */
static uint64_t uint_max(const struct field *field)
{
    return field->max == INT64_MAX ? UINT64_MAX : (uint64_t)field->max;
}

enum err value_check_uint(const struct field *field, uint64_t value, struct fault *fault)
{
    if (value >= (uint64_t)field->min && value <= uint_max(field))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "%llu is out of range: %llu to %llu", (unsigned long long)value,
                     (unsigned long long)field->min, (unsigned long long)uint_max(field));
}

enum err value_check_real(const struct field *field, double value, struct fault *fault)
{
    if (!isfinite(value))
        return fault_set(fault, ERR_BAD_REQUEST, "the number is not finite");
    if (value >= field->real_min && value <= field->real_max)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "%g is out of range: %g to %g", value, field->real_min, field->real_max);
}

enum err value_check_text(const struct field *field, struct text value, struct fault *fault)
{
    if (value.len > field->max_len)
        return fault_set(fault, ERR_TOO_LARGE, "the text has %u bytes, at most %u are allowed", value.len,
                         field->max_len);
    if (!text_is_utf8(value))
        return fault_set(fault, ERR_BAD_REQUEST, "the text is not UTF-8");
    return ERR_OK;
}

enum err value_check_bytes(const struct field *field, struct bytes value, struct fault *fault)
{
    if (value.len <= field->max_len)
        return ERR_OK;
    return fault_set(fault, ERR_TOO_LARGE, "there are %u bytes, at most %u are allowed", value.len, field->max_len);
}

enum err value_check_word(struct text word, struct fault *fault)
{
    if (word.len > VALUE_WORD_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the word has %u bytes, at most %u are allowed", word.len,
                         (unsigned)VALUE_WORD_MAX);
    if (!text_is_utf8(word))
        return fault_set(fault, ERR_BAD_REQUEST, "the word is not UTF-8");
    return ERR_OK;
}

enum err value_check_count(const struct field *field, size_t count, struct fault *fault)
{
    if (count <= field->max_count)
        return ERR_OK;
    return fault_set(fault, ERR_TOO_LARGE, "the list has %zu elements, at most %u are allowed", count,
                     field->max_count);
}

void value_hint(char hint[VALUE_HINT_SIZE], const char *word)
{
    const size_t len = strlen(hint);

    if (len + strlen(word) + sizeof(", ") > VALUE_HINT_SIZE)
        return;
    if (len)
        strcat(hint, ", ");
    strcat(hint, word);
}

enum err value_refuse_word(const struct choice_table *table, struct text word, struct fault *fault)
{
    char hint[VALUE_HINT_SIZE] = "", name[VALUE_WORD_MAX];

    (void)snprintf(name, sizeof(name), "%s", table->name);
    for (char *gap = name; (gap = strchr(gap, '_'));)
        *gap = ' ';
    fault_set(fault, ERR_BAD_REQUEST, "unknown %s \"%.*s\"", name, TEXT_ARG(word));
    for (uint32_t i = 1; i < table->count; i++)
        value_hint(hint, table->words[i]);
    return fault_hint(fault, "one of: %s", hint);
}

struct text value_word(const struct field *field, const struct choice *choice)
{
    return choice->value ? text_of(choice_word(field->choices, choice->value)) : choice->word;
}

enum err value_fault_in(struct fault *fault, enum err code, const char *name)
{
    char whole[2 * sizeof(fault->field)];
    const char *dot;

    if (!fault)
        return code;
    dot = fault->field[0] && fault->field[0] != '[' ? "." : "";
    snprintf(whole, sizeof(whole), "%.60s%s%s", name, dot, fault->field);
    whole[sizeof(fault->field) - 1] = '\0';
    strcpy(fault->field, whole);
    return code;
}

enum err value_fault_at(struct fault *fault, enum err code, uint32_t index)
{
    char place[16];

    snprintf(place, sizeof(place), "[%u]", index);
    return value_fault_in(fault, code, place);
}
