/* transport.c: start, stop, tempo; patterns; panic. */
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "frontends/cli/base/cli.h"
#include "schema_audio.h"

enum { PATTERN_BYTES = 4 << 20, STEPS_A_BEAT = 4 };

void transport_print_place(struct cli *cli, const struct transport_state *at)
{
    cli_print(&cli->out, "bar %lld.%lld.%lld", (long long)at->bar + 1, (long long)at->step / STEPS_A_BEAT + 1,
              (long long)at->step % STEPS_A_BEAT + 1);
}

static enum err print_transport(struct cli *cli, const struct transport_state *at)
{
    if (cli->options.json)
        return cli_json(cli, &transport_state_shape, at);
    cli_print(&cli->out, "%s  ", at->counting_in ? "counting in" : at->running ? "running" : "stopped");
    transport_print_place(cli, at);
    cli_print(&cli->out, "  %.2f bpm  swing %.2f  sync %s  metronome %s", at->bpm, at->swing,
              choice_word(&sync_source_table, at->sync.value), at->metronome ? "on" : "off");
    if (at->has_queued_bar)
        cli_print(&cli->out, "  next pattern at bar %lld", (long long)at->queued_bar + 1);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

static enum err send_order(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct transport_state at = { 0 };
    enum err e = cli_ask(cli, name, request, &at, fault);

    return e != ERR_OK ? e : print_transport(cli, &at);
}

/* Sets one field of a request from the first argument, if there is one. */
static enum err tell_with(struct cli *cli, const char *name, const struct shape *shape, const char *field,
                          struct fault *fault)
{
    void *request = arena_alloc(&cli->arena, shape->size);
    enum err e = ERR_OK;

    if (cli->count > 0)
        e = json_assign(shape, arena_printf(&cli->arena, "%s=%s", field, cli->args[0]), &cli->arena, request, fault);
    return e != ERR_OK ? e : send_order(cli, name, request, fault);
}

enum err transport_show(struct cli *cli, struct fault *fault)
{
    return send_order(cli, "audio.transport", NULL, fault);
}

enum err transport_start(struct cli *cli, struct fault *fault)
{
    return tell_with(cli, "audio.start", &audio_start_shape, "count_in", fault);
}

enum err transport_stop(struct cli *cli, struct fault *fault)
{
    return send_order(cli, "audio.stop", NULL, fault);
}

enum err transport_toggle(struct cli *cli, struct fault *fault)
{
    return tell_with(cli, "audio.toggle", &audio_toggle_shape, "count_in", fault);
}

enum err transport_locate(struct cli *cli, struct fault *fault)
{
    char *end;
    struct audio_locate request = { .bar = strtoll(cli->args[0], &end, 10) - 1 };

    if (*end != '\0' || request.bar < 0 || request.bar > 1000000)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not a bar: bars count from 1", cli->args[0]);
    return send_order(cli, "audio.locate", &request, fault);
}

enum err transport_tempo(struct cli *cli, struct fault *fault)
{
    return tell_with(cli, "audio.set_tempo", &audio_set_tempo_shape, "bpm", fault);
}

enum err transport_tap(struct cli *cli, struct fault *fault)
{
    return send_order(cli, "audio.tap", NULL, fault);
}

enum err transport_swing(struct cli *cli, struct fault *fault)
{
    return tell_with(cli, "audio.set_swing", &audio_set_swing_shape, "swing", fault);
}

enum err transport_metronome(struct cli *cli, struct fault *fault)
{
    struct audio_set_metronome request = { .on = strcmp(cli->args[0], "on") == 0 };

    if (!request.on && strcmp(cli->args[0], "off") != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is unknown: expected on or off", cli->args[0]);
    return send_order(cli, "audio.set_metronome", &request, fault);
}

enum err transport_sync(struct cli *cli, struct fault *fault)
{
    return tell_with(cli, "audio.set_sync", &audio_set_sync_shape, "source", fault);
}

enum err transport_panic(struct cli *cli, struct fault *fault)
{
    return cli_ask(cli, "audio.panic", NULL, NULL, fault);
}

/* ---- patterns ---- */

static enum err read_pattern(struct cli *cli, struct audio_set_pattern *request, struct fault *fault)
{
    struct buffer file = { 0 };
    enum err e = file_read_all(cli->args[0], PATTERN_BYTES, &file, fault);

    if (e == ERR_OK)
        e = json_read(&pattern_shape, text_of(buffer_c(&file)), &cli->arena, &request->pattern, fault);
    if (e != ERR_OK && file.len > 0) {
        fault_hint(fault, "%s is not a pattern: see frontends/examples/acid.json", cli->args[0]);
    }
    buffer_free(&file);
    return e;
}

void cli_warn_of_silent(const struct silent_sound *silent, const char *what)
{
    char id[ID_TEXT_SIZE];
    struct buffer line = { 0 };

    cli_print(&line, "warning: %s %llu%s%.*s is silent: %s: %.*s", what, (unsigned long long)silent->index,
              silent->name.len ? " " : "", TEXT_ARG(silent->name), id_write(silent->id, id), TEXT_ARG(silent->why));
    cli_remark(&line);
    buffer_free(&line);
}

enum err transport_pattern(struct cli *cli, struct fault *fault)
{
    struct audio_set_pattern request = { .immediate = cli->options.immediate };
    struct queued queued = { 0 };
    enum err e = read_pattern(cli, &request, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "audio.set_pattern", &request, &queued, fault);
    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &queued_shape, &queued);
    for (uint32_t i = 0; i < queued.silent.count; i++)
        cli_warn_of_silent(&queued.silent.at[i], "row");
    /* The first number counts from 0, as in the log; the second from 1, as people do. */
    cli_print(&cli->out, "[SEQ] Pattern %s bar %lld (bar %lld)%s\n", queued.now ? "loaded at" : "queued for",
              (long long)queued.bar, (long long)queued.bar + 1,
              queued.replaced ? "; it replaces a queued pattern" : "");
    return ERR_OK;
}
