/* kit_commit.c: `kit commit`, which keeps what was played on the pads. */
#include <errno.h>
#include <stdlib.h>

#include "frontends/cli/base/cli.h"
#include "schema_project.h"

enum { BARS_MOST = 64 };

static enum err read_bars(const struct cli *cli, uint64_t *bars, struct fault *fault)
{
    const char *typed = cli->args[0];
    char *end;

    errno = 0;
    *bars = strtoull(typed, &end, 10);
    return end != typed && !*end && !errno && *typed != '-' && *bars >= 1 && *bars <= BARS_MOST
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "%s bars are out of range: 1 to %d", typed, BARS_MOST);
}

static enum err read_track(const struct cli *cli, struct text *track, struct fault *fault)
{
    *track = text_of(cli->options.track ? cli->options.track : "");
    if (track->len)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "a clip needs a track");
    return fault_hint(fault, "`loophole kit commit %s --track Drums`", cli->args[0]), ERR_BAD_REQUEST;
}

static enum err print_committed(struct cli *cli, const struct kit_committed *made)
{
    if (cli->options.json)
        return cli_json(cli, &kit_committed_shape, made);
    cli_print(&cli->out, "%.*s  %llu hit%s, on track %.*s from beat %g\n%.*s\n", TEXT_ARG(made->name),
              (unsigned long long)made->hits, text_plural(made->hits), TEXT_ARG(made->track_name), made->start,
              (int)made->path.len, (const char *)made->path.at);
    return ERR_OK;
}

enum err kit_commit(struct cli *cli, struct fault *fault)
{
    struct project_commit_kit request = { .project = text_of(cli->options.project ? cli->options.project : "") };
    struct kit_committed made = { 0 };
    enum err e = read_bars(cli, &request.bars, fault);

    if (e == ERR_OK)
        e = read_track(cli, &request.track, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "project.commit_kit", &request, &made, fault);
    return e == ERR_OK ? print_committed(cli, &made) : e;
}
