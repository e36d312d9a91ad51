#include "frontends/cli/recovery/recover.h"

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/recovery/recovery_commands.h"
#include "schema_project.h"

enum { OFFERS_MS = 3000 };

static bool is_meant(const struct cli *cli, const struct recovery *one)
{
    char id[ID_TEXT_SIZE];

    return !cli->count || text_is(one->name, cli->args[0]) || text_is(text_of(id_write(one->id, id)), cli->args[0]);
}

static void print_assets(struct cli *cli, const struct recovery *one)
{
    cli_print(&cli->out, "  manifest   %.*s, %llu assets", TEXT_ARG(one->manifest_sha256),
              (unsigned long long)one->asset_count);
    for (uint32_t i = 0; i < one->assets.count; i++)
        cli_print(&cli->out, "%s%.*s", i ? ", " : ": ", TEXT_ARG(one->assets.at[i]));
    cli_print(&cli->out, "%s\n", one->asset_count > one->assets.count ? ", …" : "");
}

static void print_answers(struct cli *cli, const struct recovery *one)
{
    cli_print(&cli->out, "  answer     loophole project recover \"%.*s\" and one of these:\n", TEXT_ARG(one->name));
    cli_print(&cli->out, "             --draft  keep the draft, with what differs\n");
    if (one->saved)
        cli_print(&cli->out, "             --save   go back to save %llu; undo brings the draft back\n",
                  (unsigned long long)one->saved);
    cli_print(&cli->out, "             --both   keep the draft, and save it\n");
}

static void print_recovery(struct cli *cli, const struct recovery *one)
{
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(one->prompt));
    cli_print(&cli->out, "  folder     %.*s\n", (int)one->folder.len, (const char *)one->folder.at);
    if (one->saved)
        cli_print(&cli->out, "  saved      %llu\n", (unsigned long long)one->saved);
    else
        cli_print(&cli->out, "  saved      never\n");
    for (uint32_t i = 0; i < one->differs.count; i++)
        cli_print(&cli->out, "%s%.*s\n", i ? "             " : "  differs    ", TEXT_ARG(one->differs.at[i]));
    if (one->manifest_sha256.len)
        print_assets(cli, one);
    if (one->elsewhere)
        cli_print(&cli->out, "  from       another engine: the draft is the content of %.*s.json\n",
                  TEXT_ARG(one->autosave));
    if (one->damaged)
        cli_print(&cli->out, "  damaged    %llu newer autosave%s\n", (unsigned long long)one->damaged,
                  text_plural(one->damaged));
    print_answers(cli, one);
}

static void list_recoveries(struct cli *cli, const struct recoveries *all)
{
    uint32_t shown = 0;

    for (uint32_t i = 0; i < all->each.count; i++) {
        if (!is_meant(cli, &all->each.at[i]))
            continue;
        shown++;
        if (cli->options.json)
            cli_json(cli, &recovery_shape, &all->each.at[i]);
        else
            print_recovery(cli, &all->each.at[i]);
    }
    if (!shown && !cli->options.json)
        cli_print(&cli->out, "no project has an autosave to recover\n");
    for (uint32_t i = 0; i < all->troubles.count && !cli->options.json; i++)
        cli_print(&cli->out, "%.*s has no new autosave: %.*s\n", TEXT_ARG(all->troubles.at[i].name),
                  TEXT_ARG(all->troubles.at[i].why));
}

/* The project that is meant if none is named: the only one. */
static enum err name_only_one(struct cli *cli, struct text *name, struct fault *fault)
{
    struct recoveries all = { 0 };
    char id[ID_TEXT_SIZE];
    enum err e = cli_ask(cli, "project.recoveries", NULL, &all, fault);

    if (e != ERR_OK)
        return e;
    if (all.each.count == 1) {
        *name = arena_text(&cli->arena, text_of(id_write(all.each.at[0].id, id)));
        return ERR_OK;
    }
    e = fault_set(fault, all.each.count ? ERR_BAD_REQUEST : ERR_NOT_FOUND,
                  all.each.count ? "%u projects have an autosave that differs from their save"
                                 : "no project has an autosave to recover",
                  all.each.count);
    return all.each.count ? fault_hint(fault, "name one: loophole project recover NAME") : e;
}

/* With the command that a person may want next. */
static void print_done(struct cli *cli, const struct project_line *state)
{
    const struct options *o = &cli->options;
    const struct text of =
        state->current ? TEXT("") : arena_printf(&cli->arena, " --project \"%.*s\"", TEXT_ARG(state->name));

    cli_print(&cli->out, "%.*s is ", TEXT_ARG(state->name));
    if (o->draft)
        cli_print(&cli->out, "the draft now; `loophole project save%.*s` saves it\n", TEXT_ARG(of));
    else if (o->both)
        cli_print(&cli->out,
                  "the draft now, which is its newest save; `loophole project saves%.*s` lists the one before\n",
                  TEXT_ARG(of));
    else
        cli_print(&cli->out, "its last save again; `loophole project undo%.*s` brings the draft back\n", TEXT_ARG(of));
}

enum err recover_project(struct cli *cli, struct fault *fault)
{
    const struct options *o = &cli->options;
    const int choices = o->draft + o->last_save + o->both;
    struct project_recover ask = { .project = text_of(cli->count ? cli->args[0] : NULL) };
    struct project_line state = { 0 };
    struct recoveries all = { 0 };
    enum err e = ERR_OK;

    if (choices > 1)
        return fault_set(fault, ERR_BAD_REQUEST, "--draft, --save and --both exclude each other: choose one");
    if (!choices) {
        e = cli_ask(cli, "project.recoveries", NULL, &all, fault);
        if (e == ERR_OK)
            list_recoveries(cli, &all);
        return e;
    }
    ask.choice.value = o->draft ? RECOVERY_CHOICE_DRAFT : o->both ? RECOVERY_CHOICE_BOTH : RECOVERY_CHOICE_SAVE;
    if (!ask.project.len)
        e = name_only_one(cli, &ask.project, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "project.recover", &ask, &state, fault);
    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &project_line_shape, &state);
    print_done(cli, &state);
    return ERR_OK;
}

void recover_print_offers(struct cli *cli)
{
    struct recoveries all = { 0 };
    struct fault away = { 0 };

    if (ask(cli->asker, "project.recoveries", NULL, OFFERS_MS, NULL, &all, &away) != ERR_OK)
        return;
    for (uint32_t i = 0; i < all.each.count; i++)
        cli_print(&cli->out, "%.*s; it %s.\n", TEXT_ARG(all.each.at[i].prompt),
                  all.each.at[i].saved ? "differs from its save" : "was never saved");
    if (all.each.count)
        cli_print(&cli->out, "`loophole project recover` lists what differs, and takes your answer.\n");
}
