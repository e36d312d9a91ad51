/* meters.c: levels and mixer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"

enum { BAR = 30, REFRESH_US = 50000, FLOOR_DB = -60, SILENCE_LUFS = -99 };

static double to_decibels(double linear)
{
    return linear > 0 ? fmax(20 * log10(linear), -99) : -99;
}

/* Full at 0 dB, empty at -60. */
static void print_level(struct buffer *to, double rms, double peak)
{
    int filled = (int)((to_decibels(rms) - FLOOR_DB) * BAR / -FLOOR_DB);
    int at = (int)((to_decibels(peak) - FLOOR_DB) * BAR / -FLOOR_DB);

    for (int i = 0; i < BAR; i++)
        buffer_add_text(to, i < filled ? "█" : i == at ? "│" : i == BAR - 1 && at >= BAR ? "│" : "·");
}

static void print_loudness(struct buffer *to, double lufs)
{
    if (lufs > SILENCE_LUFS)
        cli_print(to, "%.1f LUFS", lufs);
    else
        buffer_add_text(to, "- LUFS");
}

static void print_meters(struct cli *cli, const struct meters *meters)
{
    const struct transport_state *at = &meters->transport;

    for (uint32_t i = 0; i < meters->meters.count; i++) {
        const struct meter *meter = &meters->meters.at[i];
        cli_print(&cli->out, "%-10.*s ", TEXT_ARG(meter->bus));
        print_level(&cli->out, meter->rms_left, meter->peak_left);
        buffer_add_text(&cli->out, " ");
        print_level(&cli->out, meter->rms_right, meter->peak_right);
        cli_print(&cli->out, " %6.1f %6.1f dB", to_decibels(meter->peak_left), to_decibels(meter->peak_right));
        if (meter->clips)
            cli_print(&cli->out, "  clips %llu", (unsigned long long)meter->clips);
        buffer_add_text(&cli->out, "\n");
    }
    cli_print(&cli->out, "limiter %.1f dB  momentary ", meters->reduction > 0.05 ? -meters->reduction : 0);
    print_loudness(&cli->out, meters->momentary);
    buffer_add_text(&cli->out, "  short-term ");
    print_loudness(&cli->out, meters->short_term);
    buffer_add_text(&cli->out, "\n");
    cli_print(&cli->out, "%s ", at->running ? "running" : "stopped");
    human_place(&cli->out, at);
    cli_print(&cli->out, "  %.2f bpm  voices %llu+%llu  load %.1f %% (worst %.1f %%)  xruns %llu  underruns %llu\n",
              at->bpm, (unsigned long long)meters->streams, (unsigned long long)meters->sounds, meters->load * 100,
              meters->worst_load * 100, (unsigned long long)meters->xruns, (unsigned long long)meters->underruns);
}

static enum err meters_once(struct cli *cli, struct fault *fault)
{
    struct audio_meters request = { .has_since = true }; /* the highest of the last 2 s */
    struct meters meters = { 0 };
    enum err e = cli_ask(cli, "audio.meters", &request, &meters, fault);

    if (e == ERR_OK && cli->options.json)
        return cli_json(cli, &meters_shape, &meters);
    if (e == ERR_OK)
        print_meters(cli, &meters);
    return e;
}

enum err meters_show(struct cli *cli, struct fault *fault)
{
    return cli_show(cli, meters_once, REFRESH_US, fault);
}

enum err meters_reset(struct cli *cli, struct fault *fault)
{
    return cli_ask(cli, "audio.reset_meters", NULL, NULL, fault);
}

/* ---- mixer ---- */

static void print_sends(struct cli *cli, const struct mixer_strip *strip)
{
    if (strip->reverb_send > 0)
        cli_print(&cli->out, "reverb %.2f ", strip->reverb_send);
    if (strip->delay_send > 0)
        cli_print(&cli->out, "delay %.2f", strip->delay_send);
    buffer_add_text(&cli->out, "\n");
}

static enum err print_mixer(struct cli *cli, const struct mixer *mixer)
{
    if (cli->options.json)
        return cli_json(cli, &mixer_shape, mixer);
    cli_print(&cli->out, "%-10s %7s %9s %6s  %s\n", "CHANNEL", "GAIN", "", "PAN", "");
    for (uint32_t i = 0; i < mixer->strips.count; i++) {
        const struct mixer_strip *strip = &mixer->strips.at[i];
        cli_print(&cli->out, "%-10s %7.3f %6.1f dB %6.2f  %s%s%s%s", choice_word(&channel_table, strip->bus.value),
                  strip->gain, to_decibels(strip->gain), strip->pan, strip->mute ? "mute " : "",
                  strip->solo ? "solo " : "", strip->apart ? "apart " : "", strip->pfl ? "pfl " : "");
        print_sends(cli, strip);
    }
    cli_print(&cli->out, "limiter at %.2f dB", to_decibels(mixer->ceiling));
    if (mixer->delay > 0)
        cli_print(&cli->out, ", its look-ahead delays all sound by a further %lld frames", (long long)mixer->delay);
    cli_print(&cli->out, "\n");
    return ERR_OK;
}

static enum err set_limiter(struct cli *cli, struct mixer *mixer, struct fault *fault)
{
    struct audio_set_limiter request = { 0 };
    enum err e = ERR_OK;

    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &audio_set_limiter_shape, cli->args[i], &request, fault);
    return e != ERR_OK ? e : cli_ask(cli, "audio.set_limiter", &request, mixer, fault);
}

static enum err set_strip(struct cli *cli, struct mixer *mixer, struct fault *fault)
{
    struct audio_set_strip request = { 0 };
    enum err e = units_set(cli, &audio_set_strip_shape, "strip.bus", cli->args[0], &request, fault);

    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &mixer_strip_shape, cli->args[i], &request.strip, fault);
    return e != ERR_OK ? e : cli_ask(cli, "audio.set_strip", &request, mixer, fault);
}

/* CHANNEL KEY=VALUE…, or limiter KEY=VALUE…; without arguments it prints the mixer. */
enum err meters_mixer(struct cli *cli, struct fault *fault)
{
    struct mixer mixer = { 0 };
    enum err e;

    if (cli->count == 0)
        e = cli_ask(cli, "audio.mixer", NULL, &mixer, fault);
    else if (strcmp(cli->args[0], "limiter") == 0)
        e = set_limiter(cli, &mixer, fault);
    else
        e = set_strip(cli, &mixer, fault);
    return e != ERR_OK ? e : print_mixer(cli, &mixer);
}
