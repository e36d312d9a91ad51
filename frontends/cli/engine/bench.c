/* bench.c: the latency of one message under a number of clients. Each client is a thread with its own sockets. With a
 * rate, each ask has a due time, from which its latency counts. So a service that stalls cannot hide it by delaying
 * later asks (coordinated omission, Tene 2013). */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/clock.h"
#include "common/latency.h"
#include "frontends/cli/base/raw.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"

struct bench {
    const struct cli *cli;
    const char *name;
    struct bytes body;
    int64_t clients;
    uint64_t interval_ns; /* between two asks of one client; 0: the next after each answer */
    uint64_t end_ns;
    uint64_t begin_ns;
};

struct bench_client {
    pthread_t thread;
    const struct bench *bench;
    int64_t number;
    struct latency latency;
    struct fault fault; /* the last error */
};

static void sleep_until(uint64_t due_ns)
{
    uint64_t now = latency_clock();

    if (due_ns > now)
        clock_sleep((usec_t)((due_ns - now) / 1000));
}

static void *run_client(void *state)
{
    struct bench_client *client = state;
    const struct bench *bench = client->bench;
    struct asker *asker = asker_new(&bench->cli->paths, &client->fault);
    uint64_t due = bench->begin_ns + (uint64_t)client->number * bench->interval_ns / (uint64_t)bench->clients;

    while (asker && latency_clock() < bench->end_ns) {
        struct bytes answer;
        uint64_t from;

        if (bench->interval_ns)
            sleep_until(due);
        from = bench->interval_ns ? due : latency_clock();
        if (ask_raw(asker, bench->name, bench->body, 10000, NULL, &answer, &client->fault) != ERR_OK)
            client->latency.errors++;
        latency_add(&client->latency, latency_clock() - from);
        due += bench->interval_ns;
    }
    asker_free(asker);
    return NULL;
}

static void print_result(struct cli *cli, const struct bench *bench, const struct latency *all, double seconds)
{
    struct bench_line line = {
        .name = text_of(bench->name),
        .clients = bench->clients,
        .count = all->count,
        .errors = all->errors,
        .per_second = (double)all->count / seconds,
        .p50_us = latency_us(all, 0.5),
        .p90_us = latency_us(all, 0.9),
        .p99_us = latency_us(all, 0.99),
        .p999_us = latency_us(all, 0.999),
        .max_us = latency_us(all, 1),
    };

    if (cli->options.json) {
        cli_json(cli, &bench_line_shape, &line);
        return;
    }
    cli_print(&cli->out, "%s, %lld clients, %.1f s: %llu asks, %.0f a second, %llu errors\n", bench->name,
              (long long)bench->clients, seconds, (unsigned long long)all->count, line.per_second,
              (unsigned long long)all->errors);
    cli_print(&cli->out, "  %-8s %10.1f\n  %-8s %10.1f\n  %-8s %10.1f\n  %-8s %10.1f\n  %-8s %10.1f\n", "p50_us",
              line.p50_us, "p90_us", line.p90_us, "p99_us", line.p99_us, "p999_us", line.p999_us, "max_us",
              line.max_us);
}

/* Plots latency over "nines": 50 %, 90 %, 99 %, … at equal distances; both axes are logarithmic. */
static enum err plot_latency(const char *path, const char *name, const struct latency *all, struct fault *fault)
{
    struct buffer svg = { 0 };
    double top = log10(latency_us(all, 1) + 10);
    enum err e;

    buffer_add_text(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"360\" "
                          "font-family=\"sans-serif\" font-size=\"12\">\n"
                          "<rect width=\"640\" height=\"360\" fill=\"white\"/>\n");
    cli_print(&svg, "<text x=\"60\" y=\"20\">%s: latency in microseconds by quantile</text>\n", name);
    for (int decade = 0; decade <= (int)top; decade++)
        cli_print(&svg,
                  "<text x=\"5\" y=\"%.1f\">%.0f</text>\n<line x1=\"60\" x2=\"620\" y1=\"%.1f\" y2=\"%.1f\" "
                  "stroke=\"#ddd\"/>\n",
                  324 - 290 * decade / top, pow(10, decade), 320 - 290 * decade / top, 320 - 290 * decade / top);
    buffer_add_text(&svg, "<polyline fill=\"none\" stroke=\"#06c\" stroke-width=\"2\" points=\"");
    for (int i = 0; i <= 80; i++) {
        double nines = i / 20.0; /* 0 … 4: 0 % … 99.99 % */

        cli_print(&svg, "%.1f,%.1f ", 60 + 140 * nines,
                  320 - 290 * log10(latency_us(all, 1 - pow(10, -nines)) + 1) / top);
    }
    buffer_add_text(&svg, "\"/>\n");
    for (int i = 1; i <= 4; i++)
        cli_print(&svg, "<text x=\"%d\" y=\"345\">%.*f %%</text>\n", 40 + 140 * i, i > 2 ? i - 2 : 0,
                  100 - 100 * pow(10, -i));
    buffer_add_text(&svg, "</svg>\n");
    e = resolve_reach(path, fault);
    if (e == ERR_OK)
        e = beneath_write_named(path, buffer_bytes(&svg), bytes_of("<svg ", 5), 0644, fault);
    buffer_free(&svg);
    return e;
}

static enum err run_clients(struct cli *cli, struct bench *bench, struct latency *all, struct fault *fault)
{
    struct bench_client *clients = alloc_zeroed((size_t)bench->clients, sizeof *clients);
    int64_t started = 0;
    enum err e = ERR_OK;

    bench->begin_ns = latency_clock();
    bench->end_ns = bench->begin_ns + (uint64_t)(cli->options.seconds ? cli->options.seconds : 5) * 1000000000u;
    for (; started < bench->clients; started++) {
        clients[started].bench = bench;
        clients[started].number = started;
        if (pthread_create(&clients[started].thread, NULL, run_client, &clients[started]) != 0) {
            e = fault_set(fault, ERR_FULL, "only %lld threads started", (long long)started);
            break;
        }
    }
    for (int64_t i = 0; i < started; i++) {
        pthread_join(clients[i].thread, NULL);
        latency_merge(all, &clients[i].latency);
        if (clients[i].fault.code == ERR_OFFLINE) {
            *fault = clients[i].fault;
            e = ERR_OFFLINE;
        }
    }
    free(clients);
    return e;
}

enum err bench_run(struct cli *cli, struct fault *fault)
{
    struct bench bench = { .cli = cli, .name = cli->args[0] };
    struct latency *all = alloc_zeroed(1, sizeof *all);
    struct buffer body = { 0 };
    enum err e = raw_request(cli, &body, fault);

    bench.body = buffer_bytes(&body);
    bench.clients = cli->options.clients ? cli->options.clients : 1;
    if (cli->options.rate > 0)
        bench.interval_ns = (uint64_t)bench.clients * 1000000000u / (uint64_t)cli->options.rate;
    if (e == ERR_OK)
        e = run_clients(cli, &bench, all, fault);
    if (e == ERR_OK)
        print_result(cli, &bench, all, (double)(latency_clock() - bench.begin_ns) / 1e9);
    if (e == ERR_OK && cli->options.plot)
        e = plot_latency(cli->options.plot, bench.name, all, fault);
    buffer_free(&body);
    free(all);
    return e;
}
