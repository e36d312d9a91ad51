/* audio.c: sound devices, the JACK server, connections. */
#include "frontends/cli/base/shared.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"
#include "schema_supervisor.h"

static enum err print_devices(struct cli *cli, const struct sound_devices *devices)
{
    enum err e = ERR_OK;

    if (cli->options.json) {
        for (uint32_t i = 0; e == ERR_OK && i < devices->each.count; i++)
            e = cli_json(cli, &sound_device_shape, &devices->each.at[i]);
        return e;
    }
    for (uint32_t i = 0; i < devices->each.count; i++)
        cli_print(&cli->out, "%s %-24.*s %.*s\n", devices->each.at[i].used ? "*" : " ",
                  TEXT_ARG(devices->each.at[i].name), TEXT_ARG(devices->each.at[i].about));
    cli_print(&cli->out, "Set to %.*s, %llu Hz, periods of %llu frames.\n", TEXT_ARG(devices->setting),
              (unsigned long long)devices->rate, (unsigned long long)devices->period);
    if (devices->alarm.len > 0)
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(devices->alarm));
    return ERR_OK;
}

enum err audio_devices(struct cli *cli, struct fault *fault)
{
    struct sound_devices devices = { 0 };
    enum err e = cli_ask(cli, "supervisor.sound_devices", NULL, &devices, fault);

    return e != ERR_OK ? e : print_devices(cli, &devices);
}

enum err audio_use(struct cli *cli, struct fault *fault)
{
    struct supervisor_use_sound_device request = {
        .device = text_of(cli->args[0]),
        .has_rate = cli->options.rate > 0,
        .rate = (uint64_t)cli->options.rate,
        .has_period = cli->options.period > 0,
        .period = (uint64_t)cli->options.period,
    };
    struct sound_devices devices = { 0 };
    enum err e = cli_ask(cli, "supervisor.use_sound_device", &request, &devices, fault);

    return e != ERR_OK ? e : print_devices(cli, &devices);
}

enum err audio_status(struct cli *cli, struct fault *fault)
{
    struct server_state at = { 0 };
    enum err e = cli_ask(cli, "audio.server", NULL, &at, fault);

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &server_state_shape, &at);
    if (!at.connected) {
        cli_print(&cli->out, "No JACK server: %.*s\n", TEXT_ARG(at.trouble));
        return ERR_OK;
    }
    cli_print(&cli->out, "On the JACK server %.*s as %.*s: %llu Hz, periods of %llu frames (%.1f ms)%s.\n",
              TEXT_ARG(at.server.len ? at.server : TEXT("default")), TEXT_ARG(at.client), (unsigned long long)at.rate,
              (unsigned long long)at.period, 1000.0 * (double)at.period / (double)(at.rate ? at.rate : 1),
              at.realtime ? "" : ", not in real time");
    cli_print(&cli->out, "Latency: in %lld, out %lld frames. Memory is %slocked. %s plays.\n", (long long)at.latency_in,
              (long long)at.latency_out, at.locked ? "" : "not ", at.owner == 0 ? "The first core" : "The standby");
    return ERR_OK;
}

static enum err print_connections(struct cli *cli, const struct connections *all)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < all->each.count; i++) {
        const struct connection *one = &all->each.at[i];

        if (cli->options.json)
            e = cli_json(cli, &connection_shape, one);
        else
            cli_print(&cli->out, "%-14.*s %.*s%s\n", TEXT_ARG(one->port), TEXT_ARG(one->to),
                      !one->made      ? "  (away)"
                      : one->chain    ? "  (chain)"
                      : one->for_take ? "  (take)"
                                      : "");
    }
    return e;
}

enum err audio_ports(struct cli *cli, struct fault *fault)
{
    struct connections all = { 0 };
    enum err e = cli_ask(cli, "audio.ports", NULL, &all, fault);

    return e != ERR_OK ? e : print_connections(cli, &all);
}

