/* kit_export.c: a kit as a folder or an archive for another program, with copies of its sounds. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "common/naming/safe_names.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/kit/kit_archive.h"
#include "frontends/cli/kit/kit_commands.h"
#include "frontends/cli/kit/kit_hydrogen_file.h"
#include "frontends/cli/kit/kit_sfz_file.h"
#include "frontends/cli/send/item_file.h"
#include "frontends/cli/sound/kit.h"
#include "proto/wire/codec_copy.h"

/* A format, and what it has no place for. */
static const struct kit_export_format {
    const char *word, *file; /* NULL: named for the kit */
    void (*make)(const struct kit *kit, const struct text *files, struct buffer *to);
    bool is_archive, has_gates, has_filters, has_parts, has_curves;
} FORMATS[] = {
    { "hydrogen", "drumkit.xml", kit_hydrogen_file_write, false, false, false, false, false },
    { "h2drumkit", "drumkit.xml", kit_hydrogen_file_write, true, false, false, false, false },
    { "sfz", NULL, kit_sfz_file_write, false, true, true, true, true },
};
enum { FORMAT_COUNT = sizeof(FORMATS) / sizeof(*FORMATS) };

/* What a format may have no place for. */
enum lost {
    LOST_MODE,
    LOST_REVERSE,
    LOST_FILTER,
    LOST_RESONANCE,
    LOST_SENDS,
    LOST_CURVE,
    LOST_OUTPUT,
    LOST_CHANNEL,
    LOST_PART,
    LOST_NOTE,
    LOST_PRESET,
    LOSSES
};

struct export
{
    struct cli *cli;
    const struct kit_export_format *format;
    const char *file; /* of the kit */
    struct kit kit;
    struct new_folder folder;
    struct safe_names names;
    uint32_t count, copied, missing, presets;
    const struct kit_layer **layers;
    struct text *files; /* of each layer */
    struct item *items; /* of the first layer of each sound, if it is known */
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

/* Removes what the format cannot write in a name. SFZ ends a path before what looks like an opcode, and replaces words
 * that begin with a dollar; XML has no U+FFFE and U+FFFF. */
static void make_writable(const struct export *ex, char *name)
{
    const bool is_sfz = ex->format->file == NULL;

    for (char *at = name; *at; at++)
        if (is_sfz && strchr("=$", *at))
            *at = '_';
        else if (!is_sfz && (strncmp(at, "\xef\xbf\xbe", 3) == 0 || strncmp(at, "\xef\xbf\xbf", 3) == 0))
            memset(at, '_', 3);
}

/* The name that a placeholder has in the file: a path below the folder stays as it is. */
static struct text name_missing(struct export *ex, struct text name)
{
    struct text rest = name, part;
    char safe[SAFE_NAME_SIZE];

