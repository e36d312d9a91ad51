/* composer.c: the exchange with a community of studios. */
#include <stdio.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/composer/composer_commands.h"
#include "schema_composer.h"

/* The migrations of services/composer/sql as one script for psql (tools/composer-sql). */
__asm__(".section .rodata\n"
        "composer_sql:\n"
        ".incbin \"" COMPOSER_SQL "\"\n"
        ".byte 0\n"
        ".previous\n");

extern const char composer_sql[] __attribute__((visibility("hidden")));

static void print_time(struct cli *cli, const char *name, usec_t at)
{
    cli_print(&cli->out, "%-10s ", name);
    if (at)
        human_time(&cli->out, at);
    else
        cli_print(&cli->out, "never");
    cli_print(&cli->out, "\n");
}

static void print_unconfirmed(struct cli *cli, const struct composer_status *status)
{
    const char *level = choice_word(&sharing_table, status->confirm.value);

    cli_print(&cli->out,
              "%-10s the level was %s before this catalogue was restored or came to this machine; confirm it: "
              "loophole composer level %s\n",
              "confirm", level, level);
}

static void print_for_people(struct cli *cli, const struct composer_status *status)
{
    struct text level = text_of(choice_word(&sharing_table, status->level.value));

    cli_print(&cli->out, "%-10s %.*s%s\n", "level", TEXT_ARG(level),
              status->forgetting ? " (the server has not yet confirmed `forget`)" : "");
    cli_print(&cli->out, "%-10s %.*s\n", "server", TEXT_ARG(status->server.len ? status->server : TEXT("none is set")));
    cli_print(&cli->out, "%-10s %s\n", "reachable", status->reachable ? "yes" : "no");
    cli_print(&cli->out, "%-10s %llu of %llu statement%s not sent yet\n", "outbox", (unsigned long long)status->outbox,
              (unsigned long long)status->shared, text_plural(status->shared));
    cli_print(&cli->out, "%-10s %llu row%s", "inbox", (unsigned long long)status->inbox, text_plural(status->inbox));
    if (status->least)
        cli_print(&cli->out, ", each from at least %llu studio%s", (unsigned long long)status->least,
                  text_plural(status->least));
    cli_print(&cli->out, "\n");
    if (status->has_refused)
        cli_print(&cli->out, "%-10s %llu statement%s; the last one: %.*s\n", "refused",
                  (unsigned long long)status->refused, text_plural(status->refused), TEXT_ARG(status->refused_why));
    if (status->has_rebuilding && status->rebuilding)
        cli_print(&cli->out, "%-10s the copy of the community's knowledge was damaged: it is read again\n",
                  "rebuilding");
    print_time(cli, "last sync", status->last_sync);
    if (status->has_excluded)
        cli_print(&cli->out, "%-10s %llu folder%s: loophole composer exclude list\n", "excluded",
                  (unsigned long long)status->excluded, text_plural(status->excluded));
    if (status->has_stopped)
        cli_print(&cli->out, "%-10s %.*s\n", "stopped", TEXT_ARG(status->stopped));
    if (status->has_confirm)
        print_unconfirmed(cli, status);
    if (status->error.len)
        cli_print(&cli->out, "%-10s %.*s\n", "error", TEXT_ARG(status->error));
}

static enum err print_status(struct cli *cli, const struct composer_status *status)
{
    if (cli->options.json)
        return cli_json(cli, &composer_status_shape, status);
    print_for_people(cli, status);
    return ERR_OK;
}

enum err composer_show(struct cli *cli, struct fault *fault)
{
    struct composer_status status = { 0 };
    enum err e = cli_ask(cli, "composer.state", NULL, &status, fault);

    return e == ERR_OK ? print_status(cli, &status) : e;
}

enum err composer_set_level(struct cli *cli, struct fault *fault)
{
    struct composer_level ask = { .level = { .value = choice_value(&sharing_table, text_of(cli->args[0])) } };
    struct composer_status status = { 0 };
    enum err e;

    if (!ask.level.value) {
        fault_set(fault, ERR_BAD_REQUEST, "the level \"%s\" is unknown", cli->args[0]);
        return fault_hint(fault, "expected off, ask, descriptors or use: loophole composer level --help");
    }
    e = cli_change(cli, "composer.level", &ask, &status, fault);
    return e == ERR_OK ? print_status(cli, &status) : e;
}

enum err composer_show_next(struct cli *cli, struct fault *fault)
{
    struct preview_seen preview = { 0 };
    enum err e = cli_ask(cli, "composer.preview", NULL, &preview, fault);

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &preview_seen_shape, &preview);
    for (uint32_t i = 0; i < preview.words.count; i++)
        cli_print(&cli->out, "- %.*s\n", TEXT_ARG(preview.words.at[i]));
    cli_print(&cli->out, "\n%llu statement%s in %u bytes, %llu in later exchanges:\n\n%.*s\n",
              (unsigned long long)preview.offers, text_plural(preview.offers), preview.bytes.len,
              (unsigned long long)preview.more, TEXT_ARG(preview.bytes));
    return ERR_OK;
}

enum err composer_exchange(struct cli *cli, struct fault *fault)
{
    struct exchanged done = { 0 };
    enum err e = cli_change(cli, "composer.sync", NULL, &done, fault);

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &exchanged_shape, &done);
    cli_print(&cli->out, "%llu statement%s shared, %llu row%s read; the inbox is at position %llu\n",
              (unsigned long long)done.offered, text_plural(done.offered), (unsigned long long)done.learned,
              text_plural(done.learned), (unsigned long long)done.position);
    return ERR_OK;
}

