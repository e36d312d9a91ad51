#include "frontends/cli/engine/osc.h"

#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"
#include "schema_osc.h"

enum err osc_show(struct cli *cli, struct fault *fault)
{
    struct osc_counts at = { 0 };
    enum err e = cli_ask(cli, "osc.state", NULL, &at, fault);

    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &osc_counts_shape, &at);
    if (at.port == 0)
        cli_print(&cli->out, "The engine receives no OSC messages: `loophole status` shows the reason\n");
    else
        cli_print(&cli->out, "The engine receives OSC messages at UDP port %llu of %.*s\n", (unsigned long long)at.port,
                  TEXT_ARG(at.address));
    cli_print(&cli->out, "packets %llu  refused %llu  dropped %llu  late %llu  waiting %llu  subscribers %llu\n",
              (unsigned long long)at.received, (unsigned long long)at.refused, (unsigned long long)at.dropped,
              (unsigned long long)at.late, (unsigned long long)at.waiting, (unsigned long long)at.subscribers);
    return ERR_OK;
}

void osc_doctor(struct doctor *doctor)
{
    struct osc_counts at = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "osc.state", NULL, 2000, NULL, &at, &fault) != ERR_OK)
        return;
    if (at.port == 0)
        doctor_finding(doctor, WATCH, "OSC", "choose another [osc] port in loophole.conf", "no UDP port");
    else
        doctor_finding(doctor, text_is(at.address, "127.0.0.1") ? FINE : WATCH, "OSC",
                       "remove [osc] listen, unless you trust each machine of the network", "UDP port %llu of %.*s",
                       (unsigned long long)at.port, TEXT_ARG(at.address));
}