    do
        part = text_cut(&rest, '/');
    while (is_portable(part) && rest.len);
    if (!is_portable(part)) {
        safe_name_write(name, safe);
        name = text_of(safe);
    }
    name = arena_text(&ex->cli->arena, name);
    make_writable(ex, (char *)(uintptr_t)name.at);
    return name;
}

/* The layer before this one that has the same sound, or its own number. */
static uint32_t find_same(const struct export *ex, uint32_t at)
{
    uint32_t i = 0;

    while (i < at && !id_equal(ex->layers[i]->media, ex->layers[at]->media))
        i++;
    return i;
}

static void choose_file(struct export *ex, struct bytes file, char to[SAFE_NAME_SIZE])
{
    char plain[SAFE_NAME_SIZE];

    safe_name_write((struct text){ file.len, (const char *)file.at }, plain);
    make_writable(ex, plain);
    safe_names_choose(&ex->names, bytes_of(plain, strlen(plain)), to);
}

/* -1: its file cannot be opened now. */
static int open_original(const struct item *item)
{
    struct fault none = { 0 };
    struct stat st;
    int fd = -1;

    return item_file_open(item, false, &fd, &st, &none) == ERR_OK ? fd : -1;
}

/* A sound that cannot be opened stays a placeholder, with the name of its file, if that is known. A copy must not take
 * this name: the placeholder would then be another sound. */
static void keep_placeholder(struct export *ex, uint32_t number)
{
    struct item *item = &ex->items[number];
    struct text name = ex->layers[number]->name;
    const struct text file = { item->media.file.len, (const char *)item->media.file.at };
    char other[SAFE_NAME_SIZE];

    if (file.len && !text_ends(name, file)) /* else it is a path that an import did not find */
        name = arena_utf8(&ex->cli->arena, item->media.file, SAFE_NAME_MOST);
    name = name_missing(ex, name);
    if (safe_names_has(&ex->names, name)) { /* of another sound */
        safe_names_choose(&ex->names, bytes_of(name.at, name.len), other);
        name = arena_text(&ex->cli->arena, text_of(other));
    }
    safe_names_take(&ex->names, name);
    ex->files[number] = name;
    ex->missing++;
}

/* Errors: those of asking. */
static enum err find_sound(struct export *ex, uint32_t number, struct fault *fault)
{
    const struct kit_layer *layer = ex->layers[number];
    const struct search_get get = { .has_id = true,
                                    .id = layer->media,
                                    .has_content = layer->has_content,
                                    .content = layer->content,
                                    .has_leads = true,
                                    .leads = true };
    struct media_found found = { 0 };
    int fd;
    enum err e = cli_ask(ex->cli, "search.get", &get, &found, fault);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_OK)
        codec_keep(&item_shape, &found.item, &ex->cli->arena, &ex->items[number]);
    fd = e == ERR_OK ? open_original(&ex->items[number]) : -1;
    if (fd < 0)
        keep_placeholder(ex, number);
    else
        close(fd);
    return ERR_OK;
}

/* Errors: those of the copy. */
static enum err copy_sound(struct export *ex, uint32_t number, struct fault *fault)
{
    const struct item *item = &ex->items[number];
    const int fd = open_original(item);
    char name[SAFE_NAME_SIZE];
    enum err e;

    if (fd < 0) { /* it has gone meanwhile */
        keep_placeholder(ex, number);
        return ERR_OK;
    }
    choose_file(ex, item->media.file, name);
    ex->files[number] = arena_text(&ex->cli->arena, text_of(name));
    ex->copied++;
    e = new_folder_copy(&ex->folder, fd, name, fault);
    close(fd);
    return e;
}

/* The slot is exported without a sound. */
static void leave_out_preset(struct export *ex, struct kit_slot *slot)
{
    if (slot->layers.count == 0 || !slot->layers.at[0].has_preset)
        return;
    slot->placeholder = arena_printf(&ex->cli->arena, "it had the preset %.*s", TEXT_ARG(slot->layers.at[0].name));
    slot->layers.count = 0;
    ex->presets++;
}

static void list_layers(struct export *ex)
{
    struct arena *arena = &ex->cli->arena;
    uint32_t count = 0;

    for (uint32_t i = 0; i < ex->kit.slots.count; i++)
        leave_out_preset(ex, &ex->kit.slots.at[i]);
    for (uint32_t i = 0; i < ex->kit.slots.count; i++)
        ex->count += ex->kit.slots.at[i].layers.count;
    ex->layers = arena_array(arena, ex->count, sizeof(*ex->layers));
    ex->files = arena_array(arena, ex->count, sizeof(*ex->files));
    ex->items = arena_array(arena, ex->count, sizeof(*ex->items));
    for (uint32_t i = 0; i < ex->kit.slots.count; i++)
        for (uint32_t k = 0; k < ex->kit.slots.at[i].layers.count; k++)
            ex->layers[count++] = &ex->kit.slots.at[i].layers.at[k];
}

/* Finds all sounds before it copies one, to know the names of those that are missing. */
static enum err copy_sounds(struct export *ex, struct fault *fault)
{
    enum err e = ERR_OK;

    list_layers(ex);
    safe_names_take(&ex->names, text_of(ex->file));
    for (uint32_t i = 0; e == ERR_OK && i < ex->count; i++)
        if (find_same(ex, i) == i)
            e = find_sound(ex, i, fault);
    for (uint32_t i = 0; e == ERR_OK && i < ex->count; i++) {
        const uint32_t same = find_same(ex, i);
        if (same < i)
            ex->files[i] = ex->files[same];
        else if (ex->files[i].len == 0)
            e = copy_sound(ex, i, fault);
    }
    return e;
}

