/* loop.c: the loops of the keys F1 to F12. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "proto/wire/codec_copy.h"
#include "proto/wire/json_write.h"
#include "schema_project.h"
#include "schema_search.h"

enum { KEYS = 12, FIRST = 1073741882, KEY_MOST = 8 };

static struct text project_of(const struct cli *cli)
{
    return text_of(cli->options.project ? cli->options.project : "");
}

/* ---- reading ---- */

/* F1 … F12, or the number of a key as the records have it. */
static enum err read_key(const char *typed, uint64_t *to, struct fault *fault)
{
    for (uint64_t i = 1; i <= KEYS; i++) {
        char name[2 * KEY_MOST + 1];

        snprintf(name, sizeof(name), "F%d", (int)i);
        *to = FIRST + i - 1;
        if (strcasecmp(name, typed) == 0)
            return ERR_OK;
        snprintf(name, sizeof(name), "%llu", (unsigned long long)*to);
        if (strcmp(name, typed) == 0)
            return ERR_OK;
    }
    return fault_set(fault, ERR_BAD_REQUEST, "key %.20s is unknown: expected F1 to F12", typed);
}

static enum err read_keys(struct cli *cli, uint64_t *to, uint32_t *count, struct fault *fault)
{
    enum err e = ERR_OK;

    *count = 0;
    if (cli->count == 1 && strcmp(cli->args[0], "all") == 0)
        return ERR_OK;
    for (int i = 0; e == ERR_OK && i < cli->count; i++)
        e = read_key(cli->args[i], &to[(*count)++], fault);
    return e;
}

static enum err read_grid(const struct cli *cli, struct choice *to, struct fault *fault)
{
    const char *typed = cli->options.at;

    to->value = typed ? choice_value(&loop_grid_table, text_of(typed)) : LOOP_GRID_NOW;
    return to->value != LOOP_GRID_OTHER
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "--at expects now, beat or bar, not \"%.20s\"", typed);
}

/* ---- printing ---- */

/* The record with all keys of a loop, also the one that has no value. */
static void print_json(struct cli *cli, const struct loop *loop)
{
    json_write(&loop_shape, loop, &cli->out);
    if (!loop->has_music_context) {
        cli->out.len--; /* the closing brace */
        buffer_add_text(&cli->out, ",\"music_context\":null}");
    }
    buffer_add_text(&cli->out, "\n");
}

static void print_context(struct cli *cli, const struct loop *loop, struct text source)
{
    char id[ID_TEXT_SIZE];

    if (loop->has_music_context)
        cli_print(&cli->out, "  %.*s@%lld-%lld",
                  TEXT_ARG(source.len ? source : text_of(id_write(loop->music_context.source_video_id, id))),
                  (long long)loop->music_context.start_frame, (long long)loop->music_context.end_frame);
    if (loop->placeholder.len)
        cli_print(&cli->out, "  placeholder: %.*s", TEXT_ARG(loop->placeholder));
}

static void print_loop(struct cli *cli, const struct loop *loop, struct text source)
{
    cli_print(&cli->out, "F%-3d %-9s", (int)(loop->fkey - FIRST + 1),
              choice_word(&loop_state_table, loop->state.value));
    if (loop->duration > 0) {
        cli_print(&cli->out, " %8.3f s  volume %.2f", loop->duration, loop->volume);
        if (loop->has_beats && loop->beats > 0)
            cli_print(&cli->out, "  %g beats at %g bpm", loop->beats, loop->tempo);
    }
    if (loop->has_late && loop->late)
        cli_print(&cli->out, "  late: its file is still read");
    if (loop->locked)
        cli_print(&cli->out, "  locked");
    print_context(cli, loop, source);
    cli_print(&cli->out, "\n");
}

static enum err show_loop(struct cli *cli, const struct loop *loop)
{
    if (cli->options.json)
        print_json(cli, loop);
    else
        print_loop(cli, loop, (struct text){ 0 });
    return ERR_OK;
}

static enum err show_loops(struct cli *cli, const struct loops *loops)
{
    for (uint32_t i = 0; i < loops->each.count; i++)
        (void)show_loop(cli, &loops->each.at[i]);
    cli_none(cli, loops->each.count, "There is no loop: `loophole play ITEM`, then `loophole loop capture F1` twice.");
    return ERR_OK;
}

/* The name of a loop's source; empty: unknown. The commands that play or change loops do not wait for it. */
static struct text find_source(struct cli *cli, const struct loop *loop)
{
    const struct search_get get = { .has_id = true, .id = loop->music_context.source_video_id };
    struct media_found found = { 0 };
    struct fault none = { 0 };

    if (!loop->has_music_context || cli_ask(cli, "search.get", &get, &found, &none) != ERR_OK)
        return (struct text){ 0 };
    return arena_text(&cli->arena, found.item.media.name);
}

