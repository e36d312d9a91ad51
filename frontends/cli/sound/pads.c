/* pads.c: the sounds of pads, and hits by command. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/pattern.h"
#include "frontends/cli/sound/sound_commands.h"
#include "frontends/cli/sound/sounds.h"
#include "schema_audio.h"
#include "schema_project.h"
#include "schema_streamer.h"

/* ---- printing ---- */

/* Returns the sound of a pad with its file. NULL: it was loaded before the streamer was restarted, or was released. */
static const struct loaded_sound *sound_of(const struct loaded_sounds *sounds, const struct pad *pad)
{
    for (uint32_t i = 0; i < sounds->each.count; i++)
        if (sounds->each.at[i].sound == pad->sound && sounds->each.at[i].generation == pad->generation)
            return sounds->each.at[i].path.len ? &sounds->each.at[i] : NULL;
    return NULL;
}

/* Returns true if some sound of the pad could not be loaded. */
static bool print_silent(struct cli *cli, const struct pad *pad, const struct silent_sound_list *silent)
{
    char id[ID_TEXT_SIZE];
    bool any = false;

    for (uint32_t i = 0; i < silent->count; i++)
        if (silent->at[i].index == pad->pad) {
            cli_print(&cli->out, "  silent: %s: %.*s", id_write(silent->at[i].id, id), TEXT_ARG(silent->at[i].why));
            any = true;
        }
    return any;
}

static void print_pad(struct cli *cli, const struct pad *pad, const struct loaded_sounds *sounds,
                      const struct silent_sound_list *silent)
{
    const struct loaded_sound *sound = pad->has_sound ? sound_of(sounds, pad) : NULL;
    const char *before = pad->has_wave ? ", in place of " : "  ";

    cli_print(&cli->out, "%3llu  %-8s gain %.2f pan %.2f ratio %.3f", (unsigned long long)pad->pad,
              choice_word(&pad_mode_table, pad->mode.value), pad->gain, pad->pan, pad->ratio);
    if (pad->has_note)
        cli_print(&cli->out, "  note %llu", (unsigned long long)pad->note);
    if (pad->has_keys_until)
        cli_print(&cli->out, "  keys %llu to %llu", (unsigned long long)pad->keys_from,
                  (unsigned long long)pad->keys_until);
    if (pad->has_channel)
        cli_print(&cli->out, "  channel %llu", (unsigned long long)pad->channel + 1);
    if (pad->has_output && pad->output)
        cli_print(&cli->out, "  output %llu", (unsigned long long)pad->output);
    if (pad->layers.count)
        cli_print(&cli->out, "  layers %u", pad->layers.count);
    if (pad->has_wave)
        cli_print(&cli->out, "  %s", choice_word(&waveform_table, pad->wave.value));
    if (pad->has_wave && pad->has_freq)
        cli_print(&cli->out, " %g Hz", pad->freq);
    if (sound)
        cli_print(&cli->out, "%s%.*s", before, (int)sound->path.len, (const char *)sound->path.at);
    else if (pad->has_sound)
        cli_print(&cli->out, "%ssound %llu", before, (unsigned long long)pad->sound);
    if (!print_silent(cli, pad, silent) && !pad->has_sound && !pad->has_wave && pad->layers.count == 0)
        buffer_add_text(&cli->out, "  no sound");
    buffer_add_text(&cli->out, "\n");
}

/* Copies the answer, which is valid until the next ask. The only pointer of a pad is the word of its mode, which is not
 * printed. */
static struct pads keep_pads(struct cli *cli, const struct pads *answer)
{
    struct pad *kept = arena_array(&cli->arena, answer->each.count, sizeof(*kept));
    struct silent_sound *silent = arena_array(&cli->arena, answer->silent.count, sizeof(*silent));

    if (answer->each.count > 0)
        memcpy(kept, answer->each.at, answer->each.count * sizeof(*kept));
    for (uint32_t i = 0; i < answer->silent.count; i++) {
        silent[i] = answer->silent.at[i];
        silent[i].why = arena_text(&cli->arena, answer->silent.at[i].why);
    }
    return (struct pads){ .each = { answer->each.count, kept }, .silent = { answer->silent.count, silent } };
}

static void warn_of_pads(const struct silent_sound_list *silent)
{
    for (uint32_t i = 0; i < silent->count; i++)
        cli_warn_of_silent(&silent->at[i], "pad");
}

static enum err print_pads(struct cli *cli, const struct pads *answer)
{
    struct loaded_sounds sounds = { 0 };
    struct fault none = { 0 };
    enum err e = ERR_OK;

