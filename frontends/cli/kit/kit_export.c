/* kit_export.c: a kit as a folder for another program, with copies of its sounds. */
#include <string.h>
#include <unistd.h>

#include "common/naming/safe_names.h"
#include "frontends/cli/kit/kit_folder.h"
#include "frontends/cli/kit/kit_hydrogen_file.h"
#include "frontends/cli/kit/kit_sfz_file.h"
#include "frontends/cli/send/item_file.h"
#include "frontends/cli/sound/kit.h"
#include "proto/wire/codec.h"

/* A format, and what it has no place for. */
static const struct kit_export_format {
    const char *word, *file; /* NULL: named for the kit */
    void (*make)(const struct kit *kit, const struct text *files, struct buffer *to);
    bool has_modes, has_filters, has_parts;
} FORMATS[] = {
    { "hydrogen", "drumkit.xml", kit_hydrogen_file_write, false, false, false },
    { "sfz", NULL, kit_sfz_file_write, true, true, true },
};
enum { FORMAT_COUNT = sizeof(FORMATS) / sizeof(*FORMATS) };

struct export
{
    struct cli *cli;
    const struct kit_export_format *format;
    const char *file; /* of the kit */
    struct kit kit;
    struct kit_folder folder;
    struct safe_names names;
    struct text *files; /* of each layer */
    uint32_t layers, copied, missing;
};

/* ---- the sounds ---- */

static bool is_portable(struct text part)
{
    char safe[SAFE_NAME_SIZE];

    if (part.len == 0)
        return false;
    safe_name_write(part, safe);
    return text_is(part, safe);
}

/* The name that a placeholder has in the file: a path below the folder stays as it is. */
static struct text name_missing(struct export *ex, struct text name)
{
    struct text rest = name, part;
    char safe[SAFE_NAME_SIZE];

    do
        part = text_cut(&rest, '/');
    while (is_portable(part) && rest.len);
    if (is_portable(part))
        return name;
    safe_name_write(name, safe);
    return arena_text(&ex->cli->arena, text_of(safe));
}

/* The layer before this one that has the same sound, or its own number. */
static uint32_t find_same(const struct export *ex, const struct kit_layer *const *layers, uint32_t at)
{
    uint32_t i = 0;

    while (i < at && !id_equal(layers[i]->media, layers[at]->media))
        i++;
    return ex->files[i].len ? i : at;
}

/* SFZ ends a path before what looks like an opcode, and replaces words that begin with a dollar. */
static void choose_file(struct export *ex, struct bytes file, char to[SAFE_NAME_SIZE])
{
    char plain[SAFE_NAME_SIZE];

    safe_name_write((struct text){ file.len, (const char *)file.at }, plain);
    for (char *at = plain; *at && ex->format->file == NULL; at++)
        if (strchr("=$", *at))
            *at = '_';
    safe_names_choose(&ex->names, bytes_of(plain, strlen(plain)), to);
}

/* A sound that cannot be opened stays a placeholder. Errors: those of the copy, and of asking. */
static enum err copy_sound(struct export *ex, const struct kit_layer *layer, struct text *file, struct fault *fault)
{
    const struct search_get get = { .has_id = true, .id = layer->media, .has_leads = true, .leads = true };
    struct media_found found = { 0 };
    struct fault none = { 0 };
    char name[SAFE_NAME_SIZE];
    struct stat st;
    int fd = -1;
    enum err e = cli_ask(ex->cli, "search.get", &get, &found, fault);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND || item_file_open(&found.item, false, &fd, &st, &none) != ERR_OK) {
        ex->missing++;
        *file = name_missing(ex, layer->name);
        return ERR_OK;
    }
    choose_file(ex, found.item.media.file, name);
    *file = arena_text(&ex->cli->arena, text_of(name));
    ex->copied++;
    e = kit_folder_copy(&ex->folder, fd, name, fault);
    close(fd);
    return e;
}

static const struct kit_layer **list_layers(struct export *ex)
{
    const struct kit_layer **all;
    uint32_t count = 0;

    for (uint32_t i = 0; i < ex->kit.slots.count; i++)
        ex->layers += ex->kit.slots.at[i].layers.count;
    all = arena_array(&ex->cli->arena, ex->layers, sizeof(*all));
    ex->files = arena_array(&ex->cli->arena, ex->layers, sizeof(*ex->files));
    for (uint32_t i = 0; i < ex->kit.slots.count; i++)
        for (uint32_t k = 0; k < ex->kit.slots.at[i].layers.count; k++)
            all[count++] = &ex->kit.slots.at[i].layers.at[k];
    return all;
}

/* A copy must not take the name of a sound that is missing: that sound would then be another one. */
static void take_names(struct export *ex, const struct kit_layer *const *layers)
{
    safe_names_take(&ex->names, text_of(ex->file));
    for (uint32_t i = 0; i < ex->layers; i++)
        if (!layers[i]->has_content)
            safe_names_take(&ex->names, layers[i]->name);
}

static enum err copy_sounds(struct export *ex, struct fault *fault)
{
    const struct kit_layer *const *layers = list_layers(ex);
    enum err e = ERR_OK;

    take_names(ex, layers);
    for (uint32_t i = 0; e == ERR_OK && i < ex->layers; i++) {
        const uint32_t same = find_same(ex, layers, i);
        if (same < i)
            ex->files[i] = ex->files[same];
        else
            e = copy_sound(ex, layers[i], &ex->files[i], fault);
    }
    return e;
}

