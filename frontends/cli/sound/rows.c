/* rows.c: mute and solo of the rows of the pattern that plays. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"

static enum err print_rows(struct cli *cli, const struct pattern_rows *rows)
{
    if (cli->options.json)
        return cli_json(cli, &pattern_rows_shape, rows);
    cli_print(&cli->out, "%3s  %-24s %-5s %-5s\n", "ROW", "NAME", "MUTE", "SOLO");
    for (uint32_t i = 0; i < rows->each.count; i++) {
        const struct row_state *row = &rows->each.at[i];
        cli_print(&cli->out, "%3llu  %-24.*s %-5s %-5s%s\n", (unsigned long long)row->row + 1, TEXT_ARG(row->name),
                  row->mute ? "mute" : "", row->solo ? "solo" : "", row->sounds || row->mute ? "" : " silent");
    }
    return ERR_OK;
}

/* A number from 1 to 32, or a name. */
static void read_row(const char *typed, struct audio_set_row *to)
{
    long number = strspn(typed, "0123456789") == strlen(typed) ? strtol(typed, NULL, 10) : 0;

    to->has_row = number >= 1 && number <= 32;
    to->row = to->has_row ? (uint64_t)number - 1 : 0;
    to->name = text_of(typed);
}

enum err rows_set(struct cli *cli, struct fault *fault)
{
    struct audio_set_row request = { 0 };
    struct pattern_rows rows = { 0 };
    enum err e = ERR_OK;

    if (cli->count == 1)
        return fault_set(fault, ERR_BAD_REQUEST, "row %s: expected mute=on|off or solo=on|off", cli->args[0]);
    if (cli->count > 0)
        read_row(cli->args[0], &request);
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &audio_set_row_shape, cli->args[i], &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, cli->count > 1 ? "audio.set_row" : "audio.rows", &request, &rows, fault);
    return e != ERR_OK ? e : print_rows(cli, &rows);
}
