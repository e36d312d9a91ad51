#include "store/pattern/midi_lost.h"

#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "proto/wire/value.h"
#include "store/pattern/pattern_check.h"
#include "store/pattern/pattern_rest.h"

static const char GENRE_OF_IMPORTS[] = "user";

/* ---- values of the schema ---- */

static bool is_set(const struct field *field, const void *record)
{
    const void *at = value_of(field, record);

    if (field->flags & FIELD_OPTIONAL)
        return value_there(field, record);
    if (field->type == FIELD_BOOL)
        return *(const bool *)at;
    return field->type == FIELD_UINT && strcmp(field->name, "generation") != 0 && *(const uint64_t *)at != 0;
}

/* Lists the values of a record that no event carries. */
static void remark_lost(struct remarks *remarks, struct text of, const struct shape *shape, const void *record)
{
    static const char carried[] =
        " name voice_id pattern notes base_freq base_amp filter_freq gate_frac pan reverb_send "
        "delay_send freq amp filter_q note_index length seed ";
    struct buffer lost = { 0 };
    char word[72];

    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];

        (void)snprintf(word, sizeof(word), " %s ", field->name);
        if (!strstr(carried, word) && !(field->flags & FIELD_LIST) && is_set(field, record))
            buffer_printf(&lost, "%s %s", lost.len ? "," : "", field->name);
    }
    if (lost.len)
        remark_add(remarks, "%.*s: lost:%s", TEXT_ARG(of), buffer_c(&lost));
    buffer_free(&lost);
}

void midi_lost_row(const struct pattern *pattern, const struct row *row, struct remarks *remarks)
{
    const struct voice_values *voice = pattern_voice(&pattern->modules, row->voice_id);

    remark_lost(remarks, row->name, &row_shape, row);
    remark_lost(remarks, row->name, &voice_values_shape, voice);
    remark_lost(remarks, row->name, &adsr_shape, &voice->adsr);
}

static void remark_metadata(const struct pattern_metadata *metadata, struct remarks *remarks)
{
    const bool has_genre = metadata->genre.len && !text_is(metadata->genre, GENRE_OF_IMPORTS);

    if (has_genre || metadata->tags.count)
        remark_add(remarks, "metadata: lost:%s%s%s", has_genre ? " genre" : "",
                   has_genre && metadata->tags.count ? "," : "", metadata->tags.count ? " tags" : "");
}

/* ---- other keys ---- */

static void list_unknown(const struct shape *shape, const struct json_node *record, struct text place,
                         struct arena *arena, struct buffer *to);

static struct text place_in(struct text place, struct text key, struct arena *arena)
{
    return place.len ? arena_printf(arena, "%.*s.%.*s", TEXT_ARG(place), TEXT_ARG(key)) : key;
}

static void list_rows(const struct json_node *rows, struct text place, struct arena *arena, struct buffer *to)
{
    for (uint32_t i = 0; i < rows->count; i++)
        list_unknown(&row_shape, &rows->at[i], place_in(place, rows->at[i].key, arena), arena, to);
}

/* Names of notes are there too; their notes are exported. */
static void list_unknown(const struct shape *shape, const struct json_node *record, struct text place,
                         struct arena *arena, struct buffer *to)
{
    for (uint32_t i = 0; record->kind == JSON_IS_OBJECT && i < record->count; i++) {
        const struct json_node *member = &record->at[i];
        const struct field *field = pattern_file_field(shape, member->key);
        const struct text at = place_in(place, member->key, arena);

        if (!field || pattern_names_media(shape, member))
            buffer_printf(to, "%s %.*s", to->len ? "," : "", TEXT_ARG(at));
        else if (field->record == &row_shape)
            list_rows(member, at, arena, to);
        else if (field->type == FIELD_RECORD)
            list_unknown(field->record, member, at, arena, to);
    }
}

static void remark_unknown(const struct pattern *pattern, struct remarks *remarks)
{
    const struct json_node tree = pattern_rest_tree(pattern, remarks->arena);
    struct buffer lost = { 0 };

    list_unknown(&pattern_shape, &tree, (struct text){ 0 }, remarks->arena, &lost);
    if (lost.len)
        remark_add(remarks, "unknown keys: lost:%s", buffer_c(&lost));
    buffer_free(&lost);
}

void midi_lost_rest(const struct pattern *pattern, struct remarks *remarks)
{
    const struct modules *modules = &pattern->modules;

    remark_lost(remarks, TEXT("reverb1"), &reverb_values_shape, &modules->reverb1);
    remark_lost(remarks, TEXT("delay1"), &delay_values_shape, &modules->delay1);
    remark_lost(remarks, TEXT("acid1"), &acid_values_shape, &modules->acid1);
    remark_metadata(&pattern->metadata, remarks);
    remark_unknown(pattern, remarks);
}