/* ---- remarks ---- */

static void add_left_out(struct buffer *line, const char *what, uint32_t count)
{
    if (count)
        cli_print(line, "%s %s ×%u", line->len ? "," : "", what, count);
}

static void remark_left_out(const struct export *ex)
{
    uint32_t modes = 0, reversed = 0, filters = 0, sends = 0, curves = 0, outputs = 0, channels = 0, parts = 0;
    struct buffer line = { 0 }, all = { 0 };

    for (uint32_t i = 0; i < ex->kit.slots.count; i++) {
        const struct kit_slot *slot = &ex->kit.slots.at[i];
        modes += slot->has_mode && slot->mode.value != PAD_MODE_ONE_SHOT;
        reversed += slot->has_reverse && slot->reverse;
        filters += slot->has_filter_freq;
        sends += (slot->has_reverb_send && slot->reverb_send > 0) || (slot->has_delay_send && slot->delay_send > 0);
        curves += slot->has_curve && (slot->curve < 1 || slot->curve > 1);
        outputs += slot->has_output && slot->output > 0;
        channels += slot->has_channel;
        for (uint32_t k = 0; k < slot->layers.count; k++)
            parts += slot->layers.at[k].start || slot->layers.at[k].end;
    }
    add_left_out(&line, "mode", ex->format->has_modes ? 0 : modes), add_left_out(&line, "reverse", reversed);
    add_left_out(&line, "filter", ex->format->has_filters ? 0 : filters), add_left_out(&line, "sends", sends);
    add_left_out(&line, "curve", curves), add_left_out(&line, "output", outputs);
    add_left_out(&line, "channel", channels), add_left_out(&line, "start and end", ex->format->has_parts ? 0 : parts);
    if (line.len) {
        cli_print(&all, "loophole: the format %s has no place for:%s", ex->format->word, buffer_c(&line));
        cli_remark(&all);
    }
    buffer_free(&line);
    buffer_free(&all);
}

static enum err show_export(struct export *ex, struct text path)
{
    const struct kit_export_line line = { .path = bytes_of(path.at, path.len),
                                          .sounds = ex->copied,
                                          .missing = ex->missing };

    if (ex->cli->options.json)
        return cli_json(ex->cli, &kit_export_line_shape, &line);
    cli_print(&ex->cli->out, "exported: %.*s, %u sound%s", TEXT_ARG(path), ex->copied, text_plural(ex->copied));
    if (ex->missing)
        cli_print(&ex->cli->out, ", %u missing", ex->missing);
    cli_print(&ex->cli->out, "\n");
    return ERR_OK;
}

/* ---- export ---- */

static enum err read_kit(struct export *ex, struct fault *fault)
{
    const struct project_kit request = { .project = text_of(ex->cli->options.project ? ex->cli->options.project : ""),
                                         .kit = text_of(ex->cli->args[0]) };
    struct kit kit = { 0 };
    enum err e = cli_ask(ex->cli, "project.kit", &request, &kit, fault);

    if (e == ERR_OK)
        codec_keep(&kit_shape, &kit, &ex->cli->arena, &ex->kit);
    if (e == ERR_OK && ex->kit.slots.count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the kit %.*s has no slots", TEXT_ARG(ex->kit.name));
    return e;
}

static enum err read_format(struct export *ex, struct fault *fault)
{
    const char *typed = ex->cli->options.format ? ex->cli->options.format : FORMATS[0].word;

    for (int i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(typed, FORMATS[i].word) == 0)
            ex->format = &FORMATS[i];
    return ex->format ? ERR_OK
                      : fault_set(fault, ERR_BAD_REQUEST, "format %s is unknown: expected hydrogen or sfz", typed);
}

static enum err write_folder(struct export *ex, const char *name, struct fault *fault)
{
    struct buffer text = { 0 };
    enum err e = copy_sounds(ex, fault);

    if (e == ERR_OK) {
        ex->format->make(&ex->kit, ex->files, &text);
        e = kit_folder_write(&ex->folder, buffer_bytes(&text), ex->file, fault);
    }
    if (e == ERR_OK)
        e = kit_folder_finish(&ex->folder, name, fault);
    buffer_free(&text);
    safe_names_free(&ex->names);
    return e;
}

enum err kit_export(struct cli *cli, struct fault *fault)
{
    struct export ex = { .cli = cli, .folder = { -1, -1 } };
    char name[SAFE_NAME_SIZE];
    struct bytes path;
    const char *parent;
    enum err e = read_format(&ex, fault);

    if (e == ERR_OK)
        e = read_kit(&ex, fault);
    if (e == ERR_OK)
        e = cli_path(cli, cli->args[1], &path, fault);
    if (e != ERR_OK)
        return e;
    safe_name_write(ex.kit.name, name);
    ex.file = ex.format->file ? ex.format->file : arena_printf(&cli->arena, "%s.sfz", name).at;
    parent = arena_text(&cli->arena, (struct text){ path.len, (const char *)path.at }).at;
    e = kit_folder_begin(&ex.folder, parent, name, fault);
    if (e == ERR_OK)
        e = write_folder(&ex, name, fault);
    kit_folder_end(&ex.folder);
    if (e != ERR_OK)
        return e;
    remark_left_out(&ex);
    return show_export(&ex, arena_printf(&cli->arena, "%s/%s", parent, name));
}
