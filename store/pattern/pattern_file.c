#include "store/pattern/pattern_file.h"

#include <stdio.h>
#include <string.h>

#include "proto/wire/json.h"
#include "proto/wire/json_bounds.h"
#include "proto/wire/json_tree.h"
#include "proto/wire/json_write.h"
#include "proto/wire/value.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_check.h"
#include "store/pattern/pattern_migrate.h"
#include "store/pattern/pattern_rest.h"

/* A new pattern, or an old one without versions, is written as one of this schema. */
static void name_versions(struct pattern *pattern)
{
    if (pattern->chronus_version.len == 0)
        pattern->chronus_version = TEXT("1.0.0");
    if (pattern->schema_version.len == 0)
        pattern->schema_version = TEXT("1.0");
}

/* "sequencer.bpm: 700 is out of range", because the sentence alone is shown in many places. */
static enum err say_where(enum err e, struct fault *fault)
{
    char what[sizeof(fault->what)];

    if (e == ERR_OK || !fault || !fault->field[0])
        return e;
    (void)snprintf(what, sizeof(what), "%s: %.170s", fault->field, fault->what);
    memcpy(fault->what, what, sizeof(what));
    return e;
}

enum err pattern_file_read(struct text from, struct arena *arena, struct pattern_file *to, struct fault *fault)
{
    enum err e;

    *to = (struct pattern_file){ 0 };
    if (from.len > PATTERN_FILE_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "the pattern has %u bytes, at most %d are allowed", from.len,
                         PATTERN_FILE_BYTES);
    e = json_check_bounds(from, JSON_VALUES_PATTERN, fault);
    if (e == ERR_OK)
        e = json_read_tree(from, arena, &to->rest, fault);
    if (e == ERR_OK)
        e = pattern_migrate(&to->rest, arena, fault);
    if (e == ERR_OK)
        e = pattern_coerce(&to->rest, arena, &to->pattern, &to->paths, fault);
    if (e == ERR_OK)
        e = pattern_check(&to->pattern, PATTERN_IN_FILE, fault);
    name_versions(&to->pattern);
    if (e == ERR_OK)
        pattern_rest_keep(&to->pattern, &to->rest, arena);
    return say_where(e, fault);
}

/* ---- writing ---- */

struct members {
    struct buffer *to;
    uint32_t level;
    bool first;
};

static void write_pattern_record(struct buffer *to, uint32_t level, const struct shape *shape, const void *record,
                                 const struct json_node *rest);

static void begin_member(struct members *members, struct text key)
{
    buffer_add_text(members->to, members->first ? "" : ",");
    members->first = false;
    json_tree_indent(members->to, members->level);
    json_text(members->to, key);
    buffer_add_text(members->to, ": ");
}

/* A note that the file has as a name stays a name. */
static void write_real(struct buffer *to, double real, const struct json_node *was)
{
    char name[NOTE_NAME_SIZE];
    int note;

    if (was && was->kind == JSON_IS_TEXT && note_name_read(was->text, &note) && note_hz(note) == real)
        json_text(to, text_of(note_name_write(note, name)));
    else
        json_tree_real(to, real);
}

static void write_value(struct buffer *to, uint32_t level, const struct field *field, const void *at,
                        const struct json_node *rest)
{
    char id[ID_TEXT_SIZE];

    if (field->type == FIELD_RECORD)
        write_pattern_record(to, level, field->record, at, rest);
    else if (field->type == FIELD_REAL)
        write_real(to, *(const double *)at, rest);
    else if (field->type == FIELD_TEXT)
        json_text(to, *(const struct text *)at);
    else if (field->type == FIELD_CHOICE)
        json_text(to, value_word(field, at));
    else if (field->type == FIELD_ID)
        json_text(to, text_of(id_write(*(const struct id *)at, id)));
    else if (field->type == FIELD_BOOL)
        buffer_add_text(to, *(const bool *)at ? "true" : "false");
    else
        json_whole(to, *(const int64_t *)at); /* whole numbers of patterns are below 2^63 */
}

