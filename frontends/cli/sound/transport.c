/* transport.c: start, stop, tempo; panic. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"

enum { BAR_MOST = 1000000 };

static enum err print_transport(struct cli *cli, const struct transport_state *at)
{
    if (cli->options.json)
        return cli_json(cli, &transport_state_shape, at);
    cli_print(&cli->out, "%s  ", at->counting_in ? "counting in" : at->running ? "running" : "stopped");
    human_place(&cli->out, at);
    cli_print(&cli->out, "  %.2f bpm  swing %.2f  sync %s  metronome %s", at->bpm, at->swing,
              choice_word(&sync_source_table, at->sync.value), at->metronome ? "on" : "off");
    if (at->has_quantise)
        cli_print(&cli->out, "  quantise 1/%llu", (unsigned long long)at->quantise);
    if (at->clock_out)
        buffer_add_text(&cli->out, at->clock_stopped ? "  clock always" : "  clock out");
    if (at->clock_out && at->has_clock_offset)
        cli_print(&cli->out, " %+g ms", at->clock_offset * 1000);
    if (at->has_song)
        cli_print(&cli->out, "  song entry %llu", (unsigned long long)at->song);
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
static enum err ask_with(struct cli *cli, const char *name, const struct shape *shape, const char *field,
                         struct fault *fault)
{
    void *request = arena_alloc(&cli->arena, shape->size);
    enum err e = ERR_OK;

    if (cli->count > 0)
        e = units_set(cli, shape, field, cli->args[0], request, fault);
    return e != ERR_OK ? e : send_order(cli, name, request, fault);
}

enum err transport_show(struct cli *cli, struct fault *fault)
{
    return send_order(cli, "audio.transport", NULL, fault);
}

/* People count bars from 1. */
static enum err read_bar(const char *typed, int64_t *bar, struct fault *fault)
{
    char *end;

    *bar = strtoll(typed, &end, 10) - 1;
    if (end == typed || *end != '\0' || *bar < 0 || *bar > BAR_MOST)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not a bar: bars count from 1", typed);
    return ERR_OK;
}

enum err transport_start(struct cli *cli, struct fault *fault)
{
    struct audio_start request = { .has_bar = cli->options.from != NULL };
    enum err e = request.has_bar ? read_bar(cli->options.from, &request.bar, fault) : ERR_OK;

    if (e == ERR_OK && cli->count > 0)
        e = units_set(cli, &audio_start_shape, "count_in", cli->args[0], &request, fault);
    return e != ERR_OK ? e : send_order(cli, "audio.start", &request, fault);
}

enum err transport_stop(struct cli *cli, struct fault *fault)
{
    return send_order(cli, "audio.stop", NULL, fault);
}

enum err transport_toggle(struct cli *cli, struct fault *fault)
{
    return ask_with(cli, "audio.toggle", &audio_toggle_shape, "count_in", fault);
}

enum err transport_locate(struct cli *cli, struct fault *fault)
{
    struct audio_locate request = { 0 };
    enum err e = read_bar(cli->args[0], &request.bar, fault);

    return e != ERR_OK ? e : send_order(cli, "audio.locate", &request, fault);
}

enum err transport_tempo(struct cli *cli, struct fault *fault)
{
    return ask_with(cli, "audio.set_tempo", &audio_set_tempo_shape, "bpm", fault);
}

enum err transport_tap(struct cli *cli, struct fault *fault)
{
    return send_order(cli, "audio.tap", NULL, fault);
}

enum err transport_swing(struct cli *cli, struct fault *fault)
{
    return ask_with(cli, "audio.set_swing", &audio_set_swing_shape, "swing", fault);
}

enum err transport_metronome(struct cli *cli, struct fault *fault)
{
    return ask_with(cli, "audio.set_metronome", &audio_set_metronome_shape, "on", fault);
}

enum err transport_sync(struct cli *cli, struct fault *fault)
{
    return ask_with(cli, "audio.set_sync", &audio_set_sync_shape, "source", fault);
}

/* "offset=-12ms" */
static enum err read_offset(struct cli *cli, const char *typed, struct audio_set_sync *request, struct fault *fault)
{
    static const char key[] = "offset=";

    if (strncmp(typed, key, sizeof(key) - 1) != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is unknown: expected offset=12ms", typed);
    return units_set(cli, &audio_set_sync_shape, "clock_offset", typed + sizeof(key) - 1, request, fault);
}

/* The ask sets the leader too, so it is read before. */
enum err transport_clock(struct cli *cli, struct fault *fault)
{
    struct audio_set_sync request = { 0 };
    struct transport_state at = { 0 };
    const bool always = strcmp(cli->args[0], "always") == 0;
    enum err e = units_set(cli, &audio_set_sync_shape, "clock_out", always ? "on" : cli->args[0], &request, fault);

    request.has_clock_stopped = true;
    request.clock_stopped = always;
    if (e == ERR_OK && cli->count > 1)
        e = read_offset(cli, cli->args[1], &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "audio.transport", NULL, &at, fault);
    request.source.value = at.sync.value;
    return e != ERR_OK ? e : send_order(cli, "audio.set_sync", &request, fault);
}

enum err transport_panic(struct cli *cli, struct fault *fault)
{
    return cli_ask(cli, "audio.panic", NULL, NULL, fault);
}
