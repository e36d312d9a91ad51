/* song.c: the song of the open project. */
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/slots.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"
#include "schema_project.h"

/* Without the audio core no entry plays. */
static uint64_t entry_that_plays(struct cli *cli)
{
    struct transport_state now = { 0 };
    struct fault fault = { 0 };

    return cli_ask(cli, "audio.transport", NULL, &now, &fault) == ERR_OK && now.has_song ? now.song : 0;
}

static void print_entries(struct cli *cli, const struct song_said *said)
{
    const uint64_t plays = said->entries.count ? entry_that_plays(cli) : 0;

    for (uint32_t i = 0; i < said->entries.count; i++) {
        const struct song_entry *entry = &said->entries.at[i];

        cli_print(&cli->out, "%3u%s slot %llu/%llu", i + 1, plays == i + 1 ? "*" : " ", (unsigned long long)entry->bank,
                  (unsigned long long)entry->slot);
        if (entry->bars)
            cli_print(&cli->out, "  %llu bar%s", (unsigned long long)entry->bars, text_plural(entry->bars));
        buffer_add_text(&cli->out, "\n");
    }
    if (said->loop)
        buffer_add_text(&cli->out, "again from 1\n");
}

static enum err ask_song(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct song_said said = { 0 };
    enum err e = cli_ask(cli, name, request, &said, fault);

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &song_said_shape, &said);
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(said.message));
    print_entries(cli, &said);
    return ERR_OK;
}

enum err song_show(struct cli *cli, struct fault *fault)
{
    return ask_song(cli, "project.song", &(const struct project_song){ 0 }, fault);
}

enum err song_set(struct cli *cli, struct fault *fault)
{
    struct project_set_song request = { .loop = cli->options.loop };
    struct buffer typed = { 0 };
    enum err e;

    for (int i = 0; i < cli->count; i++) {
        buffer_add_text(&typed, i > 0 ? " " : "");
        buffer_add_text(&typed, cli->args[i]);
    }
    request.entries = (struct text){ (uint32_t)typed.len, (const char *)typed.at };
    e = ask_song(cli, "project.set_song", &request, fault);
    buffer_free(&typed);
    return e;
}

enum err song_play(struct cli *cli, struct fault *fault)
{
    struct project_play_song request = { 0 };
    enum err e = ERR_OK;

    if (cli->count > 0)
        e = units_set(cli, &project_play_song_shape, "entry", cli->args[0], &request, fault);
    return e == ERR_OK ? slots_ask(cli, "project.play_song", &request, fault) : e;
}

enum err song_stop(struct cli *cli, struct fault *fault)
{
    return ask_song(cli, "project.stop_song", NULL, fault);
}
