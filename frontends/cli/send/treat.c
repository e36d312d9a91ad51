/* treat.c: trim, fade, normalise: facts that play, preview and send obey (treatment_facts.h). No file changes. */
#include <math.h>
#include <unistd.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/send/converter.h"
#include "frontends/cli/send/item_file.h"
#include "frontends/cli/send/send_commands.h"
#include "proto/wire/treatment_facts.h"

enum { SECONDS_MOST = 1000000, GAIN_MOST = 60 /* dB, as persist takes it */, FACTS = 2 };

/* The edits of one command, one for each item. */
struct treating {
    struct cli *cli;
    struct id_list items;
    struct edit *edits;
    const char *verb;
    const char *attributes[FACTS]; /* that the command sets; NULL: only one */
};

/* ---- edits ---- */

static void begin_edit(struct treating *treating, uint32_t number)
{
    struct edit *edit = &treating->edits[number];

    edit->facts.at = arena_array(&treating->cli->arena, FACTS, sizeof(*edit->facts.at));
    edit->clear_facts.at = arena_array(&treating->cli->arena, FACTS, sizeof(*edit->clear_facts.at));
}

/* 0 removes the fact. */
static void set_fact(struct edit *edit, const char *attribute, double value)
{
    struct fact fact = { .attribute = text_of(attribute),
                         .source.value = SOURCE_USER,
                         .has_number = true,
                         .number = value,
                         .confidence = 1,
                         .shown = true };

    if (value < 0 || value > 0)
        edit->facts.at[edit->facts.count++] = fact;
    else
        edit->clear_facts.at[edit->clear_facts.count++] = fact.attribute;
}

static enum err begin_treating(struct treating *treating, struct fault *fault)
{
    struct cli *cli = treating->cli;
    enum err e = named_all(cli, cli->count, cli->args, &treating->items, fault);

    if (e != ERR_OK)
        return e;
    treating->edits = arena_array(&cli->arena, treating->items.count, sizeof(*treating->edits));
    for (uint32_t i = 0; i < treating->items.count; i++)
        begin_edit(treating, i);
    return ERR_OK;
}

static enum err send_edits(struct treating *treating, struct fault *fault)
{
    return change_each(treating->cli, &treating->items, treating->edits, treating->verb, fault);
}

/* --off: the items are whole again. */
static enum err clear_all(struct treating *treating, struct fault *fault)
{
    enum err e = begin_treating(treating, fault);

    for (uint32_t i = 0; e == ERR_OK && i < treating->items.count; i++)
        for (int k = 0; k < FACTS && treating->attributes[k]; k++)
            set_fact(&treating->edits[i], treating->attributes[k], 0);
    return e == ERR_OK ? send_edits(treating, fault) : e;
}

static enum err get_item(struct cli *cli, struct id id, struct item *item, struct fault *fault)
{
    struct search_get get = { .has_id = true, .id = id, .has_leads = true, .leads = true };
    struct media_found found = { 0 };
    enum err e = cli_ask(cli, "search.get", &get, &found, fault);

    *item = found.item;
    if (e == ERR_OK && item->media.kind.value == KIND_MIDI)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is a MIDI file: a sound is expected",
                         TEXT_ARG(item->media.name));
    if (e == ERR_OK && item->media.sample_rate == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" has no sample rate that the catalogue knows",
                         TEXT_ARG(item->media.name));
    return e;
}

/* ---- trim and fade ---- */

/* Seconds of the two options; 0: not given. */
struct spans {
    double first, last;
};

static enum err read_span(const char *option, const char *typed, double *seconds, struct fault *fault)
{
    *seconds = 0;
    return typed ? units_seconds(option, typed, SECONDS_MOST, seconds, fault) : ERR_OK;
}

static int64_t frames_of(double seconds, const struct media *media)
{
    return llround(seconds * (double)media->sample_rate);
}

static enum err trim_item(const struct item *item, const struct spans *spans, struct edit *edit, struct fault *fault)
{
    const struct media *media = &item->media;
    int64_t from = frames_of(spans->first, media), until = frames_of(spans->last, media);

    if (media->frames > 0 && from >= (int64_t)media->frames)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" has only %.3f s", TEXT_ARG(media->name),
                         item_seconds(media));
    if (spans->last > 0 && until <= from)
        return fault_set(fault, ERR_BAD_REQUEST, "--until %g is not after --from %g", spans->last, spans->first);
    set_fact(edit, "trim_from", (double)from);
    set_fact(edit, "trim_until", media->frames > 0 && until >= (int64_t)media->frames ? 0 : (double)until);
    return ERR_OK;
}

static enum err fade_item(const struct item *item, const struct spans *spans, struct edit *edit, struct fault *fault)
{
    (void)fault;
    set_fact(edit, "fade_in", (double)frames_of(spans->first, &item->media));
    set_fact(edit, "fade_out", (double)frames_of(spans->last, &item->media));
    return ERR_OK;
}

typedef enum err treat_item(const struct item *item, const struct spans *spans, struct edit *edit, struct fault *fault);

static enum err treat_all(struct treating *treating, treat_item *treat, const struct spans *spans, struct fault *fault)
{
    enum err e = begin_treating(treating, fault);