/* ---- remarks ---- */

static void add_left_out(struct buffer *line, const char *what, uint32_t count)
{
    if (count)
        cli_print(line, "%s %s ×%u", line->len ? "," : "", what, count);
}

/* What a slot loses. */
static void count_left_out(const struct export *ex, const struct kit_slot *slot, uint32_t lost[LOSSES])
{
    const struct kit_export_format *format = ex->format;
    const int32_t mode = slot->has_mode ? slot->mode.value : PAD_MODE_ONE_SHOT;
    const bool has_sends =
        (slot->has_reverb_send && slot->reverb_send > 0) || (slot->has_delay_send && slot->delay_send > 0);

    lost[LOST_MODE] += mode == PAD_MODE_LOOP || (mode != PAD_MODE_ONE_SHOT && !format->has_gates);
    lost[LOST_REVERSE] += slot->has_reverse && slot->reverse;
    lost[LOST_FILTER] += slot->has_filter_freq && !format->has_filters;
    lost[LOST_RESONANCE] += slot->has_filter_freq && slot->has_filter_q && format->has_filters;
    lost[LOST_SENDS] += has_sends;
    lost[LOST_CURVE] += slot->has_curve && fabs(slot->curve - 1) > 0 && !format->has_curves;
    lost[LOST_OUTPUT] += slot->has_output && slot->output > 0;
    lost[LOST_CHANNEL] += slot->has_channel;
    lost[LOST_NOTE] += kit_note(slot, slot->pad) > PAD_NOTE_MOST;
    for (uint32_t i = 0; i < slot->layers.count && !format->has_parts; i++)
        lost[LOST_PART] += slot->layers.at[i].start || slot->layers.at[i].end;
}

static void remark_left_out(const struct export *ex)
{
    static const char *const words[] = { "mode",   "reverse", "filter",        "filter resonance", "sends", "curve",
                                         "output", "channel", "start and end", "pad without note", "preset" };
    uint32_t lost[LOSSES] = { [LOST_PRESET] = ex->presets };
    struct buffer line = { 0 }, all = { 0 };

    for (uint32_t i = 0; i < ex->kit.slots.count; i++)
        count_left_out(ex, &ex->kit.slots.at[i], lost);
    for (int i = 0; i < LOSSES; i++)
        add_left_out(&line, words[i], lost[i]);
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
    return ex->format
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "format %s is unknown: expected hydrogen, h2drumkit or sfz", typed);
}

/* `name` is that of the kit, `end` that of the folder or the archive. */
static enum err write_folder(struct export *ex, const char *name, const char *end, struct fault *fault)
{
    struct buffer text = { 0 };
    enum err e = copy_sounds(ex, fault);

    if (e == ERR_OK) {
        ex->format->make(&ex->kit, ex->files, &text);
        e = new_folder_write(&ex->folder, ex->file, buffer_bytes(&text), fault);
    }
    if (e == ERR_OK)
        e = ex->format->is_archive ? kit_archive_finish(&ex->folder, name, end, fault)
                                   : new_folder_finish_as(&ex->folder, end, fault);
    buffer_free(&text);
    safe_names_free(&ex->names);
    return e;
}

enum err kit_export(struct cli *cli, struct fault *fault)
{
    struct export ex = { .cli = cli, .folder = { .parent = -1, .fd = -1 } };
    char name[SAFE_NAME_SIZE];
    struct bytes path;
    const char *parent, *end;
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
    end = ex.format->is_archive ? arena_printf(&cli->arena, "%s" KIT_ARCHIVE_ENDING, name).at : name;
    e = new_folder_begin_in(&ex.folder, KIT_FOLDER_PART, parent, end, fault);
    if (e == ERR_OK)
        e = write_folder(&ex, name, end, fault);
    new_folder_end(&ex.folder);
    if (e != ERR_OK)
        return e;
    remark_left_out(&ex);
    return show_export(&ex, arena_printf(&cli->arena, "%s/%s", parent, end));
}
