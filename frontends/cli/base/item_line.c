#include "frontends/cli/base/item_line.h"

#include <string.h>

#include "common/naming/field_names.h"
#include "proto/wire/json_write.h"
#include "proto/wire/value.h"
#include "store/fact_name.h"

/* ---- what is known of an item ---- */

double item_seconds(const struct media *media)
{
    return media->sample_rate > 0 ? (double)media->frames / (double)media->sample_rate : 0.0;
}

double item_length(const struct item *item)
{
    const struct fact *length = item->media.sample_rate > 0 ? NULL : item_fact(item, ITEM_LENGTH);

    return length && length->has_number ? length->number : item_seconds(&item->media);
}

const struct fact *item_fact(const struct item *item, const char *attribute)
{
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (text_is(item->facts.at[i].attribute, attribute))
            return &item->facts.at[i];
    return NULL;
}

/* ---- the record ---- */

static bool has_text(const struct text_list *list, struct text text)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (text_equal(list->at[i], text))
            return true;
    return false;
}

/* True for NAME_source and NAME_confidence, which the line of an item has for each fact NAME. */
static bool belongs_to_fact(struct text key, struct text suffix)
{
    struct text name = { key.len - suffix.len, key.at };

    return text_ends(key, suffix) && !schema_field(&media_shape, name);
}

bool item_line_has(struct text key)
{
    return schema_field(&media_shape, key) || schema_field(&item_line_shape, key) ||
           belongs_to_fact(key, TEXT("_source")) || belongs_to_fact(key, TEXT("_confidence"));
}

const char *item_key(struct text typed, struct arena *arena)
{
    const struct field_name *field = field_names_find(typed);

    return field && field->key ? field->key : arena_text(arena, typed).at;
}

/* The keys of --fields, each by the name that items have. */
static const char *item_keys(const char *fields, struct arena *arena)
{
    struct buffer keys = { 0 };

    for (const char *at = fields; *at; at += *at == ',') {
        const struct text one = { (uint32_t)strcspn(at, ","), at };
        cli_print(&keys, "%s%s", at == fields ? "" : ",", item_key(one, arena));
        at += one.len;
    }
    return arena_take(arena, &keys).at;
}

/* A fact with the name of one of the item's keys becomes "fact_NAME". */
static struct text name_fact(struct arena *arena, struct text attribute)
{
    return item_line_has(attribute) ? arena_printf(arena, "fact_%.*s", TEXT_ARG(attribute)) : attribute;
}

static void add_fact_line(struct arena *arena, const struct fact *fact, struct item_line *line)
{
    bool is_yes = text_is(fact->attribute, "one_shot") || text_is(fact->attribute, "loopable");

    line->facts.at[line->facts.count++] = (struct fact_line){
        .attribute = name_fact(arena, fact->attribute),
        .has_yes = fact->has_number && is_yes,
        .yes = fact->number >= 0.5,
        .has_number = fact->has_number && !is_yes,
        .number = fact->number,
        .has_text = !fact->has_number,
        .text = fact->text,
        .confidence = fact->confidence,
        .source = fact->source,
    };
}

static void add_heard_tag(const struct fact *fact, const struct text_list *own, struct item_line *line)
{
    struct text tag = fact_name_heard_tag(fact);

    if (tag.len == 0)
        return;
    line->tag_confidence.at[line->tag_confidence.count++] = (struct tag_confidence){ tag, fact->confidence };
    if (!has_text(own, tag))
        line->tags.at[line->tags.count++] = tag;
}

static void add_facts(struct arena *arena, const struct item *item, struct item_line *line)
{
    for (uint32_t i = 0; i < item->facts.count; i++) {
        const struct fact *fact = &item->facts.at[i];
        struct id other;

        if (fact_name_other(fact->attribute, &other))
            line->unlike.at[line->unlike.count++] = other;
        else if (fact_name_tag(fact->attribute).len)
            add_heard_tag(fact, &item->media.tags, line);
        else if (!text_is(fact->attribute, ITEM_LENGTH))
            add_fact_line(arena, fact, line);
    }
    line->has_unlike = line->unlike.count > 0;
}

static void add_media(const struct media *media, struct item_line *line)
{
    line->id = media->id;
    line->name = media->name;
    line->kind = media->kind;
    line->origin = media->origin;
    line->pack = media->pack;
    line->notes = media->notes;
    line->favourite = media->favourite;
    line->hidden = media->hidden;
    line->lifecycle = media->lifecycle;
    line->availability = media->availability;
    line->has_missing_since_us = media->has_missing_since;
    line->missing_since_us = media->missing_since;
    line->container = media->container;
    line->sample_format = media->sample_format;
    line->bit_depth = media->bit_depth;
    line->sample_rate = media->sample_rate;
    line->channels = media->channels;
    line->frames = media->frames;
    line->size = media->size;
    line->revision = media->revision;
    line->added_us = media->added;
    line->analysis = media->analysis;
    line->failure = media->failure;
}

