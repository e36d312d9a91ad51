/* composer_team.c: the team of this engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/composer/composer_commands.h"
#include "schema_composer.h"

enum { NAME_SIZE = 65, HOURS = 24, USES_MOST = 64 };

/* ---- the team ---- */

static void print_members(struct cli *cli, const struct team_shown *team)
{
    for (uint32_t i = 0; i < team->members.count; i++) {
        const struct team_member *member = &team->members.at[i];
        cli_print(&cli->out, "%-10s %.*s%s, since ", i ? "" : "members", TEXT_ARG(member->name),
                  text_equal(member->id, team->me) ? " (this engine)" : "");
        human_time(&cli->out, member->joined);
        cli_print(&cli->out, "\n");
    }
}

static void print_error(struct cli *cli, const struct team_shown *team)
{
    if (team->error.len)
        cli_print(&cli->out, "%-10s %.*s\n", "error", TEXT_ARG(team->error));
}

static void print_exchange(struct cli *cli, const struct team_shown *team)
{
    cli_print(&cli->out, "%-10s %llu statement%s not sent yet; %llu field%s known\n", "exchange",
              (unsigned long long)team->waiting, text_plural(team->waiting), (unsigned long long)team->known,
              text_plural(team->known));
    cli_print(&cli->out, "%-10s ", "last sync");
    if (team->last_sync)
        human_time(&cli->out, team->last_sync);
    else
        cli_print(&cli->out, "none since the start of the engine");
    cli_print(&cli->out, "\n");
    if (team->comparing)
        cli_print(&cli->out, "%-10s the items here are being compared with what the team says\n", "comparing");
    if (team->elsewhere)
        cli_print(&cli->out,
                  "%-10s this catalogue was restored, or comes from another machine: nothing is sent until "
                  "`loophole composer team join`\n",
                  "elsewhere");
    print_error(cli, team);
}

static enum err print_team(struct cli *cli, const struct team_shown *team)
{
    if (cli->options.json)
        return cli_json(cli, &team_shown_shape, team);
    if (!team->team.len) {
        cli_print(&cli->out, "This engine is in no team.%s\n",
                  team->leaving ? " The server does not know yet that it left; it learns that when it answers." : "");
        print_error(cli, team);
        return ERR_OK;
    }
    cli_print(&cli->out, "%-10s %.*s\n", "team", TEXT_ARG(team->team));
    cli_print(&cli->out, "%-10s %.*s\n", "server", TEXT_ARG(team->server));
    print_members(cli, team);
    print_exchange(cli, team);
    for (uint32_t i = 0; i < team->kits.count; i++)
        cli_print(&cli->out, "%-10s %.*s is not shared: %.*s\n", "kit", TEXT_ARG(team->kits.at[i].name),
                  TEXT_ARG(team->kits.at[i].why));
    if (team->has_code)
        cli_print(&cli->out, "%-10s %.*s\n", "code", TEXT_ARG(team->code));
    return ERR_OK;
}

/* The name of this engine for the others: --name, or that of the machine. */
static struct text name_of_engine(struct cli *cli, char to[NAME_SIZE])
{
    if (cli->options.name)
        return text_of(cli->options.name);
    to[0] = 0;
    (void)gethostname(to, NAME_SIZE);
    to[NAME_SIZE - 1] = 0;
    return text_of(to);
}

static enum err show_team(struct cli *cli, struct fault *fault)
{
    struct team_shown team = { 0 };
    enum err e = cli_ask(cli, "composer.team", NULL, &team, fault);

    return e == ERR_OK ? print_team(cli, &team) : e;
}

static enum err create_team(struct cli *cli, struct fault *fault)
{
    char name[NAME_SIZE];
    const struct composer_team_create ask = { .team = text_of(cli->args[1]), .name = name_of_engine(cli, name) };
    struct team_shown team = { 0 };
    enum err e = cli_change(cli, "composer.team_create", &ask, &team, fault);

    return e == ERR_OK ? print_team(cli, &team) : e;
}

static enum err make_code(struct cli *cli, struct fault *fault)
{
    char *end = NULL;
    const unsigned long uses = cli->count > 1 ? strtoul(cli->args[1], &end, 10) : 1;
    const struct composer_team_code ask = { .uses = uses, .hours = HOURS, .revoke = cli->options.off };
    struct team_shown team = { 0 };

    if (uses < 1 || uses > USES_MOST || (end && *end))
        return fault_set(fault, ERR_BAD_REQUEST, "%.40s is out of range: 1 to %d engines may join by a code",
                         cli->args[1], USES_MOST);
    enum err e = cli_change(cli, "composer.team_code", &ask, &team, fault);
    if (e != ERR_OK || cli->options.json || !team.has_code)
        return e == ERR_OK ? print_team(cli, &team) : e;
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(team.code));
    cli_print(&cli->out, "%lu engine%s may join by it within %d hours: loophole composer team join CODE\n", uses,
              text_plural(uses), HOURS);
    return ERR_OK;
}

