/* preset.c: named values of synth voices. */
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/kit.h"
#include "frontends/cli/sound/sound_commands.h"

enum { PAGE = 256 };

static struct text named_project(const struct cli *cli)
{
    return text_of(cli->options.project ? cli->options.project : "");
}

/* ---- printing ---- */

static void print_number(struct cli *cli, const char *key, bool is_given, double value)
{
    if (is_given)
        cli_print(&cli->out, "  %s %g", key, value);
}

static void print_preset(struct cli *cli, const struct preset *preset)
{
    const struct voice_values *voice = &preset->voice;
    char id[ID_TEXT_SIZE];

    cli_column(&cli->out, preset->name, 24);
    cli_print(&cli->out, "%-10s%3llu  %s  %s", choice_word(&kit_scope_table, preset->scope.value),
              (unsigned long long)preset->version, id_write(preset->id, id),
              voice->has_wave ? choice_word(&waveform_table, voice->wave.value) : "saw");
    print_number(cli, "freq", voice->has_freq, voice->freq);
    print_number(cli, "amp", voice->has_amp, voice->amp);
    print_number(cli, "filter_freq", voice->has_filter_freq, voice->filter_freq);
    print_number(cli, "filter_q", voice->has_filter_q, voice->filter_q);
    print_number(cli, "attack", voice->adsr.has_attack, voice->adsr.attack);
    print_number(cli, "decay", voice->adsr.has_decay, voice->adsr.decay);
    print_number(cli, "sustain", voice->adsr.has_sustain, voice->adsr.sustain);
    print_number(cli, "release", voice->adsr.has_release, voice->adsr.release);
    print_number(cli, "reverb_send", voice->has_reverb_send, voice->reverb_send);
    print_number(cli, "delay_send", voice->has_delay_send, voice->delay_send);
    cli_print(&cli->out, "%s\n", voice->acid ? "  acid" : "");
}

static void print_head(struct cli *cli)
{
    if (!cli->options.json)
        cli_print(&cli->out, "NAME                     SCOPE     VER  ID                          VALUES\n");
}

static enum err show_preset(struct cli *cli, const struct preset *preset)
{
    if (cli->options.json)
        return cli_json(cli, &preset_shape, preset);
    print_preset(cli, preset);
    return ERR_OK;
}

enum err preset_print_all(struct cli *cli, struct fault *fault)
{
    struct project_presets request = { .project = named_project(cli), .limit = PAGE };
    struct presets presets = { .more = true };
    uint64_t count = 0;

    while (presets.more) {
        presets = (struct presets){ 0 };
        enum err e = cli_ask(cli, "project.presets", &request, &presets, fault);
        if (e != ERR_OK)
            return e;
        if (count == 0 && presets.each.count)
            print_head(cli);
        for (uint32_t i = 0; i < presets.each.count; i++)
            (void)show_preset(cli, &presets.each.at[i]);
        count += presets.each.count;
        request.offset = presets.next;
    }
    cli_none(cli, count, "There is no preset: `loophole preset save Bass wave=saw freq=55` makes one.");
    return ERR_OK;
}

static enum err ask_for_preset(struct cli *cli, struct preset *to, struct fault *fault)
{
    const struct project_preset request = { .project = named_project(cli), .preset = text_of(cli->args[0]) };

    return cli_ask(cli, "project.preset", &request, to, fault);
}

enum err preset_print_one(struct cli *cli, struct fault *fault)
{
    struct preset preset = { 0 };
    enum err e = ask_for_preset(cli, &preset, fault);

    if (e != ERR_OK)
        return e;
    print_head(cli);
    return show_preset(cli, &preset);
}

/* ---- changing ---- */

static enum err assign_voice(struct cli *cli, const char *typed, struct voice_values *voice, struct fault *fault)
{
    const char *equals = strchr(typed, '=');
    const struct text key = { equals ? (uint32_t)(equals - typed) : 0, typed };

    return schema_field(&adsr_shape, key) ? units_assign(cli, &adsr_shape, typed, &voice->adsr, fault)
                                          : units_assign(cli, &voice_values_shape, typed, voice, fault);
}

static bool has_name_or_id(const struct preset *preset, struct text named)
{
    struct id id;

    return text_equal(preset->name, named) || (id_read(named, &id) && id_equal(preset->id, id));
}

/* The preset of that name or id in the scope; leaves `to` as it is if there is none. */
static enum err find_in_scope(struct cli *cli, int32_t scope, struct preset *to, struct fault *fault)
{
    struct project_presets request = { .project = named_project(cli), .limit = PAGE };
    struct presets presets = { .more = true };

    while (presets.more) {
        presets = (struct presets){ 0 };
        enum err e = cli_ask(cli, "project.presets", &request, &presets, fault);
        if (e != ERR_OK)
            return e;
        for (uint32_t i = 0; i < presets.each.count; i++) {
            const struct preset *preset = &presets.each.at[i];
            if (preset->scope.value == scope && has_name_or_id(preset, text_of(cli->args[0])))
                return *to = *preset, ERR_OK;
        }
        request.offset = presets.next;
    }
    return ERR_OK;
}

/* The values of the preset that is there, which must then be as it was; or none. */
static enum err begin_with_saved(struct cli *cli, struct project_save_preset *request, struct fault *fault)
{
    struct preset was = { 0 };
    enum err e =
        request->has_scope ? find_in_scope(cli, request->scope.value, &was, fault) : ask_for_preset(cli, &was, fault);

    if (e == ERR_NOT_FOUND && strcmp(fault->field, "preset") == 0) {
        *fault = (struct fault){ 0 };
        e = ERR_OK;
    }
    request->voice = was.voice;
    request->has_expect = was.revision > 0 || cli->options.expect >= 0;
    request->expect = cli->options.expect >= 0 ? (uint64_t)cli->options.expect : was.revision;
    return e;
}

enum err preset_save(struct cli *cli, struct fault *fault)
{
    struct project_save_preset request = { .project = named_project(cli),
                                           .preset = text_of(cli->args[0]),
                                           .has_scope = cli->options.scope != NULL };
    struct preset preset = { 0 };
    enum err e = request.has_scope ? kit_read_scope(cli, &request.scope, fault) : ERR_OK;

    if (e == ERR_OK)
        e = begin_with_saved(cli, &request, fault);
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = assign_voice(cli, cli->args[i], &request.voice, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "project.save_preset", &request, &preset, fault);
    return e == ERR_OK ? show_preset(cli, &preset) : e;
}

/* The service says what uses it. */
static bool is_confirmed(const struct cli *cli, const struct fault *fault)
{
    struct buffer question = { 0 };

    if (strcmp(fault->field, "used") != 0 || !cli_can_ask(cli))
        return false;
    cli_print(&question, "%s. Remove it? y or n:", fault->what);
    return cli_asks(&question);
}

enum err preset_remove(struct cli *cli, struct fault *fault)
{
    struct project_remove_preset request = { .project = named_project(cli),
                                             .preset = text_of(cli->args[0]),
                                             .used = cli->options.yes };
    struct nothing nothing = { 0 };
    enum err e = cli_change(cli, "project.remove_preset", &request, &nothing, fault);

    if (e == ERR_CONFLICT && is_confirmed(cli, fault)) {
        *fault = (struct fault){ 0 };
        request.used = true;
        e = cli_change(cli, "project.remove_preset", &request, &nothing, fault);
    }
    if (e == ERR_OK && !cli->options.json)
        cli_print(&cli->out, "removed: %s\n", cli->args[0]);
    return e;
}
