#include "store/pattern/pattern_rest.h"

#include "common/buffer.h"
#include "proto/wire/json.h"
#include "proto/wire/json_tree.h"
#include "proto/wire/value.h"
#include "store/pattern/note_name.h"

/* A path of a row, whose item was not found, is kept as it is. */
bool pattern_rest_is_known(const struct shape *shape, const void *record, const struct json_node *member)
{
    const struct row *row = record;

    return pattern_names_media(shape, member) ? row->has_id : pattern_file_field(shape, member->key) != NULL;
}

const struct json_node *pattern_rest_of_row(const struct json_node *rows, const struct row *row, uint32_t index)
{
    if (!rows || rows->kind != JSON_IS_LIST)
        return json_tree_member(rows, row->name);
    return index < rows->count ? &rows->at[index] : NULL;
}

/* ---- keeping ---- */

static struct json_node prune_record(const struct shape *shape, const void *record, const struct json_node *from,
                                     struct arena *arena);

static void add_member(struct json_node *to, struct json_node member, struct text key)
{
    member.key = key;
    to->at[to->count++] = member;
}

static bool has_note_name(const struct field *field, const struct json_node *value)
{
    int note;

    if (field->type != FIELD_REAL)
        return false;
    for (uint32_t i = 0; value->kind == JSON_IS_LIST && i < value->count; i++)
        if (has_note_name(field, &value->at[i]))
            return true;
    return value->kind == JSON_IS_TEXT && note_name_read(value->text, &note);
}

static struct json_node prune_rows(const struct row_list *rows, const struct json_node *from, struct arena *arena)
{
    struct json_node kept = { .kind = JSON_IS_OBJECT, .at = arena_array(arena, rows->count + 1, sizeof(*kept.at)) };

    for (uint32_t i = 0; i < rows->count; i++) {
        const struct json_node *row = pattern_rest_of_row(from, &rows->at[i], i);
        const struct json_node rest =
            row ? prune_record(&row_shape, &rows->at[i], row, arena) : (struct json_node){ 0 };

        if (rest.count)
            add_member(&kept, rest, rows->at[i].name);
    }
    return kept;
}

/* What is kept of a member that the schema knows; null: nothing. */
static struct json_node prune_known(const struct field *field, const void *record, const struct json_node *from,
                                    struct arena *arena)
{
    struct json_node kept = { 0 };

    if (!field)
        return kept;
    if (field->record == &row_shape)
        kept = prune_rows(value_of(field, record), from, arena);
    else if (field->type == FIELD_RECORD)
        kept = prune_record(field->record, value_of(field, record), from, arena);
    else if (has_note_name(field, from))
        kept = *from;
    return kept.kind == JSON_IS_OBJECT && kept.count == 0 ? (struct json_node){ 0 } : kept;
}

static struct json_node prune_record(const struct shape *shape, const void *record, const struct json_node *from,
                                     struct arena *arena)
{
    struct json_node kept = { .kind = JSON_IS_OBJECT };

    if (from->kind != JSON_IS_OBJECT)
        return kept;
    kept.at = arena_array(arena, from->count + 1, sizeof(*kept.at));
    for (uint32_t i = 0; i < from->count; i++) {
        const struct json_node *member = &from->at[i];
        const bool known = pattern_rest_is_known(shape, record, member);
        const struct json_node rest =
            known ? prune_known(pattern_file_field(shape, member->key), record, member, arena) : *member;

        if (!known || rest.kind != JSON_IS_NULL)
            add_member(&kept, rest, member->key);
    }
    return kept;
}

static void set_unknown(struct pattern *pattern, const struct json_node *kept, struct arena *arena)
{
    struct buffer bytes = { 0 };

    json_tree_write(kept, 0, &bytes);
    pattern->has_unknown = kept->count > 0 && bytes.len <= schema_field(&pattern_shape, TEXT("unknown"))->max_len;
    pattern->unknown = pattern->has_unknown ? arena_text(arena, text_of(buffer_c(&bytes))) : (struct text){ 0 };
    buffer_free(&bytes);
}

void pattern_rest_keep(struct pattern *pattern, const struct json_node *tree, struct arena *arena)
{
    const struct json_node kept = prune_record(&pattern_shape, pattern, tree, arena);

    set_unknown(pattern, &kept, arena);
}

/* ---- use ---- */

struct json_node pattern_rest_tree(const struct pattern *pattern, struct arena *arena)
{
    struct json_node tree = { 0 };

    if (!pattern->has_unknown || json_read_tree(pattern->unknown, arena, &tree, NULL) != ERR_OK)
        return (struct json_node){ 0 };
    return tree;
}

void pattern_rest_drop(struct pattern *pattern, struct text key, struct arena *arena)
{
    struct json_node tree = pattern_rest_tree(pattern, arena);
    struct json_node *member = json_tree_member(&tree, key);

    if (!member)
        return;
    *member = tree.at[--tree.count];
    set_unknown(pattern, &tree, arena);
}

void pattern_rest_take(struct pattern *to, const struct pattern *from, struct text key, struct arena *arena)
{
    const struct json_node source = pattern_rest_tree(from, arena);
    const struct json_node *member = json_tree_member(&source, key);
    struct json_node tree, both = { .kind = JSON_IS_OBJECT };

    pattern_rest_drop(to, key, arena);
    if (!member)
        return;
    tree = pattern_rest_tree(to, arena);
    both.at = arena_array(arena, tree.count + 1, sizeof(*both.at));
    for (uint32_t i = 0; i < tree.count; i++)
        add_member(&both, tree.at[i], tree.at[i].key);
    add_member(&both, *member, key);
    set_unknown(to, &both, arena);
}
