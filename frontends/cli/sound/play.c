/* play.c: play, stop, preview. */

#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/results.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "frontends/cli/sound/voices.h"
#include "schema_audio.h"
#include "schema_streamer.h"

/* ---- numeric options ---- */

static enum err read_gain(const struct cli *cli, bool *has, double *gain, struct fault *fault)
{
    *has = cli->options.gain != NULL;
    return *has ? units_gain(cli->options.gain, gain, fault) : ERR_OK;
}

/* The part of the file that play and preview ask for. */
struct played_part {
    bool has_from, has_until, has_loop_from, has_loop_frames;
    int64_t from, until, loop_from, loop_frames;
};

static enum err read_point(const char *option, const char *typed, uint64_t rate, bool *has, int64_t *frame,
                           struct fault *fault)
{
    double seconds;

    *has = typed != NULL;
    if (!typed)
        return ERR_OK;
    enum err e = units_seconds(option, typed, 1e6, &seconds, fault);
    if (e == ERR_OK)
        *frame = (int64_t)(seconds * (double)rate + 0.5);
    return e;
}

/* N bars of the sound's own tempo. */
static enum err read_bars(const struct cli *cli, const struct item *item, struct played_part *part, struct fault *fault)
{
    const struct fact *bpm = item_fact(item, "bpm");

    if (!cli->options.bars)
        return ERR_OK;
    if (!cli->options.loop)
        return fault_set(fault, ERR_BAD_REQUEST, "--bars is the length of a loop: it needs --loop");
    if (!bpm || !bpm->has_number || bpm->number <= 0)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "--bars needs an item whose tempo is known: `loophole edit ID bpm=120`");
    double seconds = (double)cli->options.bars * 4 * 60 / bpm->number;
    part->has_loop_frames = true;
    part->loop_frames = (int64_t)(seconds * (double)item->media.sample_rate + 0.5);
    if (!part->has_loop_from && part->has_from) {
        part->has_loop_from = true;
        part->loop_from = part->from;
    }
    return ERR_OK;
}

/* Converts seconds and bars to frames of the file, whose sample rate the catalogue must know. */
static enum err read_part(struct cli *cli, const struct named *meant, struct played_part *part, struct fault *fault)
{
    struct search_get get = { .has_id = meant->has_id, .id = meant->id, .path = meant->path };
    const struct options *options = &cli->options;
    struct media_found found = { 0 };

    *part = (struct played_part){ 0 };
    if (!options->from && !options->until && !options->loop_from && !options->bars)
        return ERR_OK;
    enum err e = cli_ask(cli, "search.get", &get, &found, fault);
    uint64_t rate = found.item.media.sample_rate;
    if (e == ERR_OK && rate == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "a position in a sound needs an item with a known sample rate");
    if (e == ERR_OK)
        e = read_point("--from", options->from, rate, &part->has_from, &part->from, fault);
    if (e == ERR_OK)
        e = read_point("--until", options->until, rate, &part->has_until, &part->until, fault);
    if (e == ERR_OK)
        e = read_point("--loop-from", options->loop_from, rate, &part->has_loop_from, &part->loop_from, fault);
    return e == ERR_OK ? read_bars(cli, &found.item, part, fault) : e;
}

static enum err read_grid(const struct cli *cli, bool *has, struct choice *grid, struct fault *fault)
{
    const char *typed = cli->options.at;

    *has = typed != NULL;
    if (!typed)
        return ERR_OK;
    grid->value = choice_value(&preview_grid_table, text_of(typed));
    if (grid->value != PREVIEW_GRID_OTHER)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "--at expects now, beat or bar, not \"%s\"", typed);
}

/* ---- commands ---- */

enum err play_start(struct cli *cli, struct fault *fault)
{
    struct streamer_play play = { .loop = cli->options.loop,
                                  .has_stretch = cli->options.stretch,
                                  .stretch = cli->options.stretch,
                                  .has_whole = cli->options.whole,
                                  .whole = cli->options.whole };
    struct stream_voice voice = { 0 };
    struct named meant;
    struct played_part part;
    enum err e = named_one(cli, cli->count, cli->args, &meant, fault);

    if (e == ERR_OK)
        e = read_gain(cli, &play.has_gain, &play.gain, fault);
    if (e == ERR_OK)
        e = read_grid(cli, &play.has_grid, &play.grid, fault);
    if (e == ERR_OK)
        e = read_part(cli, &meant, &part, fault);
    if (e != ERR_OK)
        return e;
    play.from = part.from;
    play.has_until = part.has_until;
    play.until = part.until;
    play.has_loop_from = part.has_loop_from;
    play.loop_from = part.loop_from;
    play.has_loop_frames = part.has_loop_frames;
    play.loop_frames = part.loop_frames;
    play.has_id = meant.has_id;
    play.id = meant.id;
    play.path = meant.path;
    e = cli_ask(cli, "streamer.play", &play, &voice, fault);
    return e == ERR_OK ? voices_print(cli, &stream_voice_shape, &voice, &voice) : e;
}