    if (cli->options.json)
        warn_of_pads(&answer->silent);
    for (uint32_t i = 0; cli->options.json && e == ERR_OK && i < answer->each.count; i++)
        e = cli_json(cli, &pad_shape, &answer->each.at[i]);
    if (cli->options.json)
        return e;
    struct pads pads = keep_pads(cli, answer);
    if (cli_ask(cli, "streamer.sounds", NULL, &sounds, &none) != ERR_OK)
        sounds = (struct loaded_sounds){ 0 };
    for (uint32_t i = 0; i < pads.each.count; i++)
        print_pad(cli, &pads.each.at[i], &sounds, &pads.silent);
    cli_none(cli, pads.each.count, "No pad has a sound, or values of its own: loophole pads set 1 sound=kick note=36");
    return ERR_OK;
}

enum err pads_show(struct cli *cli, struct fault *fault)
{
    struct pads pads = { 0 };
    enum err e = cli_ask(cli, "audio.pads", NULL, &pads, fault);

    return e != ERR_OK ? e : print_pads(cli, &pads);
}

/* ---- setting ---- */

/* The sound of a pad is a slot in memory, so a file is first loaded there. */
static enum err load_sound(struct cli *cli, const char *typed, struct pad *pad, struct fault *fault)
{
    char *args[] = { (char *)(uintptr_t)typed };
    struct loaded_sound loaded = { 0 };
    enum err e = sounds_load(cli, 1, args, &loaded, fault);

    pad->has_sound = e == ERR_OK;
    pad->sound = loaded.sound;
    pad->generation = loaded.generation;
    return e;
}

/* People count MIDI channels from 1 to 16. */
static enum err assign_channel(const char *typed, struct pad *pad, struct fault *fault)
{
    char *end;
    long channel = strtol(typed, &end, 10);

    if (end == typed || *end != '\0' || channel < 1 || channel > 16)
        return fault_set(fault, ERR_BAD_REQUEST, "channel \"%s\" is out of range: 1 to 16", typed);
    pad->has_channel = true;
    pad->channel = (uint64_t)channel - 1;
    return ERR_OK;
}

/* "sound=" removes the sound, also one that is away, and "wave=" the oscillator. */
static enum err assign_pad(struct cli *cli, const char *typed, struct pad *pad, struct fault *fault)
{
    static const char key[] = "sound=";
    const char *value = typed + sizeof(key) - 1;

    if (strncmp(typed, key, sizeof(key) - 1) == 0)
        pad->has_id = false;
    if (strncmp(typed, key, sizeof(key) - 1) == 0 && value[strspn(value, "0123456789")] != '\0')
        return load_sound(cli, value, pad, fault);
    if (strncmp(typed, "channel=", 8) == 0)
        return assign_channel(typed + 8, pad, fault);
    if (strcmp(typed, "wave=") == 0) {
        pad->has_wave = false;
        return ERR_OK;
    }
    if (strcmp(typed, key) == 0) {
        pad->has_sound = false;
        return ERR_OK;
    }
    if (strncmp(typed, key, sizeof(key) - 1) == 0)
        pad->generation = 0; /* the sound that is in the slot now */
    return units_assign(cli, &pad_shape, typed, pad, fault);
}

/* Reads the pad, so that some of its values can be changed; an unused one has the defaults. */
static enum err read_pad(struct cli *cli, struct pad *pad, struct fault *fault)
{
    struct pad empty = { .pad = pad->pad, .mode.value = PAD_MODE_ONE_SHOT };
    struct pads pads = { 0 };
    enum err e = cli_ask(cli, "audio.pads", NULL, &pads, fault);

    for (uint32_t i = 0; e == ERR_OK && i < pads.each.count; i++)
        if (pads.each.at[i].pad == empty.pad)
            empty = pads.each.at[i];
    empty.mode.word = empty.wave.word = (struct text){ 0 }; /* belongs to the answer's memory, like the layers */
    struct pad_layer *layers = arena_array(&cli->arena, empty.layers.count + 1, sizeof(*layers));
    if (empty.layers.count > 0)
        memcpy(layers, empty.layers.at, empty.layers.count * sizeof(*layers));
    empty.layers.at = layers;
    *pad = empty;
    return e;
}

static enum err send_pad(struct cli *cli, struct pad *pad, struct fault *fault)
{
    struct audio_set_pads request = { .each = { 1, pad } };
    struct pads pads = { 0 };
    enum err e = cli_ask(cli, "audio.set_pads", &request, &pads, fault);

    if (e == ERR_OK && !cli->options.json)
        warn_of_pads(&pads.silent);
    return e != ERR_OK ? e : pads_show(cli, fault); /* the answer has not what other pads lack */
}

enum err pads_set(struct cli *cli, struct fault *fault)
{
    struct pad pad = { 0 };
    enum err e = units_set(cli, &pad_shape, "pad", cli->args[0], &pad, fault);

    if (e == ERR_OK)
        e = read_pad(cli, &pad, fault);
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = assign_pad(cli, cli->args[i], &pad, fault);
    return e != ERR_OK ? e : send_pad(cli, &pad, fault);
}

enum err pads_clear(struct cli *cli, struct fault *fault)
{
    struct pad pad = { .mode.value = PAD_MODE_ONE_SHOT };
    enum err e = units_set(cli, &pad_shape, "pad", cli->args[0], &pad, fault);

