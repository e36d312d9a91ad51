#include "frontends/cli/base/item.h"

#include <stdio.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/item_line.h"
#include "store/fact_name.h"

static void fact_column(struct buffer *to, const struct item *item, const char *attribute, int width)
{
    const struct fact *fact = item_fact(item, attribute);
    char number[32];

    if (fact && fact->has_number)
        snprintf(number, sizeof number, "%.4g", fact->number);
    cli_column(to, !fact ? TEXT("") : fact->has_number ? text_of(number) : fact->text, width);
}

/* Why its file cannot be read now; "" if it can. */
static const char *absence_of(const struct item *item)
{
    int32_t state = item->media.availability.value;

    return state == ITEM_STATE_LOCAL || state == ITEM_STATE_EXTERNAL_ONLINE ? ""
                                                                            : choice_word(&item_state_table, state);
}

void item_row_head(struct buffer *to, const char *rank, const struct item_list *items)
{
    bool any = false;

    cli_print(to, "%-26s %-28s %-11s %-6s %-6s %9s %8s  ", "ID", "NAME", "CLASS", "BPM", "KEY", "LENGTH", rank);
    for (uint32_t i = 0; !any && i < items->count; i++)
        any = *absence_of(&items->at[i]) != 0;
    cli_print(to, any ? "%-30s STATE\n" : "%s\n", "PACK");
}

void item_row(struct buffer *to, const struct item *item)
{
    char id[ID_TEXT_SIZE];

    cli_column(to, text_of(id_write(item->media.id, id)), 26);
    cli_column(to, item->media.name, 28);
    fact_column(to, item, "class", 11);
    fact_column(to, item, "bpm", 6);
    fact_column(to, item, "key", 6);
    cli_print(to, "%7.2f s ", item_length(item));
    if (item->has_distance || item->has_score)
        cli_print(to, "%8.3f  ", item->has_distance ? item->distance : item->score);
    else
        cli_column(to, TEXT(""), 9);
    if (*absence_of(item))
        cli_column(to, item->media.pack, 30);
    else
        cli_print(to, "%.*s", TEXT_ARG(item->media.pack));
    cli_print(to, "%s\n", absence_of(item));
}

static void full_fact(struct buffer *to, const struct fact *fact)
{
    char id[ID_TEXT_SIZE];
    struct id other;
    bool is_unlike = fact_name_other(fact->attribute, &other);

    buffer_add_text(to, "  ");
    cli_column(to, is_unlike ? TEXT("unlike") : fact->attribute, 16);
    if (is_unlike)
        cli_print(to, "%-20s", id_write(other, id));
    else if (fact->has_number)
        cli_print(to, "%-20.8g", fact->number);
    else
        cli_print(to, "%-20.*s", TEXT_ARG(fact->text));
    cli_print(to, " %-9s confidence %3.0f %%%s\n", choice_word(&source_table, fact->source.value),
              fact->confidence * 100, fact->shown ? "" : "  (out of range: not shown)");
}

static void full_facts(struct buffer *to, const struct fact_list *facts)
{
    for (uint32_t i = 0; i < facts->count; i++)
        full_fact(to, &facts->at[i]);
}

/* A file that was not read, or not as sound, has no format. */
static void full_format(struct buffer *to, const struct item *item)
{
    const struct media *media = &item->media;

    buffer_add_text(to, "  format           ");
    if (media->container.len == 0 && media->sample_rate == 0) {
        buffer_add_text(to, "not known");
        return;
    }
    cli_print(to, "%.*s %.*s, %llu bit, %llu Hz, %llu channels, ", TEXT_ARG(media->container),
              TEXT_ARG(media->sample_format), (unsigned long long)media->bit_depth,
              (unsigned long long)media->sample_rate, (unsigned long long)media->channels);
    human_duration(to, item_length(item));
}

static void full_tags(struct buffer *to, const struct item *item)
{
    struct arena arena = { 0 };
    struct item_line line;

    item_line_make(&arena, item, &line);
    for (uint32_t i = 0; i < line.tags.count; i++)
        cli_print(to, " %.*s", TEXT_ARG(line.tags.at[i]));
    arena_free(&arena);
}

/* Writes a few places for people; --json has all kept ones. */
static void full_gaps(struct buffer *to, const struct media *media)
{
    enum { SHOWN = 8 };
    uint64_t places = media->lost_at.count + (media->has_lost_more ? media->lost_more : 0);

    cli_print(to, "\n  lost             %llu frame%s at %llu place%s, %s:", (unsigned long long)media->lost,
              text_plural(media->lost), (unsigned long long)places, text_plural(places),
              media->gaps.value == GAPS_SKIP ? "skipped" : "filled with silence");
    for (uint32_t i = 0; i < media->lost_at.count && i < SHOWN; i++)
        cli_print(to, "%s %lld at %.3f s", i ? "," : "", (long long)media->lost_at.at[i].frames,
                  media->sample_rate ? (double)media->lost_at.at[i].at / (double)media->sample_rate : 0);
    if (places > SHOWN)
        buffer_add_text(to, ", ...");
}

static void full_cut(struct buffer *to, const struct media *media)
{
    double rate = media->sample_rate ? (double)media->sample_rate : 1;

    cli_print(to, "\n  cut              after %.3f s", (double)media->cut.at / rate);
    if (media->cut.has_wanted)
        cli_print(to, " of %.3f s", (double)media->cut.wanted / rate);
    cli_print(to, ": %.*s", TEXT_ARG(media->cut.why));
}

static bool is_named_before(const struct used_in_list *uses, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (id_equal(uses->at[i].id, uses->at[at].id))
            return true;
    return false;
}

/* Names each context once; --json has role, section and time too. */
static void full_uses(struct buffer *to, const struct media_found *found)
{
    enum { SHOWN = 6 };
    const uint64_t contexts = found->contexts + found->copy_contexts;
    uint64_t shown = 0;

    cli_print(to, "\n  used in          %llu context%s:", (unsigned long long)contexts, text_plural(contexts));
    for (uint32_t i = 0; i < found->used_in.count && shown < SHOWN; i++) {
        const struct used_in *use = &found->used_in.at[i];
        if (!is_named_before(&found->used_in, i))
            cli_print(to, "%s %.*s%s", shown++ ? "," : "", TEXT_ARG(use->name), use->copy ? " (a copy)" : "");
    }
    if (contexts > shown)
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
              choice_word(&item_state_table, media->availability.value));
    full_format(to, item);
    buffer_add_text(to, "\n  size             ");
    human_bytes(to, media->size);
    buffer_add_text(to, "\n  tags            ");
    full_tags(to, item);
    if (media->has_lost && media->lost > 0)
        full_gaps(to, media);
    if (media->has_cut)
        full_cut(to, media);
    if (found->contexts || found->copy_contexts)
        full_uses(to, found);
    if (media->notes.len)
        cli_print(to, "\n  notes            %.*s", TEXT_ARG(media->notes));
    if (media->has_remote)
        cli_print(to, "\n  remote           %.*s", TEXT_ARG(media->remote));
    if (media->failure.len)
        cli_print(to, "\n  not analysed     %.*s", TEXT_ARG(media->failure));
    buffer_add_text(to, "\n");
    full_facts(to, found->sources.count ? &found->sources : &item->facts);
}
