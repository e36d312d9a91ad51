/* voices.c: voice, voice seek, gain, queue and fade. */
#include "frontends/cli/sound/voices.h"

#include <stdlib.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"

enum { VOICES = 32 };
static const double SECONDS_MOST = 1e6;

enum err voices_read(const char *typed, uint64_t *voice, struct fault *fault)
{
    char *end;
    long number = strtol(typed, &end, 10);

    *voice = (uint64_t)number;
    if (end != typed && *end == '\0' && number >= 0 && number < VOICES)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "no voice \"%s\": voices are numbered from 0 to 31", typed);
    return fault_hint(fault, "`loophole play` prints the number, `loophole voice` lists all");
}

/* ---- printing ---- */

static void print_voice(struct cli *cli, const struct stream_voice *voice)
{
    cli_print(&cli->out, "voice %llu plays %.*s (", (unsigned long long)voice->voice, (int)voice->path.len,
              voice->path.len ? (const char *)voice->path.at : "");
    if (voice->rate && voice->frames > 0)
        human_duration(&cli->out, (double)voice->frames / (double)voice->rate);
    else /* an Ogg file without its last page */
        buffer_add_text(&cli->out, "of unknown length");
    buffer_add_text(&cli->out, ")");
}

enum err voices_print(struct cli *cli, const struct shape *shape, const void *answer, const struct stream_voice *voice)
{
    if (cli->options.json)
        return cli_json(cli, shape, answer);
    print_voice(cli, voice);
    buffer_add_text(&cli->out,
                    voice->has_instead_of ? " (an identical file, because the requested one is not here)\n" : "\n");
    return ERR_OK;
}

static void print_full(struct cli *cli, const struct stream_voice *voice)
{
    print_voice(cli, voice);
    buffer_add_text(&cli->out, " at ");
    human_duration(&cli->out, voice->rate ? (double)voice->position / (double)voice->rate : 0);
    cli_print(&cli->out, "  gain %.2f pan %.2f%s%s", voice->gain, voice->pan, voice->looping ? "  loop" : "",
              voice->state.value == STREAM_STATE_PAUSED ? "  paused" : "");
    if (voice->next.len)
        cli_print(&cli->out, "  next %.*s", (int)voice->next.len, (const char *)voice->next.at);
    buffer_add_text(&cli->out, "\n");
}

/* ---- commands ---- */

static enum err print_all(struct cli *cli, const struct stream_voices *voices, const char *none)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < voices->each.count; i++)
        if (cli->options.json)
            e = cli_json(cli, &stream_voice_shape, &voices->each.at[i]);
        else
            print_full(cli, &voices->each.at[i]);
    if (e == ERR_OK)
        cli_none(cli, voices->each.count, none);
    return e;
}

enum err voices_show(struct cli *cli, struct fault *fault)
{
    struct stream_voices voices = { 0 };
    enum err e = cli_ask(cli, "streamer.voices", NULL, &voices, fault);

    return e == ERR_OK ? print_all(cli, &voices, "No voice plays.") : e;
}

enum err voices_pause(struct cli *cli, struct fault *fault)
{
    struct streamer_pause request = { .has_voice = cli->count > 0, .on = !cli->options.off };
    struct stream_voices voices = { 0 };
    enum err e = request.has_voice ? voices_read(cli->args[0], &request.voice, fault) : ERR_OK;

    if (e == ERR_OK)
        e = cli_ask(cli, "streamer.pause", &request, &voices, fault);
    return e == ERR_OK ? print_all(cli, &voices, "No voice plays a file that can be paused.") : e;
}

/* Finds the voice of the first argument among those that play. The answer's memory ends with the next ask. */
static enum err find_voice(struct cli *cli, struct stream_voice *voice, struct fault *fault)
{
    struct stream_voices voices = { 0 };
    uint64_t number = 0;
    enum err e = voices_read(cli->args[0], &number, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "streamer.voices", NULL, &voices, fault);
    for (uint32_t i = 0; e == ERR_OK && i < voices.each.count; i++)
        if (voices.each.at[i].voice == number) {
            *voice = voices.each.at[i];
            return ERR_OK;
        }
    if (e != ERR_OK)
        return e;
    fault_set(fault, ERR_NOT_FOUND, "voice %llu does not play", (unsigned long long)number);
    return fault_hint(fault, "`loophole voice` lists the voices that play");
}

enum err voices_seek(struct cli *cli, struct fault *fault)
{
    struct stream_voice voice = { 0 };
    double seconds = 0;
    enum err e = units_seconds("seek", cli->args[1], SECONDS_MOST, &seconds, fault);

    if (e == ERR_OK)
        e = find_voice(cli, &voice, fault);
    if (e != ERR_OK)
        return e;
    struct streamer_seek seek = { .voice = voice.voice, .frame = (int64_t)(seconds * (double)voice.rate) };
    e = cli_ask(cli, "streamer.seek", &seek, &voice, fault);
    return e != ERR_OK ? e : voices_print(cli, &stream_voice_shape, &voice, &voice);
}

/* The ask sets gain and pan together, so the pan is read before. */
enum err voices_gain(struct cli *cli, struct fault *fault)
{
    struct stream_voice voice = { 0 };
    struct streamer_gain gain = { .ramp = 0.02 };
    enum err e = find_voice(cli, &voice, fault);

    gain.voice = voice.voice;
    gain.pan = voice.pan;
    if (e == ERR_OK)
        e = units_set(cli, &streamer_gain_shape, "gain", cli->args[1], &gain, fault);
    if (e == ERR_OK && cli->count > 2)
        e = units_set(cli, &streamer_gain_shape, "pan", cli->args[2], &gain, fault);
    if (e == ERR_OK && cli->options.fade)
        e = units_seconds("--fade", cli->options.fade, FADE_MOST, &gain.ramp, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "streamer.gain", &gain, &voice, fault);
    return e != ERR_OK ? e : voices_print(cli, &stream_voice_shape, &voice, &voice);
}

enum err voices_queue(struct cli *cli, struct fault *fault)
{
    struct stream_voice voice = { 0 };
    struct streamer_queue queue = { 0 };
    struct named named;
    enum err e = voices_read(cli->args[0], &queue.voice, fault);

    if (e == ERR_OK)
        e = named_one(cli, cli->count - 1, cli->args + 1, &named, fault);
    if (e != ERR_OK)
        return e;
    queue.has_id = named.has_id;
    queue.id = named.id;
    queue.path = named.path;
    e = cli_ask(cli, "streamer.queue", &queue, &voice, fault);
    return e != ERR_OK ? e : voices_print(cli, &stream_voice_shape, &voice, &voice);
}

enum err voices_fade(struct cli *cli, struct fault *fault)
{
    struct streamer_stop stop = { .has_voice = true };
    enum err e = voices_read(cli->args[0], &stop.voice, fault);

    if (e == ERR_OK)
        e = units_seconds("fade", cli->args[1], FADE_MOST, &stop.fade, fault);
    return e != ERR_OK ? e : cli_ask(cli, "streamer.stop", &stop, NULL, fault);
}