enum err composer_forget_all(struct cli *cli, struct fault *fault)
{
    struct forgot_there forgot = { 0 };
    enum err e = cli_change(cli, "composer.forget", NULL, &forgot, fault);

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &forgot_there_shape, &forgot);
    cli_print(&cli->out,
              "The server removed %llu row%s of this studio. Rows left, counted over another connection: %llu. "
              "The level is off.\n",
              (unsigned long long)forgot.removed, text_plural(forgot.removed), (unsigned long long)forgot.left);
    return ERR_OK;
}

static void print_pack(struct cli *cli, const struct pack_here *pack)
{
    cli_print(&cli->out, "%.*s: %llu of %llu sounds are here", TEXT_ARG(pack->title), (unsigned long long)pack->here,
              (unsigned long long)pack->sounds);
    if (pack->has_alike)
        cli_print(&cli->out, "; copies recognised by sound alone: %llu", (unsigned long long)pack->alike);
    cli_print(&cli->out, "\n");
}

enum err composer_list_packs(struct cli *cli, struct fault *fault)
{
    struct packs_here packs = { 0 };
    enum err e = cli_ask(cli, "composer.packs", NULL, &packs, fault);

    for (uint32_t i = 0; e == ERR_OK && i < packs.each.count; i++) {
        const struct pack_here *pack = &packs.each.at[i];
        if (cli->options.json)
            e = cli_json(cli, &pack_here_shape, pack);
        else
            print_pack(cli, pack);
    }
    if (e == ERR_OK)
        cli_none(cli, packs.each.count, "No pack is recognised.");
    if (e == ERR_OK && !cli->options.json && packs.each.count && packs.each.at[0].has_recounting)
        cli_print(&cli->out, "These counts may be out of date: these packs are being counted again.\n");
    return e;
}

static void print_slot(struct cli *cli, const struct layout_slot *slot)
{
    cli_print(&cli->out, "%.*s, slot %llu: %.*s", TEXT_ARG(slot->layout), (unsigned long long)slot->slot,
              TEXT_ARG(slot->class.len ? slot->class : TEXT("any class")));
    for (uint32_t i = 0; i < slot->tags.count; i++)
        cli_print(&cli->out, ", %.*s", TEXT_ARG(slot->tags.at[i]));
    cli_print(&cli->out, "\n");
}

static enum err print_slots(struct cli *cli, const struct layouts_known *known)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < known->each.count; i++) {
        if (cli->options.json)
            e = cli_json(cli, &layout_slot_shape, &known->each.at[i]);
        else
            print_slot(cli, &known->each.at[i]);
    }
    return e;
}

/* `layout` gets the name, as the next ask ends the life of the answer. */
static void ask_after(struct composer_layouts *ask, const struct layout_slot *last, char layout[64])
{
    (void)snprintf(layout, 64, "%.*s", TEXT_ARG(last->layout));
    *ask = (struct composer_layouts){
        .has_after = true, .after = text_of(layout), .has_after_slot = true, .after_slot = last->slot
    };
}

enum err composer_list_layouts(struct cli *cli, struct fault *fault)
{
    struct composer_layouts ask = { 0 };
    char layout[64];
    uint64_t count = 0;
    bool more = true;
    enum err e = ERR_OK;

    while (e == ERR_OK && more) {
        struct layouts_known known = { 0 };
        e = cli_ask(cli, "composer.layouts", &ask, &known, fault);
        if (e == ERR_OK)
            e = print_slots(cli, &known);
        count += known.each.count;
        more = known.has_more && known.more && known.each.count > 0;
        if (more)
            ask_after(&ask, &known.each.at[known.each.count - 1], layout);
    }
    if (e == ERR_OK)
        cli_none(cli, count, "The community knows no kit layout.");
    return e;
}

static const char *const serve_lines[] = {
    "-- What a server for a community of studios needs. This script makes its schema; it may run again at any time:",
    "--   createdb composer && loophole composer serve | psql -d composer",
    "-- A superuser runs it, in a database for nothing else: it takes the rights on PostgreSQL's functions from all",
    "-- other roles.",
    "-- PostgreSQL 15 or newer. postgresql.conf: ssl = on with a certificate that is valid for the server's name;",
    "--   password_encryption = scram-sha-256. pg_hba.conf, and no line for studios without TLS:",
    "--   hostssl composer +composer_studio 0.0.0.0/0 scram-sha-256",
    "-- A studio:   select composer.add_studio();   prints its user and its password",
    "--   in its loophole.conf: [composer] server = host=db.example.org dbname=composer user=studio_NAME",
    "--   its password lies in ~/.pgpass, its root certificate in ~/.postgresql/root.crt",
    "-- A round, from cron:   psql -d composer -c 'select composer.publish_round()'",
    "-- A row is published when so many studios, and as many more as may work together, contribute to it:",
    "--   update composer.setting set value = 10 where name = 'least_studios';",
    "--   update composer.setting set value = 9 where name = 'colluders';",
    "-- A studio that does not count any more:",
    "--   insert into composer.mark (studio, reason) values ('studio_NAME', 'copies charts');",
    "-- docs/composer.md describes what the server learns, its backup, and what a round costs.",
};

enum err composer_serve(struct cli *cli, struct fault *fault)
{
    (void)fault;
    for (size_t i = 0; i < sizeof(serve_lines) / sizeof(*serve_lines); i++) {
        cli_print(&cli->out, "%s\n", serve_lines[i]);
    }
    buffer_add_text(&cli->out, composer_sql);
    return ERR_OK;
}
