/* takes.c: the commands for recordings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"
#include "schema_streamer.h"
#include "schema_supervisor.h"

enum { STOP_BUDGET_MS = 30000, LOOK_US = 200000 };

/* ---- printing ---- */

static const char *state_word(int32_t state)
{
    switch (state) {
    case TAKE_STATE_STARTING:
        return "starts";
    case TAKE_STATE_RUNNING:
        return "records";
    case TAKE_STATE_STOPPING:
        return "ends";
    case TAKE_STATE_PENDING:
        return "unfinished";
    case TAKE_STATE_ENCODING:
        return "encodes";
    case TAKE_STATE_WAITING:
        return "waits";
    case TAKE_STATE_FINAL:
        return "final";
    case TAKE_STATE_ABANDONED:
        return "given up";
    default:
        return "?";
    }
}

static void print_take_row(struct buffer *to, const struct recording *take)
{
    char id[ID_TEXT_SIZE];

    cli_print(to, "%s  %-10s  ", id_write(take->id, id), state_word(take->state.value));
    human_duration(to, take->rate ? (double)take->frames / (double)take->rate : 0);
    buffer_add_text(to, "  ");
    human_bytes(to, take->size);
    cli_print(to, "  %.*s", TEXT_ARG(take->name));
    if (take->lost)
        cli_print(to, "  (%llu frame%s lost)", (unsigned long long)take->lost, text_plural(take->lost));
    if (take->failure.len && take->has_wanted && take->rate)
        cli_print(to, "  (of %.1f s: %.*s)", (double)take->wanted / (double)take->rate, TEXT_ARG(take->failure));
    else if (take->failure.len)
        cli_print(to, "  (%.*s)", TEXT_ARG(take->failure));
    if (take->has_encoded && take->frames > 0)
        cli_print(to, "  (%.0f %%)", 100.0 * (double)take->encoded / (double)take->frames);
    if (take->has_remark && take->remark.len)
        cli_print(to, "  (stays a WAV: %.*s)", TEXT_ARG(take->remark));
    buffer_add_text(to, "\n");
}

static enum err print_take(struct cli *cli, const struct recording *take)
{
    if (cli->options.json)
        return cli_json(cli, &recording_shape, take);
    print_take_row(&cli->out, take);
    if (take->path.len)
        cli_print(&cli->out, "%.*s\n", (int)take->path.len, (const char *)take->path.at);
    return ERR_OK;
}

static enum err report_all(struct cli *cli, const struct recordings *takes)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < takes->each.count; i++)
        if (cli->options.json)
            e = print_take(cli, &takes->each.at[i]);
        else
            print_take_row(&cli->out, &takes->each.at[i]);
    return e;
}

/* ---- waiting for FLAC ---- */

static void show_progress(const struct recording *take)
{
    struct buffer line = { 0 };

    if (take->frames > 0)
        cli_print(&line, "making FLAC of \"%.*s\": %.0f %%", TEXT_ARG(take->name),
                  100.0 * (double)take->encoded / (double)take->frames);
    cli_status_line(true, &line);
    buffer_free(&line);
}

/* A streamer that dies meanwhile leaves the take pending for a moment. */
static enum err follow_take(struct cli *cli, struct recording *take, struct fault *fault)
{
    struct streamer_take request = { .id = take->id };
    bool is_shown = false;
    enum err e = ERR_OK;

    while (e == ERR_OK &&
           (take->state.value == TAKE_STATE_ENCODING || (is_shown && take->state.value == TAKE_STATE_PENDING))) {
        show_progress(take);
        is_shown = true;
        clock_sleep(LOOK_US);
        *take = (struct recording){ 0 };
        e = cli_ask(cli, "streamer.take", &request, take, fault);
    }
    if (is_shown)
        cli_status_line(true, NULL);
    return e;
}

/* ---- commands ---- */

/* The clients that the two inputs are connected to. Unknown ports count as programs. */
enum inputs { INPUTS_NONE, INPUTS_DEVICE, INPUTS_PROGRAM };

static enum inputs find_inputs(struct cli *cli)
{
    struct connections all = { 0 };
    struct fault none = { 0 };
    enum inputs found = cli_ask(cli, "audio.ports", NULL, &all, &none) == ERR_OK ? INPUTS_NONE : INPUTS_PROGRAM;

    for (uint32_t i = 0; i < all.each.count; i++) {
        if (!all.each.at[i].made || !text_starts(all.each.at[i].port, TEXT("in_")))
            continue;
        if (!text_starts(all.each.at[i].to, TEXT("system:")))
            return INPUTS_PROGRAM;
        found = found == INPUTS_NONE ? INPUTS_DEVICE : found;
    }
    return found;
}

static bool is_dummy(struct cli *cli)
{
    struct sound_devices devices = { 0 };
    struct fault none = { 0 };
    bool any = false;

    if (cli_ask(cli, "supervisor.sound_devices", NULL, &devices, &none) == ERR_OK)
        for (uint32_t i = 0; i < devices.each.count; i++)
            any = any || (devices.each.at[i].used && text_is(devices.each.at[i].name, "dummy"));
    return any;
}