static void write_pattern_list(struct buffer *to, uint32_t level, const struct field *field, const struct list *list,
                               const struct json_node *rest)
{
    const bool fits = rest && rest->kind == JSON_IS_LIST && rest->count == list->count;

    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < list->count; i++) {
        const struct json_node *was = fits ? &rest->at[i] : list->count == 1 ? rest : NULL;

        buffer_add_text(to, i ? ", " : "");
        write_value(to, level, field, (const char *)list->at + i * value_size(field), was);
    }
    buffer_add_text(to, "]");
}

static void write_rows(struct buffer *to, uint32_t level, const struct row_list *rows, const struct json_node *rest)
{
    struct members members = { to, level + 1, true };

    buffer_add_text(to, "{");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->at[i];

        begin_member(&members, row->name);
        write_pattern_record(to, level + 1, &row_shape, row, pattern_rest_of_row(rest, row, i));
    }
    if (rows->count)
        json_tree_indent(to, level);
    buffer_add_text(to, "}");
}

/* A slot of memory means nothing to the next engine, unless the row has nothing else. Unknown keys have places of their
 * own. */
static bool is_left_out(const struct shape *shape, const struct field *field, const void *record)
{
    const struct row *row = record;

    if (shape == &pattern_shape)
        return strcmp(field->name, "unknown") == 0;
    if (shape != &row_shape || (strcmp(field->name, "sound") != 0 && strcmp(field->name, "generation") != 0))
        return false;
    return row->has_id || !row->has_sound;
}

static struct text key_of(const struct shape *shape, const struct field *field)
{
    return shape == &row_shape && field->type == FIELD_ID ? TEXT("media_id")
                                                          : (struct text){ field->name_len, field->name };
}

/* Writes a field; a record without any member is left out. */
static void write_field(struct members *members, const struct shape *shape, const struct field *field,
                        const void *record, const struct json_node *rest)
{
    const struct text key = key_of(shape, field);
    const struct json_node *was = json_tree_member(rest, key);
    const void *at = value_of(field, record);
    const struct members before = *members;
    const size_t from = members->to->len;

    begin_member(members, key);
    if (field->record == &row_shape)
        write_rows(members->to, members->level, at, was);
    else if (field->flags & FIELD_LIST)
        write_pattern_list(members->to, members->level, field, at, was);
    else
        write_value(members->to, members->level, field, at, was);
    if (field->type == FIELD_RECORD && field->record != &row_shape &&
        memcmp(members->to->at + members->to->len - 2, "{}", 2) == 0) {
        members->to->len = from;
        *members = before;
    }
}

static void write_pattern_record(struct buffer *to, uint32_t level, const struct shape *shape, const void *record,
                                 const struct json_node *rest)
{
    struct members members = { to, level + 1, true };

    buffer_add_text(to, "{");
    for (uint32_t i = 0; i < shape->field_count; i++)
        if (value_there(&shape->fields[i], record) && !is_left_out(shape, &shape->fields[i], record))
            write_field(&members, shape, &shape->fields[i], record, rest);
    for (uint32_t i = 0; rest && rest->kind == JSON_IS_OBJECT && i < rest->count; i++) {
        if (pattern_rest_is_known(shape, record, &rest->at[i]))
            continue;
        begin_member(&members, rest->at[i].key);
        json_tree_write(&rest->at[i], members.level, to);
    }
    if (!members.first)
        json_tree_indent(to, level);
    buffer_add_text(to, "}");
}

void pattern_file_write(const struct pattern_file *file, struct buffer *to)
{
    struct arena arena = { 0 };
    const struct json_node rest =
        file->rest.kind == JSON_IS_OBJECT ? file->rest : pattern_rest_tree(&file->pattern, &arena);

    write_pattern_record(to, 0, &pattern_shape, &file->pattern, &rest);
    buffer_add_text(to, "\n");
    arena_free(&arena);
}

enum err pattern_file_text(const struct pattern_file *file, struct arena *arena, struct text *to, struct fault *fault)
{
    struct buffer bytes = { 0 };

    pattern_file_write(file, &bytes);
    *to = arena_take(arena, &bytes);
    if (to->len <= PATTERN_FILE_BYTES)
        return ERR_OK;
    return fault_set(fault, ERR_TOO_LARGE, "the file of the pattern would have %u bytes, at most %d are allowed",
                     to->len, PATTERN_FILE_BYTES);
}
