#include "frontends/cli/sound/pattern.h"

#include <string.h>

#include "common/beneath/beneath.h"
#include "common/file.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/sound/pattern_source.h"
#include "frontends/cli/sound/pattern_wait.h"
#include "frontends/cli/sound/sound_commands.h"
#include "proto/wire/codec_copy.h"
#include "schema_audio.h"
#include "schema_project.h"
#include "store/pattern/message.h"
#include "store/pattern/midi_export.h"
#include "store/pattern/midi_import.h"
#include "store/pattern/pattern_check.h"
#include "store/pattern/pattern_voice.h"

void cli_warn_of_silent(const struct silent_sound *silent, const char *what)
{
    char id[ID_TEXT_SIZE];
    struct buffer line = { 0 };

    cli_print(&line, "warning: %s %llu%s%.*s is silent: %s: %.*s", what, (unsigned long long)silent->index,
              silent->name.len ? " " : "", TEXT_ARG(silent->name), id_write(silent->id, id), TEXT_ARG(silent->why));
    cli_remark(&line);
    buffer_free(&line);
}

void cli_warn_of_rows(const struct silent_sound_list *silent)
{
    for (uint32_t i = 0; i < silent->count; i++) {
        struct silent_sound counted = silent->at[i];

        counted.index++; /* people count rows from 1 */
        cli_warn_of_silent(&counted, "row");
    }
}

static enum err print_queued(struct cli *cli, const struct queued *queued)
{
    const enum message message = queued->now ? MESSAGE_LOADED_AT : queued->replaced ? MESSAGE_REPLACES : MESSAGE_QUEUED;
    /* The first number counts from 0, as in the log; the second from 1, as people do. */
    const struct text bar =
        arena_printf(&cli->arena, "%lld (bar %lld)", (long long)queued->bar, (long long)queued->bar + 1);

    if (cli->options.json)
        return cli_json(cli, &queued_shape, queued);
    cli_warn_of_rows(&queued->silent);
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(message_text(message, &cli->arena, bar, (struct text){ 0 })));
    return ERR_OK;
}

static void warn_of_preset(enum err e, const struct row *row, uint32_t number, const struct fault *fault)
{
    struct buffer line = { 0 };

    if (e == ERR_NOT_FOUND)
        cli_print(&line, "warning: row %u%s%.*s keeps its voice: %s", number, row->name.len ? " " : "",
                  TEXT_ARG(row->name), fault->what);
    else
        cli_print(&line, "warning: the rows from %u on keep their voices, because their presets cannot be read: %s",
                  number, fault->what);
    cli_remark(&line);
    buffer_free(&line);
}

static enum err give_preset(struct cli *cli, struct pattern *pattern, uint32_t row)
{
    const struct row *of = &pattern->sequencer.tracks.at[row];
    const struct project_preset request = { .preset = of->preset };
    struct preset preset = { 0 };
    struct voice_values own;
    struct fault fault = { 0 };
    enum err e = cli_ask(cli, "project.preset", &request, &preset, &fault);

    if (e != ERR_OK) {
        warn_of_preset(e, of, row + 1, &fault);
        return e;
    }
    codec_keep(&voice_values_shape, &preset.voice, &cli->arena, &own);
    pattern_give_voice(pattern, &cli->arena, row, &own);
    return ERR_OK;
}

/* A row whose preset is gone keeps its voice. If presets cannot be read, the file still plays, and no other is asked
 * for: each ask would wait for its budget. */
static void give_presets(struct cli *cli, struct pattern *pattern)
{
    const struct row_list *rows = &pattern->sequencer.tracks;
    enum err e = ERR_OK;

    for (uint32_t i = 0; (e == ERR_OK || e == ERR_NOT_FOUND) && i < rows->count; i++)
        if (rows->at[i].has_preset)
            e = give_preset(cli, pattern, i);
}

enum err pattern_play(struct cli *cli, struct fault *fault)
{
    struct audio_set_pattern request = { .immediate = cli->options.immediate };
    struct pattern_file *file = arena_alloc(&cli->arena, sizeof(*file));
    struct queued queued = { 0 };
    enum err e = pattern_source_read(cli, cli->args[0], file, fault);

    request.pattern = file->pattern;
    if (e == ERR_OK)
        e = pattern_await(cli, fault);
    if (e != ERR_OK)
        return e;
    give_presets(cli, &request.pattern);
    e = cli_ask(cli, "audio.set_pattern", &request, &queued, fault);
    if (e == ERR_OK)
        e = print_queued(cli, &queued);
    return e == ERR_OK && cli->options.wait && !queued.now ? pattern_follow(cli, queued.number, fault) : e;
}

/* ---- MIDI files ---- */

