/* stats.c: count and latency of every ask, as a table, JSON lines or Prometheus text. */
#include <stdio.h>
#include <string.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"
#include "frontends/cli/engine/running.h"
#include "schema_service.h"

static void print_stats_json(struct cli *cli, const struct service_stats *stats, const struct ask_stats *one)
{
    struct stats_line line = { stats->service, one->name,   one->count,   one->errors,
                               one->p50_us,    one->p99_us, one->p999_us, one->max_us };

    cli_json(cli, &stats_line_shape, &line);
}

static void print_row(struct cli *cli, const struct service_stats *stats, const struct ask_stats *one)
{
    cli_print(&cli->out, "%-11.*s %-16.*s %10llu %8llu %10.0f %10.0f %10.0f %10.0f\n", TEXT_ARG(stats->service),
              TEXT_ARG(one->name), (unsigned long long)one->count, (unsigned long long)one->errors, one->p50_us,
              one->p99_us, one->p999_us, one->max_us);
}

/* https://prometheus.io/docs/instrumenting/exposition_formats/ */
static void print_prometheus(struct cli *cli, const struct service_stats *stats, const struct ask_stats *one)
{
    const struct {
        const char *quantile;
        double us;
    } quantiles[] = {
        { "0.5", one->p50_us }, { "0.99", one->p99_us }, { "0.999", one->p999_us }, { "1", one->max_us }
    };
    char labels[128];

    snprintf(labels, sizeof labels, "service=\"%.*s\",ask=\"%.*s\"", TEXT_ARG(stats->service), TEXT_ARG(one->name));
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        cli_print(&cli->out, "loophole_ask_seconds{%s,quantile=\"%s\"} %.9g\n", labels, quantiles[i].quantile,
                  quantiles[i].us / 1e6);
    cli_print(&cli->out, "loophole_ask_seconds_count{%s} %llu\n", labels, (unsigned long long)one->count);
    cli_print(&cli->out, "loophole_ask_errors_total{%s} %llu\n", labels, (unsigned long long)one->errors);
}

static void print_stats(struct cli *cli, const struct service_stats *stats)
{
    for (uint32_t i = 0; i < stats->asks.count; i++) {
        if (cli->options.prometheus)
            print_prometheus(cli, stats, &stats->asks.at[i]);
        else if (cli->options.json)
            print_stats_json(cli, stats, &stats->asks.at[i]);
        else if (stats->asks.at[i].count > 0)
            print_row(cli, stats, &stats->asks.at[i]);
    }
}

static void print_head(struct cli *cli)
{
    if (cli->options.prometheus)
        buffer_add_text(&cli->out, "# TYPE loophole_ask_seconds summary\n# TYPE loophole_ask_errors_total counter\n");
    else if (!cli->options.json)
        cli_print(&cli->out, "%-11s %-16s %10s %8s %10s %10s %10s %10s\n", "SERVICE", "ASK", "COUNT", "ERRORS",
                  "P50 us", "P99 us", "P99.9 us", "MAX us");
}

/* Returns the named service, whether it runs or not; else all running ones. */
static enum err services_wanted(struct cli *cli, struct running_list *to, struct fault *fault)
{
    if (!cli->count)
        return running_services(cli, to, fault);
    *to = (struct running_list){ 0 };
    for (int i = 0; schema_all[i]; i++)
        if (strcmp(cli->args[0], schema_all[i]->service) == 0)
            snprintf(to->names[to->count++], RUNNING_NAME, "%s", cli->args[0]);
    return ERR_OK;
}

/* A named service must answer; of all, absent ones are skipped. */
static enum err stats_once(struct cli *cli, struct fault *fault)
{
    struct running_list running;
    bool any = false;
    enum err e = services_wanted(cli, &running, fault);

    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < running.count; i++) {
        const char *service = running.names[i];
        struct service_stats stats = { 0 };
        char name[64];

        snprintf(name, sizeof name, "%s.stats", service);
        e = ask(cli->asker, name, NULL, cli->count ? 5000 : 500, NULL, &stats, fault);
        if (e == ERR_OK && !any)
            print_head(cli);
        if (e == ERR_OK)
            print_stats(cli, &stats);
        else if (cli->count)
            return e;
        any = any || e == ERR_OK;
    }
    if (any)
        return ERR_OK;
    if (cli->count)
        return fault_set(fault, ERR_NOT_FOUND, "no service \"%s\"", cli->args[0]);
    return fault->code;
}

enum err stats_show(struct cli *cli, struct fault *fault)
{
    return cli_show(cli, stats_once, 1000000, fault);
}