    for (uint32_t i = 0; e == ERR_OK && i < treating->items.count; i++) {
        struct item item;

        e = get_item(treating->cli, treating->items.at[i], &item, fault);
        if (e == ERR_OK)
            e = treat(&item, spans, &treating->edits[i], fault);
    }
    return e == ERR_OK ? send_edits(treating, fault) : e;
}

/* A command with two options that are seconds. */
static const struct spans_command {
    const char *verb, *options[FACTS], *attributes[FACTS], *refusal, *example;
    treat_item *treat;
} TRIM = { "Trim",
           { "--from", "--until" },
           { "trim_from", "trim_until" },
           "no part is given",
           "for example: loophole trim kick --limit 1 --from 20ms --until 0.5s",
           trim_item },
  FADE = { "Fade",
           { "--fade-in", "--fade-out" },
           { "fade_in", "fade_out" },
           "no fade is given",
           "for example: loophole fade pad --limit 1 --fade-in 10ms --fade-out 0.5s",
           fade_item };

static enum err treat_spans(struct cli *cli, const struct spans_command *command, const char *first, const char *last,
                            struct fault *fault)
{
    struct treating treating = { .cli = cli,
                                 .verb = command->verb,
                                 .attributes = { command->attributes[0], command->attributes[1] } };
    struct spans spans;

    if (cli->options.off)
        return clear_all(&treating, fault);
    if (!first && !last) {
        fault_set(fault, ERR_BAD_REQUEST, "%s", command->refusal);
        return fault_hint(fault, "%s", command->example);
    }
    enum err e = read_span(command->options[0], first, &spans.first, fault);
    if (e == ERR_OK)
        e = read_span(command->options[1], last, &spans.last, fault);
    return e == ERR_OK ? treat_all(&treating, command->treat, &spans, fault) : e;
}

enum err treat_trim(struct cli *cli, struct fault *fault)
{
    return treat_spans(cli, &TRIM, cli->options.from, cli->options.until, fault);
}

enum err treat_fade(struct cli *cli, struct fault *fault)
{
    return treat_spans(cli, &FADE, cli->options.fade_in, cli->options.fade_out, fault);
}

/* ---- normalise ---- */

/* "-1dB", -1: decibels of full scale. */
static enum err read_level(const char *typed, double *level, struct fault *fault)
{
    double linear = 1;
    enum err e = typed ? units_gain(typed, &linear, fault) : ERR_OK;

    *level = typed ? 20 * log10(linear) : -0.1;
    if (e == ERR_OK && !(*level <= 0 && *level >= -GAIN_MOST))
        return fault_set(fault, ERR_BAD_REQUEST, "--to %s is out of range: -%d to 0 dB", typed, GAIN_MOST);
    return e;
}

static enum err measure_item(struct converter *converter, const struct item *item, double *peak, struct fault *fault)
{
    struct treatment treatment = treatment_facts(item->facts);
    char extension[TEXT_EXTENSION_SIZE];
    struct stat st;
    int fd;
    enum err e = item_file_open(item, true, &fd, &st, fault);

    treatment.gain_db = 0;
    text_extension(item->media.file, extension);
    if (e == ERR_OK)
        e = converter_measure(converter, &(struct converter_sound){ fd, extension, &treatment }, peak, fault);
    if (fd >= 0)
        close(fd);
    return e;
}

static void show_measured(struct treating *treating, uint32_t done, const struct item *item)
{
    struct buffer line = { 0 };

    if (treating->cli->options.json || treating->items.count == 1 || !cli_is_terminal())
        return;
    cli_print(&line, "%u of %u: %.*s", done + 1, treating->items.count, TEXT_ARG(item->media.name));
    cli_status_line(false, &line);
    buffer_free(&line);
}

static enum err normalise_item(struct treating *treating, struct converter *converter, uint32_t number, double level,
                               struct fault *fault)
{
    struct fault why = { 0 };
    struct item item;
    double peak;
    enum err e = get_item(treating->cli, treating->items.at[number], &item, fault);

    if (e != ERR_OK)
        return e;
    show_measured(treating, number, &item);
    e = measure_item(converter, &item, &peak, &why);
    if (e != ERR_OK)
        return fault_set(fault, e, "\"%.*s\" cannot be measured: %.150s", TEXT_ARG(item.media.name), why.what);
    if (!(peak > 0))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is silent", TEXT_ARG(item.media.name));
    double gain = level - 20 * log10(peak);
    set_fact(&treating->edits[number], "gain_db", fmin(GAIN_MOST, fmax(-GAIN_MOST, gain)));
    return ERR_OK;
}

enum err treat_normalise(struct cli *cli, struct fault *fault)
{
    struct treating treating = { .cli = cli, .verb = "Normalise", .attributes = { "gain_db" } };
    struct converter converter;
    double level;

    if (cli->options.off)
        return clear_all(&treating, fault);
    enum err e = read_level(cli->options.to, &level, fault);
    if (e == ERR_OK)
        e = begin_treating(&treating, fault);
    if (e != ERR_OK)
        return e;
    converter_begin(&converter, cli, &(struct send_form){ 0 });
    for (uint32_t i = 0; e == ERR_OK && i < treating.items.count; i++)
        e = normalise_item(&treating, &converter, i, level, fault);
    converter_end(&converter);
    cli_status_line(false, NULL);
    return e == ERR_OK ? send_edits(&treating, fault) : e;
}
