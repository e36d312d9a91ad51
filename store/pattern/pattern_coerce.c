#include "store/pattern/pattern_coerce.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/json_tree.h"
#include "proto/wire/json_typed.h"
#include "proto/wire/value.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_check.h"

struct reading {
    struct arena *arena;
    struct fault *fault;
    struct pattern_paths *paths;
    uint32_t row; /* that is being read */
};

static const double WHOLE_MOST = 9007199254740992.0; /* 2^53: below it, each whole number is exact */

static enum err coerce_record(struct reading *r, const struct shape *shape, const struct json_node *from, void *record);

static enum err other_kind(struct reading *r, const char *wanted, const struct json_node *from)
{
    static const char *const kinds[] = { "null",   "true or false", "a number", "a number",
                                         "a text", "a list",        "an object" };

    return fault_set(r->fault, ERR_BAD_REQUEST, "expected %s, not %s", wanted, kinds[from->kind]);
}

/* ---- numbers ---- */

static bool typed_real(struct reading *r, struct text from, double *to)
{
    static const struct field any = { .type = FIELD_REAL, .real_min = -HUGE_VAL, .real_max = HUGE_VAL };
    struct fault unused = { 0 };

    return json_typed_value(&any, from, r->arena, to, &unused) == ERR_OK;
}

/* A number, or a text of one. */
static bool coerce_number(struct reading *r, const struct json_node *from, double *to)
{
    if (from->kind == JSON_IS_TEXT)
        return typed_real(r, from->text, to);
    if (from->kind == JSON_IS_INT)
        *to = (double)from->number;
    else if (from->kind == JSON_IS_REAL)
        *to = from->real;
    return from->kind == JSON_IS_INT || from->kind == JSON_IS_REAL;
}

static bool whole_of(struct reading *r, const struct json_node *from, int64_t *to)
{
    double real;

    if (from->kind == JSON_IS_INT) {
        *to = from->number;
        return true;
    }
    if (!coerce_number(r, from, &real) || trunc(real) != real || fabs(real) > WHOLE_MOST)
        return false;
    *to = (int64_t)real;
    return true;
}

static enum err read_int(struct reading *r, const struct field *field, const struct json_node *from, int64_t *to)
{
    if (!whole_of(r, from, to))
        return other_kind(r, "a whole number", from);
    return value_check_int(field, *to, r->fault);
}

static enum err read_uint(struct reading *r, const struct field *field, const struct json_node *from, uint64_t *to)
{
    int64_t number;

    if (!whole_of(r, from, &number))
        return other_kind(r, "a whole number", from);
    if (number < 0)
        return fault_set(r->fault, ERR_BAD_REQUEST, "%lld is below zero", (long long)number);
    *to = (uint64_t)number;
    return value_check_uint(field, *to, r->fault);
}

static bool is_pitch(const struct field *field)
{
    return strcmp(field->name, "notes") == 0 || strcmp(field->name, "base_freq") == 0;
}

static enum err coerce_real(struct reading *r, const struct field *field, const struct json_node *from, double *to)
{
    int note;

    if (!coerce_number(r, from, to)) {
        if (!is_pitch(field) || from->kind != JSON_IS_TEXT || !note_name_read(from->text, &note))
            return other_kind(r, is_pitch(field) ? "a frequency or a note as C#4" : "a number", from);
        *to = note_hz(note);
    }
    return value_check_real(field, *to, r->fault);
}

static enum err read_bool(struct reading *r, const struct field *field, const struct json_node *from, bool *to)
{
    double number;

    if (from->kind == JSON_IS_TEXT)
        return json_typed_value(field, from->text, r->arena, to, r->fault);
    if (from->kind != JSON_IS_BOOL && (!coerce_number(r, from, &number) || (number != 0 && number != 1)))
        return other_kind(r, "true or false", from);
    *to = from->kind == JSON_IS_BOOL ? from->yes : number != 0;
    return ERR_OK;
}