/* The answer of an ask ends with the next one, so it is kept first. */
static void print_named(struct cli *cli, const struct loop_list *loops)
{
    struct loop *kept = arena_array(&cli->arena, loops->count, sizeof(*kept));

    const uint32_t count = loops->count;
    for (uint32_t i = 0; i < count; i++)
        codec_keep(&loop_shape, &loops->at[i], &cli->arena, &kept[i]);
    for (uint32_t i = 0; i < count; i++)
        print_loop(cli, &kept[i], find_source(cli, &kept[i]));
}

static enum err send_change(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct loop loop = { 0 };
    enum err e = cli_change(cli, name, request, &loop, fault);

    return e == ERR_OK ? show_loop(cli, &loop) : e;
}

/* ---- commands ---- */

enum err loop_capture(struct cli *cli, struct fault *fault)
{
    struct project_loop_capture request = { .project = project_of(cli), .has_voice = cli->count > 1, .has_grid = true };
    enum err e = read_key(cli->args[0], &request.fkey, fault);

    if (e == ERR_OK)
        e = read_grid(cli, &request.grid, fault);
    if (e == ERR_OK && request.has_voice)
        e = units_set(cli, &project_loop_capture_shape, "voice", cli->args[1], &request, fault);
    return e == ERR_OK ? send_change(cli, "project.loop_capture", &request, fault) : e;
}

enum err loop_play(struct cli *cli, struct fault *fault)
{
    uint64_t keys[KEYS + 1];
    struct project_loop_play request = { .project = project_of(cli),
                                         .fkeys.at = keys,
                                         .has_grid = true,
                                         .has_stretch = cli->options.stretch,
                                         .stretch = cli->options.stretch };
    struct loops loops = { 0 };
    enum err e = read_keys(cli, keys, &request.fkeys.count, fault);

    if (e == ERR_OK)
        e = read_grid(cli, &request.grid, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "project.loop_play", &request, &loops, fault);
    return e == ERR_OK ? show_loops(cli, &loops) : e;
}

enum err loop_stop(struct cli *cli, struct fault *fault)
{
    uint64_t keys[KEYS + 1];
    struct project_loop_stop request = { .project = project_of(cli), .fkeys.at = keys };
    struct loops loops = { 0 };
    enum err e = read_keys(cli, keys, &request.fkeys.count, fault);

    if (e == ERR_OK)
        e = cli_change(cli, "project.loop_stop", &request, &loops, fault);
    return e == ERR_OK ? show_loops(cli, &loops) : e;
}

enum err loop_volume(struct cli *cli, struct fault *fault)
{
    struct project_loop_volume request = { .project = project_of(cli) };
    struct text level;
    enum err e = read_key(cli->args[0], &request.fkey, fault);

    if (e == ERR_OK)
        e = units_level(cli, "gain", cli->args[1], &level, fault);
    if (e == ERR_OK)
        e = units_set(cli, &project_loop_volume_shape, "volume", arena_text(&cli->arena, level).at, &request, fault);
    return e == ERR_OK ? send_change(cli, "project.loop_volume", &request, fault) : e;
}

enum err loop_lock(struct cli *cli, struct fault *fault)
{
    struct project_loop_lock request = { .project = project_of(cli), .has_on = true, .on = !cli->options.off };
    enum err e = read_key(cli->args[0], &request.fkey, fault);

    return e == ERR_OK ? send_change(cli, "project.loop_lock", &request, fault) : e;
}

enum err loop_delete(struct cli *cli, struct fault *fault)
{
    struct project_loop_delete request = { .project = project_of(cli) };
    enum err e = read_key(cli->args[0], &request.fkey, fault);

    return e == ERR_OK ? send_change(cli, "project.loop_delete", &request, fault) : e;
}

enum err loop_undo(struct cli *cli, struct fault *fault)
{
    struct project_loop_undo request = { .project = project_of(cli) };
    enum err e = read_key(cli->args[0], &request.fkey, fault);

    return e == ERR_OK ? send_change(cli, "project.loop_undo", &request, fault) : e;
}

enum err loop_adopt(struct cli *cli, struct fault *fault)
{
    const struct project_loop_adopt request = { .project = project_of(cli) };
    struct loops loops = { 0 };
    enum err e = cli_change(cli, "project.loop_adopt", &request, &loops, fault);

    return e == ERR_OK ? show_loops(cli, &loops) : e;
}

enum err loop_list(struct cli *cli, struct fault *fault)
{
    const struct project_loop_list request = { .project = project_of(cli) };
    struct loops loops = { 0 };
    enum err e = cli_ask(cli, "project.loop_list", &request, &loops, fault);

    if (e != ERR_OK || cli->options.json || loops.each.count == 0)
        return e == ERR_OK ? show_loops(cli, &loops) : e;
    print_named(cli, &loops.each);
    return ERR_OK;
}

enum err loop_show(struct cli *cli, struct fault *fault)
{
    struct project_loop_show request = { .project = project_of(cli) };
    struct loop loop = { 0 };
    enum err e = read_key(cli->args[0], &request.fkey, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "project.loop_show", &request, &loop, fault);
    if (e != ERR_OK)
        return e;
    (void)show_loop(cli, &loop);
    if (!cli->options.json && loop.actions.len)
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(loop.actions));
    return ERR_OK;
}