/* Explains why a take without --inputs is silent, and which ports have the engine's own sound. */
static void remark_silence(struct cli *cli)
{
    enum inputs inputs = find_inputs(cli);
    const char *why = inputs == INPUTS_NONE                      ? "no port is connected to in_left and in_right"
                      : inputs == INPUTS_DEVICE && is_dummy(cli) ? "the inputs of the device \"dummy\" are silent"
                                                                 : NULL;
    struct server_state at = { 0 };
    struct fault none = { 0 };
    struct buffer line = { 0 };

    if (!why || cli_ask(cli, "audio.server", NULL, &at, &none) != ERR_OK)
        return;
    cli_print(&line, "loophole: the take is silence: %s. ", why);
    cli_print(&line, "To record the engine's own sound: --inputs %.*s:main_left,%.*s:main_right", TEXT_ARG(at.client),
              TEXT_ARG(at.client));
    cli_remark(&line);
    buffer_free(&line);
}

/* People count bars from 1. The take ends where bar OUT begins. */
static enum err read_punch(const struct cli *cli, struct streamer_record *request, struct fault *fault)
{
    const char *at = cli->options.punch;
    char *end = NULL;

    long long in = strtoll(at, &end, 10), out = end != at && *end == '-' ? strtoll(end + 1, &end, 10) : 0;
    if (*end != '\0' || in < 1 || out <= in || out - in > 1000)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "--punch expects two bars, as in 5-9, at most 1,000 apart, not \"%.40s\"", at);
    if (cli->options.at_bar || cli->options.bars > 0 || cli->options.seconds > 0)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "--punch sets position and length: omit --at-bar, --bars and --seconds");
    request->has_at_bar = request->has_bars = true;
    request->at_bar = in - 1;
    request->bars = (uint64_t)(out - in);
    return ERR_OK;
}

static enum err read_bars(const struct cli *cli, struct streamer_record *request, struct fault *fault)
{
    const char *at = cli->options.at_bar;
    char *end = NULL;

    request->has_bars = cli->options.bars > 0;
    request->bars = (uint64_t)cli->options.bars;
    request->has_count_in = cli->options.count_in > 0;
    request->count_in = (uint64_t)cli->options.count_in;
    request->at_next = at && strcmp(at, "next") == 0;
    if (cli->options.punch)
        return read_punch(cli, request, fault);
    if (!at || request->at_next)
        return ERR_OK;
    request->has_at_bar = true;
    request->at_bar = strtoll(at, &end, 10) - 1;
    if (end == at || *end != '\0' || request->at_bar < 0)
        return fault_set(fault, ERR_BAD_REQUEST, "--at-bar expects next or a bar from 1, not \"%s\"", at);
    return ERR_OK;
}

static struct streamer_record read_form(const struct cli *cli)
{
    struct streamer_record request = { .name = text_of(cli->options.name),
                                       .has_format = cli->options.format != NULL,
                                       .has_gaps = cli->options.gaps != NULL };

    if (request.has_format)
        request.format = (struct choice){ .value = choice_value(&take_format_table, text_of(cli->options.format)),
                                          .word = text_of(cli->options.format) };
    if (request.has_gaps)
        request.gaps = (struct choice){ .value = choice_value(&gaps_table, text_of(cli->options.gaps)),
                                        .word = text_of(cli->options.gaps) };
    return request;
}

enum err takes_start(struct cli *cli, struct fault *fault)
{
    struct streamer_record request = read_form(cli);
    struct recording take = { 0 };
    enum err e = cli_inputs(cli, &request.inputs, fault);

    request.has_seconds = cli->options.seconds > 0;
    request.seconds = (double)cli->options.seconds;
    request.has_loop = request.loop = cli->options.loop;
    request.has_source = cli->options.source != NULL;
    if (request.has_source)
        request.source = (struct choice){ .value = choice_value(&take_source_table, text_of(cli->options.source)),
                                          .word = text_of(cli->options.source) };
    if (e == ERR_OK)
        e = read_bars(cli, &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "streamer.record", &request, &take, fault);
    if (e == ERR_OK)
        e = print_take(cli, &take);
    if (e == ERR_OK && !cli->options.json && request.inputs.count == 0 && !cli->options.source)
        remark_silence(cli);
    return e;
}

/* The frames of the take are captured already, so the take ends by itself at once. */
static enum err await_end(struct cli *cli, struct recording *take, struct fault *fault)
{
    struct streamer_take request = { .id = take->id };
    enum err e = ERR_OK;

    while (e == ERR_OK && take->state.value != TAKE_STATE_FINAL && take->state.value != TAKE_STATE_ABANDONED &&
           take->state.value != TAKE_STATE_ENCODING) {
        clock_sleep(LOOK_US / 4);
        *take = (struct recording){ 0 };
        e = cli_ask(cli, "streamer.take", &request, take, fault);
    }
    return e;
}