    return e != ERR_OK ? e : send_pad(cli, &pad, fault);
}

/* ---- layers ---- */

static enum err assign_layer(struct cli *cli, const char *typed, struct pad_layer *layer, struct fault *fault)
{
    static const char key[] = "velocity=";

    if (strncmp(typed, key, sizeof(key) - 1) != 0)
        return units_assign(cli, &pad_layer_shape, typed, layer, fault);
    layer->has_high = true;
    return units_range(cli, typed + sizeof(key) - 1, &layer->low, &layer->high, fault);
}

/* PAD ID|PATH|QUERY [KEY=VALUE…] adds a layer; PAD off removes all. */
enum err pads_layer(struct cli *cli, struct fault *fault)
{
    struct pad pad = { 0 };
    struct pad_layer *layer;
    struct loaded_sound loaded = { 0 };
    enum err e = units_set(cli, &pad_shape, "pad", cli->args[0], &pad, fault);

    if (e == ERR_OK)
        e = read_pad(cli, &pad, fault);
    if (e == ERR_OK && strcmp(cli->args[1], "off") == 0) {
        pad.layers.count = 0;
        return send_pad(cli, &pad, fault);
    }
    if (e == ERR_OK)
        e = sounds_load(cli, 1, cli->args + 1, &loaded, fault);
    if (e != ERR_OK)
        return e;
    layer = &pad.layers.at[pad.layers.count++];
    *layer = (struct pad_layer){ .has_sound = true, .sound = loaded.sound, .generation = loaded.generation };
    for (int i = 2; e == ERR_OK && i < cli->count; i++)
        e = assign_layer(cli, cli->args[i], layer, fault);
    return e != ERR_OK ? e : send_pad(cli, &pad, fault);
}

/* ---- hits ---- */

enum err pads_hit(struct cli *cli, struct fault *fault)
{
    struct audio_hit request = { .velocity = 1 };
    enum err e = units_set(cli, &audio_hit_shape, "pad", cli->args[0], &request, fault);

    if (e == ERR_OK && cli->count > 1)
        e = units_set(cli, &audio_hit_shape, "velocity", cli->args[1], &request, fault);
    return e != ERR_OK ? e : cli_ask(cli, "audio.hit", &request, NULL, fault);
}

enum err pads_release(struct cli *cli, struct fault *fault)
{
    struct audio_release request = { 0 };
    enum err e = units_set(cli, &audio_release_shape, "pad", cli->args[0], &request, fault);

    return e != ERR_OK ? e : cli_ask(cli, "audio.release", &request, NULL, fault);
}

enum err pads_quantise(struct cli *cli, struct fault *fault)
{
    const char *typed = cli->args[0];
    struct audio_set_quantise request = { 0 };
    struct transport_state at = { 0 };
    enum err e = ERR_OK;

    if (strcmp(typed, "off") != 0 && strncmp(typed, "1/", 2) != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "expected 1/N, such as 1/16, or off, not \"%s\"", typed);
    if (typed[0] == '1')
        e = units_set(cli, &audio_set_quantise_shape, "lines", typed + 2, &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "audio.set_quantise", &request, &at, fault);
    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &transport_state_shape, &at);
    if (at.has_quantise)
        cli_print(&cli->out, "hits wait for the lines of 1/%llu\n", (unsigned long long)at.quantise);
    else
        cli_print(&cli->out, "hits sound at once\n");
    return ERR_OK;
}

/* ---- the layout ---- */

static enum err read_layout(struct cli *cli, struct project_set_layout *to, struct fault *fault)
{
    const struct project_kits request = { .limit = 1 };
    struct kits kits = { 0 };
    enum err e = cli_ask(cli, "project.kits", &request, &kits, fault);

    to->layout = kits.has_layout ? kits.layout : 4; /* without a project, that of a new one */
    return e;
}

static enum err choose_layout(struct cli *cli, struct project_set_layout *to, struct fault *fault)
{
    const char *typed = cli->args[0];
    struct nothing nothing = { 0 };

    to->layout = strcmp(typed, "4x4") == 0 ? 4 : strcmp(typed, "8x8") == 0 ? 8 : 0;
    return to->layout ? cli_change(cli, "project.set_layout", to, &nothing, fault)
                      : fault_set(fault, ERR_BAD_REQUEST, "layout %s is unknown: expected 4x4 or 8x8", typed);
}

enum err pads_layout(struct cli *cli, struct fault *fault)
{
    struct project_set_layout layout = { 0 };
    enum err e = cli->count ? choose_layout(cli, &layout, fault) : read_layout(cli, &layout, fault);

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &project_set_layout_shape, &layout);
    cli_print(&cli->out, "%llux%llu\n", (unsigned long long)layout.layout, (unsigned long long)layout.layout);
    return ERR_OK;
}