enum err play_stop(struct cli *cli, struct fault *fault)
{
    struct streamer_stop stop = { .fade = 0.005, .has_voice = cli->count > 0 };
    enum err e = stop.has_voice ? voices_read(cli->args[0], &stop.voice, fault) : ERR_OK;

    if (e == ERR_OK && cli->options.fade)
        e = units_seconds("--fade", cli->options.fade, FADE_MOST, &stop.fade, fault);
    return e != ERR_OK ? e : cli_ask(cli, "streamer.stop", &stop, NULL, fault);
}

static enum err report_preview(struct cli *cli, const struct preview_begun *begun)
{
    if (!cli->options.json && (begun->tempo_ratio < 1 || begun->tempo_ratio > 1))
        cli_print(&cli->out, "%.4g times as fast, ", begun->tempo_ratio);
    if (!cli->options.json && (begun->semitones < 0 || begun->semitones > 0))
        cli_print(&cli->out, "%+.0f semitones, ", begun->semitones);
    if (!cli->options.json && begun->has_remark)
        cli_print(&cli->out, "%.*s, ", TEXT_ARG(begun->remark));
    return voices_print(cli, &preview_begun_shape, begun, &begun->voice);
}

static bool has_result(struct cli *cli, struct id id)
{
    struct id_list results;

    (void)results_read(cli, &results);
    for (uint32_t i = 0; i < results.count; i++)
        if (id_equal(results.at[i], id))
            return true;
    return false;
}

/* Chooses the list that `preview next` walks: the result of this query; or the last result, if it contains the item; or
 * the folder of the item. */
static void choose_walk(struct cli *cli, const struct named *meant)
{
    struct id_list items = { 0 };
    struct fault none = { 0 };

    if (meant->of > 0) {
        cli->options.limit = RESULTS_MOST;
        if (named_every(cli, cli->count, cli->args, &items, &none) == ERR_OK)
            results_keep(cli, &items);
    } else if (!meant->has_id || !has_result(cli, meant->id)) {
        results_forget(cli);
    }
}

enum err play_preview(struct cli *cli, struct fault *fault)
{
    struct streamer_preview preview = { .in_context = cli->options.in_context,
                                        .stretch = cli->options.stretch,
                                        .loop = cli->options.loop,
                                        .has_whole = cli->options.whole,
                                        .whole = cli->options.whole,
                                        .start_transport = cli->options.start_transport,
                                        .chain = text_of(cli->options.chain),
                                        .key = text_of(cli->options.key) };
    struct preview_begun begun = { 0 };
    struct named meant;
    struct played_part part;
    enum err e = named_one(cli, cli->count, cli->args, &meant, fault);

    if (e == ERR_OK)
        e = read_gain(cli, &preview.has_gain, &preview.gain, fault);
    if (e == ERR_OK)
        e = read_grid(cli, &preview.has_grid, &preview.grid, fault);
    if (e == ERR_OK)
        e = read_part(cli, &meant, &part, fault);
    if (e != ERR_OK)
        return e;
    preview.has_from = part.has_from;
    preview.from = part.from;
    preview.has_until = part.has_until;
    preview.until = part.until;
    preview.has_loop_from = part.has_loop_from;
    preview.loop_from = part.loop_from;
    preview.has_loop_frames = part.has_loop_frames;
    preview.loop_frames = part.loop_frames;
    preview.has_id = meant.has_id;
    preview.id = meant.id;
    preview.path = meant.path;
    choose_walk(cli, &meant);
    e = cli_ask(cli, "streamer.preview", &preview, &begun, fault);
    return e == ERR_OK ? report_preview(cli, &begun) : e;
}

enum err play_preview_stop(struct cli *cli, struct fault *fault)
{
    return cli_ask(cli, "streamer.preview_stop", NULL, NULL, fault);
}

/* Previews go to the preview ports only, or also to main. */
enum err play_preview_apart(struct cli *cli, struct fault *fault)
{
    struct audio_set_preview request = { 0 };
    struct mixer mixer = { 0 };
    enum err e = units_set(cli, &audio_set_preview_shape, "apart", cli->args[0], &request, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "audio.set_preview", &request, &mixer, fault);
    return e == ERR_OK && cli->options.json ? cli_json(cli, &mixer_shape, &mixer) : e;
}

enum err play_preview_next(struct cli *cli, struct fault *fault)
{
    static const char *const to_do = "a search, or `loophole preview QUERY`, gives a new list of items";
    struct streamer_preview_next next = { 0 };
    struct preview_begun begun = { 0 };
    enum err e;

    next.has_among = results_read(cli, &next.among);
    if (next.has_among && next.among.count == 0) {
        (void)fault_set(fault, ERR_NOT_FOUND, "the last search found nothing");
        return fault_hint(fault, to_do);
    }
    e = cli_ask(cli, "streamer.preview_next", &next, &begun, fault);
    if (e == ERR_NOT_FOUND && next.has_among)
        return fault_hint(fault, to_do);
    return e == ERR_OK ? report_preview(cli, &begun) : e;
}