static enum err join_team(struct cli *cli, struct fault *fault)
{
    char name[NAME_SIZE];
    const struct composer_team_join ask = { .has_code = cli->count > 1,
                                            .code = cli->count > 1 ? text_of(cli->args[1]) : TEXT(""),
                                            .name = name_of_engine(cli, name) };
    struct team_shown team = { 0 };
    enum err e = cli_change(cli, "composer.team_join", &ask, &team, fault);

    return e == ERR_OK ? print_team(cli, &team) : e;
}

static enum err leave_team(struct cli *cli, struct fault *fault)
{
    const struct composer_team_leave ask = { .forget = cli->options.all };
    struct team_shown team = { 0 };
    enum err e = cli_change(cli, "composer.team_leave", &ask, &team, fault);

    return e == ERR_OK ? print_team(cli, &team) : e;
}

/* ---- what was said ---- */

static void print_value(struct cli *cli, const struct team_said *said)
{
    const bool is_fact = text_starts(said->field, TEXT("fact:")) && said->value.len;

    if (said->value.len)
        cli_print(&cli->out, "%.*s", (int)said->value.len - is_fact, said->value.at + is_fact);
    else
        cli_print(&cli->out, "none");
    cli_print(&cli->out, " (%.*s, ", TEXT_ARG(said->who));
    human_time(&cli->out, said->at);
    cli_print(&cli->out, ")");
}

static enum err print_line(struct cli *cli, const struct said_line *line)
{
    const struct team_said *holds = &line->each.at[0];
    const bool is_kit = text_starts(holds->field, TEXT("kit:")); /* its statements differ, though not in these words */

    if (cli->options.json)
        return cli_json(cli, &said_line_shape, line);
    if (is_kit)
        cli_print(&cli->out, "kit: ");
    else
        cli_print(&cli->out, "%.*s  %.*s: ", TEXT_ARG(line->has_item ? line->name : TEXT("(not here)")),
                  TEXT_ARG(holds->field));
    print_value(cli, holds);
    for (uint32_t i = 1; i < line->each.count; i++) {
        if (!is_kit && text_equal(line->each.at[i].value, holds->value))
            continue;
        cli_print(&cli->out, "; overruled: ");
        print_value(cli, &line->each.at[i]);
    }
    cli_print(&cli->out, "\n");
    return ERR_OK;
}

/* `next` gets the key of the next page, as the next ask ends the life of the answer. */
static enum err print_page(struct cli *cli, struct composer_team_said *ask, uint8_t next[32], uint64_t *count,
                           struct fault *fault)
{
    struct said_lines page = { 0 };
    enum err e = cli_ask(cli, "composer.team_said", ask, &page, fault);

    for (uint32_t i = 0; e == ERR_OK && i < page.each.count; i++)
        if (page.each.at[i].each.count)
            e = print_line(cli, &page.each.at[i]);
    *count += page.each.count;
    ask->has_after = e == ERR_OK && page.has_next;
    if (ask->has_after)
        memcpy(next, page.next.at, page.next.len);
    ask->after = bytes_of(next, ask->has_after ? page.next.len : 0);
    return e;
}

static enum err list_said(struct cli *cli, struct fault *fault)
{
    struct composer_team_said ask = { .conflicts = !cli->options.all };
    uint64_t count = 0;
    uint8_t next[32];
    enum err e;

    do
        e = print_page(cli, &ask, next, &count, fault);
    while (e == ERR_OK && ask.has_after);
    if (e == ERR_OK)
        cli_none(cli, count, ask.conflicts ? "The team says nothing that differs." : "The team has said nothing.");
    return e;
}

static const struct {
    const char *word;
    int least, most; /* arguments, with the word */
    enum err (*run)(struct cli *cli, struct fault *fault);
} words[] = {
    { "show", 1, 1, show_team }, { "create", 2, 2, create_team }, { "code", 1, 2, make_code },
    { "join", 1, 2, join_team }, { "leave", 1, 1, leave_team },   { "said", 1, 1, list_said },
};

enum err composer_team(struct cli *cli, struct fault *fault)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(cli->args[0], words[i].word) == 0 && (int)cli->count >= words[i].least &&
            (int)cli->count <= words[i].most)
            return words[i].run(cli, fault);
    fault_set(fault, ERR_BAD_REQUEST, "\"composer team %.60s\" is incomplete, or unknown", cli->args[0]);
    return fault_hint(fault, "expected show, create NAME, code [ENGINES], join [CODE], leave or said");
}