/* Warns if JACK lacks the port. The engine makes the connection when the port appears, but the name may be mistyped. */
static void warn_of_absent(const struct connections *all, const struct audio_connect *request)
{
    struct buffer line = { 0 };

    for (uint32_t i = 0; i < all->each.count; i++) {
        const struct connection *one = &all->each.at[i];

        if (!one->made && text_equal(one->port, request->port) && text_equal(one->to, request->to))
            cli_print(&line, "warning: JACK has no port \"%.*s\" now: the connection is made when it appears",
                      TEXT_ARG(one->to));
    }
    if (line.len > 0)
        cli_remark(&line);
    buffer_free(&line);
}

enum err audio_connect(struct cli *cli, struct fault *fault)
{
    struct audio_connect request = { .port = text_of(cli->args[0]), .to = text_of(cli->args[1]) };
    struct connections all = { 0 };
    enum err e = cli_ask(cli, "audio.connect", &request, &all, fault);

    if (e == ERR_OK)
        warn_of_absent(&all, &request);
    return e != ERR_OK ? e : print_connections(cli, &all);
}

/* The audio core refuses a name that is not one of our ports. */
static enum err check_connected(const struct connections *all, const struct audio_disconnect *request,
                                struct fault *fault)
{
    bool is_port = false;

    for (uint32_t i = 0; i < all->each.count; i++) {
        is_port = is_port || text_equal(all->each.at[i].port, request->port);
        if (text_equal(all->each.at[i].port, request->port) && text_equal(all->each.at[i].to, request->to))
            return ERR_OK;
    }
    if (!is_port)
        return ERR_OK;
    fault_set(fault, ERR_NOT_FOUND, "%.*s is not connected to \"%.*s\"", TEXT_ARG(request->port),
              TEXT_ARG(request->to));
    return fault_hint(fault, "`loophole audio ports` lists the connections");
}

enum err audio_disconnect(struct cli *cli, struct fault *fault)
{
    struct audio_disconnect request = { .port = text_of(cli->args[0]), .to = text_of(cli->args[1]) };
    struct connections all = { 0 };
    enum err e = cli_ask(cli, "audio.ports", NULL, &all, fault);

    if (e == ERR_OK)
        e = check_connected(&all, &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "audio.disconnect", &request, &all, fault);

    return e != ERR_OK ? e : print_connections(cli, &all);
}

static enum err print_insert(struct cli *cli, const struct chain_state *insert)
{
    if (cli->options.json)
        return cli_json(cli, &chain_state_shape, insert);
    cli_print(&cli->out, "%-10s ", choice_word(&channel_table, insert->channel.value));
    if (insert->to.len == 0)
        cli_print(&cli->out, "no insert\n");
    else if (insert->made)
        cli_print(&cli->out, "%.*s, back from %.*s and %.*s after %lld frames\n", TEXT_ARG(insert->to),
                  TEXT_ARG(insert->back_left), TEXT_ARG(insert->back_right), (long long)insert->latency);
    else
        cli_print(&cli->out, "%.*s  (away: %.*s)\n", TEXT_ARG(insert->to), TEXT_ARG(insert->why));
    return ERR_OK;
}

static enum err list_inserts(struct cli *cli, struct fault *fault)
{
    struct chain_states all = { 0 };
    enum err e = cli_ask(cli, "audio.inserts", NULL, &all, fault);

    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++)
        e = print_insert(cli, &all.each.at[i]);
    if (e == ERR_OK && all.each.count == 0 && !cli->options.json)
        cli_print(&cli->out, "No insert is set: `loophole audio insert CHANNEL CLIENT:PORT` sets one.\n");
    return e;
}

enum err audio_insert(struct cli *cli, struct fault *fault)
{
    struct audio_insert request = { 0 };
    struct chain_state insert = { 0 };
    enum err e;

    if (cli->count == 0)
        return list_inserts(cli, fault);
    if (cli->count == 1)
        return fault_set(fault, ERR_BAD_REQUEST, "no insert is given for %s: expected CLIENT:PORT or off",
                         cli->args[0]);
    request.channel.word = text_of(cli->args[0]);
    request.channel.value = choice_value(&channel_table, request.channel.word);
    request.to = strcmp(cli->args[1], "off") == 0 ? TEXT("") : text_of(cli->args[1]);
    e = cli_ask(cli, "audio.insert", &request, &insert, fault);
    return e != ERR_OK ? e : print_insert(cli, &insert);
}
