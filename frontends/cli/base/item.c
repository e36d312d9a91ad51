/* item.c: one media item as JSON, as a row, and in full. */
#include <stdio.h>
#include <string.h>

#include "frontends/cli/base/cli.h"

double item_seconds(const struct media *media)
{
    return media->sample_rate > 0 ? (double)media->frames / (double)media->sample_rate : 0.0;
}

const struct fact *item_fact(const struct item *item, const char *attribute)
{
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (text_is(item->facts.at[i].attribute, attribute))
            return &item->facts.at[i];
    return NULL;
}

/* ---- as JSON, or the value of one key as a person reads it ---- */

/* One line being written: which keys are wanted, and whether a comma is due. */
struct line {
    struct buffer *to;
    const char *fields; /* "a,b", or NULL for all */
    bool first;
    bool is_cell; /* no JSON: the value alone */
};

static bool wanted(const struct line *line, const char *key)
{
    size_t len = strlen(key);

    if (!line->fields)
        return true;
    for (const char *at = line->fields; (at = strstr(at, key)) != NULL; at += len)
        if ((at == line->fields || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

static void put_key(struct line *line, const char *key)
{
    if (!line->is_cell)
        json_key(line->to, &line->first, key);
}

static void add_text(struct line *line, struct text value)
{
    if (line->is_cell)
        cli_print(line->to, "%.*s", TEXT_ARG(value));
    else
        json_text(line->to, value);
}

static void add_real(struct line *line, double value)
{
    if (line->is_cell)
        cli_print(line->to, "%.6g", value);
    else
        json_number(line->to, value);
}

/* Of a list or object: "[", "," or "]", which a cell has no need of. */
static void add_mark(struct line *line, const char *mark)
{
    buffer_add_text(line->to, !line->is_cell ? mark : *mark == ',' || *mark == ':' ? mark : "");
}

static void put_text(struct line *line, const char *key, struct text value)
{
    if (!wanted(line, key))
        return;
    put_key(line, key);
    add_text(line, value);
}

static void put_word(struct line *line, const char *key, const struct choice_table *table, struct choice choice)
{
    put_text(line, key, choice.value ? text_of(choice_word(table, choice.value)) : choice.word);
}

static void put_integer(struct line *line, const char *key, int64_t value)
{
    if (!wanted(line, key))
        return;
    put_key(line, key);
    cli_print(line->to, "%lld", (long long)value);
}

static void put_real(struct line *line, const char *key, double value)
{
    if (!wanted(line, key))
        return;
    put_key(line, key);
    add_real(line, value);
}

static void put_bool(struct line *line, const char *key, bool value)
{
    if (!wanted(line, key))
        return;
    put_key(line, key);
    buffer_add_text(line->to, value ? "true" : "false");
}

static void put_id(struct line *line, const char *key, struct id id)
{
    char text[ID_TEXT_SIZE];

    put_text(line, key, text_of(id_write(id, text)));
}

/* The word of a fact "tag:warm"; empty: it is another fact, or its answer is no. */
static struct text heard_tag(const struct fact *fact)
{
    struct text word = fact->attribute;

    if (word.len <= 4 || memcmp(word.at, "tag:", 4) != 0 || !fact->has_number)
        return TEXT("");
    return fact->number >= 0.5 ? (struct text){ word.len - 4, word.at + 4 } : TEXT("");
}

static bool is_about_a_tag(const struct fact *fact)
{
    return fact->attribute.len > 4 && memcmp(fact->attribute.at, "tag:", 4) == 0;
}

static bool has_text(const struct text_list *list, struct text text)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (text_equal(list->at[i], text))
            return true;
    return false;
}

/* The person's own, then those that were heard; with "tag_confidence":{"warm":0.8} of the latter. */
static void put_tags(struct line *line, const struct text_list *tags, const struct fact_list *facts)
{
    bool any = false;

    if (wanted(line, "tags")) {
        put_key(line, "tags");
        for (uint32_t i = 0; i < tags->count; i++, any = true) {
            add_mark(line, any ? "," : "[");
            add_text(line, tags->at[i]);
        }
        for (uint32_t i = 0; i < facts->count; i++)
            if (heard_tag(&facts->at[i]).len && !has_text(tags, heard_tag(&facts->at[i]))) {
                add_mark(line, any ? "," : "[");
                add_text(line, heard_tag(&facts->at[i]));
                any = true;
            }
        add_mark(line, any ? "]" : "[]");
    }
    if (!wanted(line, "tag_confidence"))
        return;
    any = false;
    put_key(line, "tag_confidence");
    add_mark(line, "{");
    for (uint32_t i = 0; i < facts->count; i++)
        if (heard_tag(&facts->at[i]).len) {
            add_mark(line, any ? "," : "");
            add_text(line, heard_tag(&facts->at[i]));
            add_mark(line, ":");
            add_real(line, facts->at[i].confidence);
            any = true;
        }
    add_mark(line, "}");
}

/* Where a take lacks frames: "lost_at":[[480000,768]]; in a cell 480000:768. */
static void put_places(struct line *line, const struct take_gap_list *places)
{
    if (!wanted(line, "lost_at"))
        return;
    put_key(line, "lost_at");
    add_mark(line, "[");
    for (uint32_t i = 0; i < places->count; i++) {
        add_mark(line, i ? "," : "");
        add_mark(line, "[");
        cli_print(line->to, "%lld%s%lld", (long long)places->at[i].at, line->is_cell ? ":" : ",",
                  (long long)places->at[i].frames);
        add_mark(line, "]");
    }
    add_mark(line, "]");
}

static void put_media(struct line *line, const struct item *item)
{
    const struct media *media = &item->media;

    put_id(line, "id", media->id);
    put_text(line, "name", media->name);
    if (line->is_cell)
        put_text(line, "path", (struct text){ item->path.len, (const char *)item->path.at });
    else if (wanted(line, "path"))
        json_path(line->to, &line->first, "path", item->path);
    put_text(line, "volume", item->volume);
    put_word(line, "backend", &backend_table, item->backend);
    put_word(line, "kind", &kind_table, media->kind);
    put_word(line, "origin", &origin_table, media->origin);
    put_text(line, "pack", media->pack);
    put_text(line, "notes", media->notes);
    put_tags(line, &media->tags, &item->facts);
    put_bool(line, "favourite", media->favourite);
    put_bool(line, "hidden", media->hidden);
    put_word(line, "lifecycle", &lifecycle_table, media->lifecycle);
    put_word(line, "availability", &availability_table, media->availability);
    if (media->has_missing_since)
        put_integer(line, "missing_since_us", media->missing_since);
    put_text(line, "container", media->container);
    put_text(line, "sample_format", media->sample_format);
    put_integer(line, "bit_depth", (int64_t)media->bit_depth);
    put_integer(line, "sample_rate", (int64_t)media->sample_rate);
    put_integer(line, "channels", (int64_t)media->channels);
    put_integer(line, "frames", media->frames);
    put_real(line, "duration_s", item_seconds(media));
    put_integer(line, "size", (int64_t)media->size);
    put_integer(line, "revision", (int64_t)media->revision);
    put_integer(line, "added_us", media->added);
    put_word(line, "analysis", &analysis_state_table, media->analysis);
    put_text(line, "failure", media->failure);
    if (media->has_first)
        put_integer(line, "first", media->first);
    if (media->has_latency)
        put_integer(line, "latency", media->latency);
    if (media->has_lost)
        put_integer(line, "lost", (int64_t)media->lost);
    if (media->has_gaps)
        put_word(line, "gaps", &gaps_table, media->gaps);
    if (media->has_lost && media->lost > 0)
        put_places(line, &media->lost_at);
    if (media->has_lost_more)
        put_integer(line, "lost_more", (int64_t)media->lost_more);
}

static bool is_mark(const struct fact *fact)
{
    return fact->attribute.len > 7 && memcmp(fact->attribute.at, "unlike:", 7) == 0;
}

/* The items that a person marked as not alike. */
static void put_marks(struct line *line, const struct fact_list *facts)
{
    bool any = false;

    for (uint32_t i = 0; i < facts->count; i++) {
        struct text attribute = facts->at[i].attribute;
        if (!is_mark(&facts->at[i]) || !wanted(line, "unlike"))
            continue;
        if (!any)
            put_key(line, "unlike");
        add_mark(line, any ? "," : "[");
        add_text(line, (struct text){ attribute.len - 7, attribute.at + 7 });
        any = true;
    }
    add_mark(line, any ? "]" : "");
}

/* "bpm":120.0,"bpm_confidence":0.9,"bpm_source":"analysis"; a fact named like a key of the item: "fact_name". */
static void put_fact(struct line *line, const struct fact *fact)
{
    char key[80], more[100];
    bool taken = text_is(fact->attribute, "duration_s") || text_is(fact->attribute, "path") ||
                 schema_field(&media_shape, fact->attribute) != NULL;

    snprintf(key, sizeof key, "%s%.*s", taken ? "fact_" : "", TEXT_ARG(fact->attribute));
    if (fact->has_number && (text_is(fact->attribute, "one_shot") || text_is(fact->attribute, "loopable")))
        put_bool(line, key, fact->number >= 0.5);
    else if (fact->has_number)
        put_real(line, key, fact->number);
    else
        put_text(line, key, fact->text);
    snprintf(more, sizeof more, "%s_confidence", key);
    put_real(line, more, fact->confidence);
    snprintf(more, sizeof more, "%s_source", key);
    put_word(line, more, &source_table, fact->source);
}

static void put_item(struct line *line, const struct item *item)
{
    put_media(line, item);
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (!is_mark(&item->facts.at[i]) && !is_about_a_tag(&item->facts.at[i]))
            put_fact(line, &item->facts.at[i]);
    put_marks(line, &item->facts);
    if (item->has_score)
        put_real(line, "score", item->score);
    if (item->has_distance)
        put_real(line, "distance", item->distance);
}

void item_json(struct buffer *to, const struct item *item, const char *fields)
{
    struct line line = { to, fields, true, false };

    buffer_add_text(to, "{");
    put_item(&line, item);
    buffer_add_text(to, "}\n");
}

void item_cell(struct buffer *to, const struct item *item, const char *field)
{
    struct line line = { to, field, true, true };

    put_item(&line, item);
}

/* ---- for people ---- */

void human_duration(struct buffer *to, double seconds)
{
    long whole = (long)seconds;

    if (seconds >= 3600)
        cli_print(to, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    else if (seconds >= 60)
        cli_print(to, "%ld min %02ld s", whole / 60, whole % 60);
    else
        cli_print(to, "%.2f s", seconds);
}

void human_bytes(struct buffer *to, uint64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    cli_print(to, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void fact_column(struct buffer *to, const struct item *item, const char *attribute, int width)
{
    const struct fact *fact = item_fact(item, attribute);
    char number[32];

    if (fact && fact->has_number)
        snprintf(number, sizeof number, "%.4g", fact->number);
    cli_column(to, !fact ? TEXT("") : fact->has_number ? text_of(number) : fact->text, width);
}

void item_row_head(struct buffer *to, const char *rank)
{
    cli_print(to, "%-26s %-28s %-11s %-6s %-6s %9s %8s  %s\n", "ID", "NAME", "CLASS", "BPM", "KEY", "LENGTH", rank,
              "PACK");
}

/* Why its file cannot be read now; "" when it can. */
static const char *away(const struct item *item)
{
    if (item->media.availability.value == AVAILABILITY_MISSING)
        return "missing";
    return item->path.len ? "" : "offline";
}

void item_row(struct buffer *to, const struct item *item)
{
    char id[ID_TEXT_SIZE];

    cli_column(to, text_of(id_write(item->media.id, id)), 26);
    cli_column(to, item->media.name, 28);
    fact_column(to, item, "class", 11);
    fact_column(to, item, "bpm", 6);
    fact_column(to, item, "key", 6);
    cli_print(to, "%7.2f s ", item_seconds(&item->media));
    if (item->has_distance || item->has_score)
        cli_print(to, "%8.3f  ", item->has_distance ? item->distance : item->score);
    else
        cli_column(to, TEXT(""), 9);
    if (*away(item))
        cli_column(to, item->media.pack, 30);
    else
        cli_print(to, "%.*s", TEXT_ARG(item->media.pack));
    cli_print(to, "%s\n", away(item));
}

static void full_facts(struct buffer *to, const struct fact_list *facts)
{
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->at[i];

        buffer_add_text(to, "  ");
        cli_column(to, fact->attribute, 16);
        if (fact->has_number)
            cli_print(to, "%-20.8g", fact->number);
        else
            cli_print(to, "%-20.*s", TEXT_ARG(fact->text));
        cli_print(to, " %-9s sure %3.0f %%%s\n", choice_word(&source_table, fact->source.value), fact->confidence * 100,
                  fact->shown ? "" : "  (out of range: not shown)");
    }
}

/* A few places for people; --json has all that are kept. */
static void full_gaps(struct buffer *to, const struct media *media)
{
    enum { SHOWN = 8 };
    uint64_t places = media->lost_at.count + (media->has_lost_more ? media->lost_more : 0);

    cli_print(to, "\n  lost             %llu frames at %llu places, %s:", (unsigned long long)media->lost,
              (unsigned long long)places, media->gaps.value == GAPS_SKIP ? "skipped" : "filled with silence");
    for (uint32_t i = 0; i < media->lost_at.count && i < SHOWN; i++)
        cli_print(to, "%s %lld at %.3f s", i ? "," : "", (long long)media->lost_at.at[i].frames,
                  media->sample_rate ? (double)media->lost_at.at[i].at / (double)media->sample_rate : 0);
    if (places > SHOWN)
        buffer_add_text(to, ", ...");
}

void item_full(struct buffer *to, const struct media_found *found)
{
    const struct item *item = &found->item;
    const struct media *media = &item->media;
    char id[ID_TEXT_SIZE];

    cli_print(to, "%s  %.*s\n", id_write(media->id, id), TEXT_ARG(media->name));
    cli_print(to, "  path             %.*s\n", (int)item->path.len,
              item->path.len ? (const char *)item->path.at : "(its volume is away)");
    cli_print(to, "  pack             %.*s\n", TEXT_ARG(media->pack));
    cli_print(to, "  volume           %.*s, %s\n", TEXT_ARG(item->volume),
              choice_word(&availability_table, media->availability.value));
    cli_print(to, "  format           %.*s %.*s, %llu bit, %llu Hz, %llu channels, ", TEXT_ARG(media->container),
              TEXT_ARG(media->sample_format), (unsigned long long)media->bit_depth,
              (unsigned long long)media->sample_rate, (unsigned long long)media->channels);
    human_duration(to, item_seconds(media));
    buffer_add_text(to, "\n  size             ");
    human_bytes(to, media->size);
    buffer_add_text(to, "\n  tags            ");
    for (uint32_t i = 0; i < media->tags.count; i++)
        cli_print(to, " %.*s", TEXT_ARG(media->tags.at[i]));
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (heard_tag(&item->facts.at[i]).len && !has_text(&media->tags, heard_tag(&item->facts.at[i])))
            cli_print(to, " %.*s", TEXT_ARG(heard_tag(&item->facts.at[i])));
    if (media->has_lost && media->lost > 0)
        full_gaps(to, media);
    if (media->notes.len)
        cli_print(to, "\n  notes            %.*s", TEXT_ARG(media->notes));
    if (media->failure.len)
        cli_print(to, "\n  not analysed     %.*s", TEXT_ARG(media->failure));
    buffer_add_text(to, "\n");
    full_facts(to, found->sources.count ? &found->sources : &item->facts);
}