/* ---- texts ---- */

static bool is_steps(const struct field *field)
{
    return field->type == FIELD_TEXT && strcmp(field->name, "pattern") == 0;
}

static enum err read_text(struct reading *r, const struct field *field, const struct json_node *from, void *to)
{
    struct buffer digits = { 0 };

    if (from->kind == JSON_IS_TEXT && is_steps(field) && from->text.len > field->max_len)
        return pattern_refuse_steps(from->text.len, r->fault);
    if (from->kind == JSON_IS_TEXT)
        return json_typed_value(field, from->text, r->arena, to, r->fault);
    if (from->kind != JSON_IS_INT && from->kind != JSON_IS_REAL)
        return other_kind(r, "a text", from);
    json_tree_write(from, 0, &digits);
    return json_typed_value(field, arena_take(r->arena, &digits), r->arena, to, r->fault);
}

/* An id, or an absolute path whose item is found later. */
static enum err read_media(struct reading *r, const struct json_node *from, struct row *row)
{
    if (from->kind != JSON_IS_TEXT)
        return other_kind(r, "an id or a path", from);
    if (from->text.len == 0)
        return ERR_OK;
    row->has_id = id_read(from->text, &row->id);
    if (row->has_id)
        return ERR_OK;
    if (from->text.at[0] != '/' || memchr(from->text.at, '\0', from->text.len))
        return fault_set(r->fault, ERR_BAD_REQUEST, "\"%.*s\" is neither an id of 26 characters nor an absolute path",
                         TEXT_ARG(from->text));
    if (r->paths->count == PATTERN_ROWS || (r->paths->count && r->paths->each[r->paths->count - 1].row == r->row))
        return fault_set(r->fault, ERR_BAD_REQUEST, "the row names two media items");
    r->paths->each[r->paths->count].row = r->row;
    r->paths->each[r->paths->count++].path = bytes_of(from->text.at, from->text.len);
    return ERR_OK;
}

/* ---- records ---- */

static enum err coerce_value(struct reading *r, const struct field *field, const struct json_node *from, void *to)
{
    switch (field->type) {
    case FIELD_BOOL:
        return read_bool(r, field, from, to);
    case FIELD_INT:
        return read_int(r, field, from, to);
    case FIELD_UINT:
        return read_uint(r, field, from, to);
    case FIELD_REAL:
        return coerce_real(r, field, from, to);
    case FIELD_TEXT:
    case FIELD_BYTES:
    case FIELD_ID:
    case FIELD_CHOICE:
        return read_text(r, field, from, to);
    case FIELD_RECORD:
        return coerce_record(r, field->record, from, to);
    }
    return ERR_INTERNAL;
}

/* Adds a row; its key takes precedence over a name inside it. */
static enum err read_row(struct reading *r, struct row_list *to, const struct json_node *from, struct text key)
{
    struct row *row = &to->at[to->count];
    enum err e;

    r->row = to->count++;
    e = coerce_record(r, &row_shape, from, row);
    if (key.len)
        row->name = key;
    if (row->name.len == 0)
        row->name = arena_printf(r->arena, "row %u", to->count);
    return e;
}

static enum err name_again(struct reading *r, const struct row_list *rows)
{
    const struct text name = rows->at[rows->count - 1].name;

    for (uint32_t i = 0; name.len && i + 1 < rows->count; i++)
        if (text_equal(rows->at[i].name, name))
            return fault_set(r->fault, ERR_BAD_REQUEST, "two rows have this name");
    return ERR_OK;
}

/* Rows: an object with their names, or a list of rows with names. */
static enum err coerce_rows(struct reading *r, const struct field *field, const struct json_node *from,
                            struct row_list *to)
{
    struct text key = { 0 };
    enum err e = ERR_OK;
    char index[16];