enum err takes_keep(struct cli *cli, struct fault *fault)
{
    struct streamer_record request = read_form(cli);
    struct recording take = { 0 };
    char *end = NULL;
    long long bars = strtoll(cli->args[0], &end, 10);

    if (*end != '\0' || bars < 1 || bars > 1000)
        return fault_set(fault, ERR_BAD_REQUEST, "expected a number of bars from 1 to 1000, not \"%.40s\"",
                         cli->args[0]);
    request.has_keep = true;
    request.keep = (uint64_t)bars;
    enum err e = cli_ask(cli, "streamer.record", &request, &take, fault);
    if (e == ERR_OK)
        e = await_end(cli, &take, fault);
    if (e == ERR_OK)
        e = follow_take(cli, &take, fault);
    return e == ERR_OK ? print_take(cli, &take) : e;
}

/* on or off; without an argument it only reports. */
enum err takes_monitor(struct cli *cli, struct fault *fault)
{
    struct audio_set_monitoring request = { 0 };
    struct monitoring now = { 0 };
    enum err e = ERR_OK;

    if (cli->count > 0)
        e = units_set(cli, &audio_set_monitoring_shape, "on", cli->args[0], &request, fault);
    if (e == ERR_OK && cli->count > 0)
        e = cli_ask(cli, "audio.set_monitoring", &request, &now, fault);
    else if (e == ERR_OK)
        e = cli_ask(cli, "audio.monitoring", NULL, &now, fault);
    if (e != ERR_OK || cli->options.json)
        return e == ERR_OK ? cli_json(cli, &monitoring_shape, &now) : e;
    cli_print(&cli->out, "monitoring is %s", now.on ? "on" : "off");
    if (now.rate > 0)
        cli_print(&cli->out, "; latency from input to output: %.1f ms (%lld frames)",
                  1e3 * (double)now.latency / (double)now.rate, (long long)now.latency);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

/* An error if the take is shorter than was asked for, also if it is a good file. */
static enum err check_length(const struct recording *take, struct fault *fault)
{
    char code[32];

    if (!take->has_failure_code || !text_copy(code, sizeof(code), take->failure_code))
        return ERR_OK;
    return fault_set(fault, err_named(code), "the take ended early: %.*s", TEXT_ARG(take->failure));
}

static enum err end_take(struct cli *cli, const char *ask, struct fault *fault)
{
    struct recording take = { 0 };

    if (cli->options.budget_ms == 0)
        cli->options.budget_ms = STOP_BUDGET_MS;
    enum err e = cli_ask(cli, ask, NULL, &take, fault);
    if (e == ERR_OK)
        e = follow_take(cli, &take, fault);
    if (e == ERR_OK)
        e = print_take(cli, &take);
    return e == ERR_OK ? check_length(&take, fault) : e;
}

enum err takes_stop(struct cli *cli, struct fault *fault)
{
    return end_take(cli, "streamer.record_stop", fault);
}

enum err takes_cancel(struct cli *cli, struct fault *fault)
{
    return end_take(cli, "streamer.record_cancel", fault);
}

enum err takes_list(struct cli *cli, struct fault *fault)
{
    struct recordings takes = { 0 };
    enum err e = cli_ask(cli, "streamer.takes", NULL, &takes, fault);

    if (e == ERR_OK)
        cli_none(cli, takes.each.count, "No take is under way, unfinished, abandoned or cut short.");
    return e == ERR_OK ? report_all(cli, &takes) : e;
}

enum err takes_delete(struct cli *cli, struct fault *fault)
{
    struct streamer_delete_take request = { 0 };

    enum err e = named_exactly(cli, cli->args[0], &request.id, fault);

    return e != ERR_OK ? e : cli_ask(cli, "streamer.delete_take", &request, NULL, fault);
}

/* Copies the ids, because each ask ends the memory of the previous answer. */
static enum err report_finished(struct cli *cli, const struct recordings *takes, struct fault *fault)
{
    uint32_t count = takes->each.count;
    struct id *ids = arena_array(&cli->arena, count, sizeof(*ids));
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < count; i++)
        ids[i] = takes->each.at[i].id;
    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        struct streamer_take request = { .id = ids[i] };
        struct recording take = { 0 };
        e = cli_ask(cli, "streamer.take", &request, &take, fault);
        if (e == ERR_OK)
            e = follow_take(cli, &take, fault);
        if (e == ERR_OK && cli->options.json)
            e = print_take(cli, &take);
        else if (e == ERR_OK)
            print_take_row(&cli->out, &take);
    }
    return e;
}

enum err takes_recover(struct cli *cli, struct fault *fault)
{
    struct recordings takes = { 0 };

    if (cli->options.budget_ms == 0)
        cli->options.budget_ms = STOP_BUDGET_MS;
    enum err e = cli_ask(cli, "streamer.recover", NULL, &takes, fault);
    if (e == ERR_OK)
        cli_none(cli, takes.each.count, "No take was unfinished.");
    return e == ERR_OK ? report_finished(cli, &takes, fault) : e;
}
