/* sounds.c: sound start, set and stop. */
#include "frontends/cli/sound/sounds.h"

#include <string.h>

#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_audio.h"

static const double FADE_MOST = 30; /* seconds */

enum err sounds_load(struct cli *cli, int count, char **args, struct loaded_sound *to, struct fault *fault)
{
    struct streamer_load_sound load = { 0 };
    struct named named;
    enum err e = named_one(cli, count, args, &named, fault);

    load.has_id = named.has_id;
    load.id = named.id;
    load.path = named.path;
    return e != ERR_OK ? e : cli_ask(cli, "streamer.load_sound", &load, to, fault);
}

/* Words before the first KEY=VALUE name the sound. */
static int count_words(const struct cli *cli)
{
    int count = 0;

    while (count < cli->count) {
        const char *equals = strchr(cli->args[count], '=');
        struct text key = { equals ? (uint32_t)(equals - cli->args[count]) : 0, cli->args[count] };

        if (equals && schema_field(&audio_start_sound_shape, key))
            break;
        count++;
    }
    return count;
}

static bool is_number(const char *word)
{
    return word[strspn(word, "0123456789")] == '\0' && strlen(word) <= 4;
}

/* A number of up to four digits is a slot of loaded sounds. */
static enum err name_sound(struct cli *cli, int words, struct audio_start_sound *request, struct fault *fault)
{
    struct loaded_sound loaded = { 0 };
    enum err e;

    if (words == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "no sound is named: expected an id, a path, a query or a slot");
    if (words == 1 && is_number(cli->args[0]))
        return units_set(cli, &audio_start_sound_shape, "sound", cli->args[0], request, fault);
    e = sounds_load(cli, words, cli->args, &loaded, fault);
    request->has_sound = e == ERR_OK;
    request->sound = loaded.sound;
    request->generation = loaded.generation;
    return e;
}

enum err sounds_start(struct cli *cli, struct fault *fault)
{
    struct audio_start_sound request = { .release = 0.05 };
    struct sound_started started = { 0 };
    int words = count_words(cli);
    enum err e = name_sound(cli, words, &request, fault);

    for (int i = words; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &audio_start_sound_shape, cli->args[i], &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "audio.start_sound", &request, &started, fault);
    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &sound_started_shape, &started);
    cli_print(&cli->out, "sound %llu plays slot %llu\n", (unsigned long long)started.tag,
              (unsigned long long)started.sound);
    return ERR_OK;
}

enum err sounds_set(struct cli *cli, struct fault *fault)
{
    struct audio_set_sound request = { .ramp = 0.02 };
    enum err e = units_set(cli, &audio_set_sound_shape, "tag", cli->args[0], &request, fault);

    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &audio_set_sound_shape, cli->args[i], &request, fault);
    return e != ERR_OK ? e : cli_ask(cli, "audio.set_sound", &request, NULL, fault);
}

enum err sounds_stop(struct cli *cli, struct fault *fault)
{
    struct audio_stop_sound request = { .has_fade = cli->options.fade != NULL };
    enum err e = units_set(cli, &audio_stop_sound_shape, "tag", cli->args[0], &request, fault);

    if (e == ERR_OK && request.has_fade)
        e = units_seconds("--fade", cli->options.fade, FADE_MOST, &request.fade, fault);
    return e != ERR_OK ? e : cli_ask(cli, "audio.stop_sound", &request, NULL, fault);
}