    if (from->kind != JSON_IS_OBJECT && from->kind != JSON_IS_LIST)
        return other_kind(r, "rows by their names", from);
    *to = (struct row_list){ 0, arena_array(r->arena, PATTERN_ROWS, sizeof(*to->at)) };
    for (uint32_t i = 0; e == ERR_OK && i < from->count; i++) {
        (void)snprintf(index, sizeof(index), "%u", i);
        key = from->at[i].key;
        if (i >= field->max_count) {
            e = fault_set(r->fault, ERR_TOO_LARGE, "this is row %u, a pattern has at most %u", i + 1, field->max_count);
        } else {
            e = value_check_text(&row_shape.fields[0], key, r->fault);
            e = e == ERR_OK ? read_row(r, to, &from->at[i], key) : e;
            e = e == ERR_OK ? name_again(r, to) : e;
        }
    }
    return e == ERR_OK ? ERR_OK : value_fault_in(r->fault, e, key.len ? key.at : index);
}

static enum err coerce_list(struct reading *r, const struct field *field, const struct json_node *from, struct list *to)
{
    const struct json_node one = *from;
    const uint32_t count = from->kind == JSON_IS_LIST ? from->count : 1;
    const struct json_node *at = from->kind == JSON_IS_LIST ? from->at : &one;
    const size_t size = value_size(field);
    enum err e = value_check_count(field, count, r->fault);

    if (e != ERR_OK)
        return e;
    *to = (struct list){ count, arena_array(r->arena, count, size) };
    for (uint32_t i = 0; i < count; i++) {
        e = coerce_value(r, field, &at[i], (char *)to->at + i * size);
        if (e != ERR_OK)
            return value_fault_at(r->fault, e, i);
    }
    return ERR_OK;
}

static enum err coerce_field(struct reading *r, const struct field *field, const struct json_node *from, void *record)
{
    void *at = value_in(field, record);

    value_mark(field, record, true);
    if (field->record == &row_shape)
        return coerce_rows(r, field, from, at);
    return field->flags & FIELD_LIST ? coerce_list(r, field, from, at) : coerce_value(r, field, from, at);
}

/* A number in a text is a slot: other programs write "3". */
static bool is_number(struct text text)
{
    for (uint32_t i = 0; i < text.len; i++)
        if (!strchr("+-0123456789.eE ", text.at[i]))
            return false;
    return true;
}

bool pattern_names_media(const struct shape *shape, const struct json_node *member)
{
    if (shape != &row_shape)
        return false;
    if (text_is(member->key, "sound"))
        return member->kind == JSON_IS_TEXT && !is_number(member->text);
    return text_is(member->key, "media_id") || text_is(member->key, "id");
}

const struct field *pattern_file_field(const struct shape *shape, struct text key)
{
    return shape == &pattern_shape && text_is(key, "unknown") ? NULL : schema_field(shape, key);
}

/* A member that is null counts as absent; one that the schema lacks is kept in the tree. */
static enum err coerce_record(struct reading *r, const struct shape *shape, const struct json_node *from, void *record)
{
    if (from->kind != JSON_IS_OBJECT)
        return other_kind(r, "an object", from);
    for (uint32_t i = 0; i < from->count; i++) {
        const struct json_node *member = &from->at[i];
        const struct field *field = pattern_file_field(shape, member->key);
        enum err e = ERR_OK;

        if (member->kind == JSON_IS_NULL)
            continue;
        if (pattern_names_media(shape, member))
            e = read_media(r, member, record);
        else if (field)
            e = coerce_field(r, field, member, record);
        if (e != ERR_OK)
            return value_fault_in(r->fault, e, member->key.at);
    }
    return ERR_OK;
}

enum err pattern_coerce(const struct json_node *from, struct arena *arena, struct pattern *to,
                        struct pattern_paths *paths, struct fault *fault)
{
    struct reading r = { .arena = arena, .fault = fault, .paths = paths };

    return coerce_record(&r, &pattern_shape, from, to);
}