static void add_take(const struct media *media, struct item_line *line)
{
    line->has_first = media->has_first;
    line->first = media->first;
    line->has_latency = media->has_latency;
    line->latency = media->latency;
    line->has_lost = media->has_lost;
    line->lost = media->lost;
    line->has_gaps = media->has_gaps;
    line->gaps = media->gaps;
    line->has_lost_at = media->has_lost && media->lost > 0;
    line->lost_at = media->lost_at;
    line->has_lost_more = media->has_lost_more;
    line->lost_more = media->lost_more;
    line->has_cut = media->has_cut;
    line->cut = media->cut;
}

void item_line_make(struct arena *arena, const struct item *item, struct item_line *line)
{
    const struct text_list *tags = &item->media.tags;
    uint32_t count = item->facts.count;

    *line = (struct item_line){
        .path = item->path,
        .volume = item->volume,
        .backend = item->backend,
        .has_score = item->has_score,
        .score = item->score,
        .has_distance = item->has_distance,
        .distance = item->distance,
        .has_why = item->has_why,
        .why = item->why,
        .tags = { 0, arena_array(arena, tags->count + count, sizeof(struct text)) },
        .tag_confidence = { 0, arena_array(arena, count, sizeof(struct tag_confidence)) },
        .facts = { 0, arena_array(arena, count, sizeof(struct fact_line)) },
        .unlike = { 0, arena_array(arena, count, sizeof(struct id)) },
    };
    for (uint32_t i = 0; i < tags->count; i++)
        line->tags.at[line->tags.count++] = tags->at[i];
    add_media(&item->media, line);
    line->duration_s = item_length(item);
    add_take(&item->media, line);
    add_facts(arena, item, line);
}

static void print_item_line(struct buffer *to, const struct item *item, const struct media_found *found,
                            const char *fields)
{
    struct arena arena = { 0 };
    struct item_line line;

    item_line_make(&arena, item, &line);
    if (found) {
        line.has_contexts = line.has_used_in = true;
        line.contexts = found->contexts;
        line.has_copy_contexts = found->has_copy_contexts;
        line.copy_contexts = found->copy_contexts;
        line.used_in = found->used_in;
        line.has_storage = found->has_storage;
        line.storage = found->storage;
    }
    json_write_some(&item_line_shape, &line, fields ? item_keys(fields, &arena) : NULL, to);
    buffer_add_text(to, "\n");
    arena_free(&arena);
}

void item_json(struct buffer *to, const struct item *item, const char *fields)
{
    print_item_line(to, item, NULL, fields);
}

void item_json_found(struct buffer *to, const struct media_found *found, const char *fields)
{
    print_item_line(to, &found->item, found, fields);
}

/* ---- one value, in the form for people ---- */

struct cell {
    struct buffer *to;
    const char *field;
};

static void add_value(struct buffer *to, const struct field *field, const void *at);

/* Writes "480000:768" or "warm:0.8". */
static void add_record(struct buffer *to, const struct shape *shape, const void *record)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        buffer_add_text(to, i ? ":" : "");
        add_value(to, &shape->fields[i], value_of(&shape->fields[i], record));
    }
}

static void add_value(struct buffer *to, const struct field *field, const void *at)
{
    const struct text *text = at;
    char id[ID_TEXT_SIZE];

    if (field->type == FIELD_BOOL)
        buffer_add_text(to, *(const bool *)at ? "true" : "false");
    else if (field->type == FIELD_INT)
        cli_print(to, "%lld", (long long)*(const int64_t *)at);
    else if (field->type == FIELD_UINT)
        cli_print(to, "%llu", (unsigned long long)*(const uint64_t *)at);
    else if (field->type == FIELD_REAL)
        cli_print(to, "%.6g", *(const double *)at);
    else if (field->type == FIELD_ID)
        cli_print(to, "%s", id_write(*(const struct id *)at, id));
    else if (field->type == FIELD_CHOICE)
        cli_print(to, "%.*s", TEXT_ARG(value_word(field, at)));
    else if (field->type == FIELD_BYTES)
        cli_print(to, "%.*s", (int)((const struct bytes *)at)->len, (const char *)((const struct bytes *)at)->at);
    else if (field->type == FIELD_RECORD)
        add_record(to, field->record, at);
    else
        cli_print(to, "%.*s", TEXT_ARG(*text));
}

static void add_cell(void *state, const char *key, const struct field *field, const void *at)
{
    const struct cell *cell = state;
    const struct list *list = at;

    if (strcmp(key, cell->field) != 0)
        return;
    if (!(field->flags & FIELD_LIST)) {
        add_value(cell->to, field, at);
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        buffer_add_text(cell->to, i ? "," : "");
        add_value(cell->to, field, (const char *)list->at + i * value_size(field));
    }
}

void item_cell(struct buffer *to, const struct item *item, const char *field)
{
    struct cell cell = { to, field };
    struct arena arena = { 0 };
    struct item_line line;

    item_line_make(&arena, item, &line);
    json_each_key(&item_line_shape, &line, add_cell, &cell);
    arena_free(&arena);
}