/* Prints what was written, and what the conversion lost. */
static enum err print_converted(struct cli *cli, const struct pattern *pattern, const char *path,
                                const struct remarks *remarks)
{
    const struct sequencer *sequencer = &pattern->sequencer;
    struct converted_line line = { .rows = sequencer->tracks.count,
                                   .steps = pattern_steps(pattern),
                                   .bpm = sequencer->has_bpm ? sequencer->bpm : 120,
                                   .swing = sequencer->has_swing ? sequencer->swing : 0,
                                   .file = bytes_of(path, strlen(path)),
                                   .remarks = remarks->list };

    if (cli->options.json)
        return cli_json(cli, &converted_line_shape, &line);
    cli_print(&cli->out, "%s: %llu row%s of %llu steps, %.2f bpm, swing %.2f\n", path, (unsigned long long)line.rows,
              text_plural(line.rows), (unsigned long long)line.steps, line.bpm, line.swing);
    for (uint32_t i = 0; i < line.remarks.count; i++)
        cli_print(&cli->out, "  %.*s\n", TEXT_ARG(line.remarks.at[i]));
    return ERR_OK;
}

/* Replaces a file of another program only with --force. */
static enum err write_pattern(struct cli *cli, const char *path, const struct buffer *bytes, const char *kind,
                              struct fault *fault)
{
    enum err e = resolve_reach(path, fault);

    if (e != ERR_OK)
        return e;
    e = beneath_write_named(path, buffer_bytes(bytes), bytes_of(kind, cli->options.force ? 0 : strlen(kind)), 0644,
                            fault);
    if (e == ERR_EXISTS)
        fault_hint(fault, "--force replaces it");
    return e;
}

/* The pattern of the first of two arguments: a slot, a name in the library, or a file; without it, what plays. */
static enum err find_exported(struct cli *cli, struct pattern_file *to, struct fault *fault)
{
    struct pattern_source source = { 0 };
    struct pattern_state state = { 0 };
    enum err e = cli->count > 1 ? pattern_source_find(cli, cli->args[0], &source, fault) : ERR_OK;

    if (e == ERR_OK && source.file.len == 0) {
        const struct project_read_pattern request = { .name = source.name,
                                                      .slot = source.slot,
                                                      .has_slot = source.slot.len > 0 };
        e = cli_ask(cli, "project.read_pattern", &request, &state, fault);
        source.file = state.file;
    }
    return e == ERR_OK ? pattern_file_read(source.file, &cli->arena, to, fault) : e;
}

/* A single argument must be clearly a file to write. */
static enum err check_target(const struct cli *cli, struct fault *fault)
{
    const struct text path = text_of(cli->args[cli->count - 1]);

    if (cli->count > 1 || text_ends(path, TEXT(".mid")) || text_ends(path, TEXT(".midi")))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not the name of a MIDI file: expected FILE.mid", path.at);
    return fault_hint(fault, "loophole pattern export_midi %s FILE.mid", path.at);
}

enum err pattern_export_midi(struct cli *cli, struct fault *fault)
{
    struct pattern_file *file = arena_alloc(&cli->arena, sizeof(*file));
    const char *path = cli->args[cli->count - 1];
    struct remarks remarks = { .arena = &cli->arena };
    struct buffer bytes = { 0 };
    struct midi_file midi;
    enum err e = check_target(cli, fault);

    if (e == ERR_OK)
        e = find_exported(cli, file, fault);
    if (e == ERR_OK) {
        midi_export(&file->pattern, &cli->arena, &midi, &remarks);
        midi_file_write(&midi, &bytes);
    }
    if (e == ERR_OK)
        e = write_pattern(cli, path, &bytes, "MThd", fault);
    buffer_free(&bytes);
    return e == ERR_OK ? print_converted(cli, &file->pattern, path, &remarks) : e;
}

static enum err read_midi(struct cli *cli, struct pattern *to, struct remarks *remarks, struct fault *fault)
{
    struct buffer bytes = { 0 };
    struct midi_file midi;
    enum err e = resolve_reach(cli->args[0], fault);

    if (e == ERR_OK)
        e = file_read_all(cli->args[0], MIDI_FILE_BYTES, &bytes, fault);

    if (e == ERR_OK)
        e = midi_file_read(buffer_bytes(&bytes), &cli->arena, &midi, fault);
    if (e == ERR_OK)
        e = midi_import(&midi, &cli->arena, to, remarks, fault);
    buffer_free(&bytes);
    return e;
}

enum err pattern_import_midi(struct cli *cli, struct fault *fault)
{
    struct pattern_file *file = arena_alloc(&cli->arena, sizeof(*file));
    struct remarks remarks = { .arena = &cli->arena };
    struct buffer bytes = { 0 };
    enum err e = read_midi(cli, &file->pattern, &remarks, fault);

    if (e == ERR_OK) {
        pattern_file_write(file, &bytes);
        e = write_pattern(cli, cli->args[1], &bytes, "{\n  \"chronus_v", fault);
    }
    buffer_free(&bytes);
    return e == ERR_OK ? print_converted(cli, &file->pattern, cli->args[1], &remarks) : e;
}
