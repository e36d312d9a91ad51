#include "supervisor/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/process/config.h"

static enum err refuse_device(const char *device, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, SETTINGS_AUDIO " is \"%.64s\", which is not a device", device);
    return fault ? fault_hint(fault, "auto, none, dummy, pipewire, jack, jack:SERVER or alsa:CARD, as "
                                     "`loophole audio devices` lists them")
                 : ERR_BAD_REQUEST;
}

static enum err read_audio(struct config *config, struct settings_audio *audio, struct fault *fault)
{
    const char *set = getenv(SETTINGS_AUDIO);
    const char *device = set && *set ? set : config_text(config, "audio.device");

    audio->rate = (uint32_t)config_int(config, "audio.rate");
    audio->period = (uint32_t)config_int(config, "audio.period");
    audio->standby = config_bool(config, "audio.standby");
    if (!setting_is_device(device))
        return refuse_device(device, fault);
    (void)snprintf(audio->device, sizeof(audio->device), "%s", device);
    return ERR_OK;
}

enum err settings_read(const struct paths *paths, struct settings *settings, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(paths, &config, fault);

    if (e != ERR_OK)
        return e;
    settings->start_limit = config_int(config, "supervisor.start_ms") * 1000;
    settings->hang_limit = config_int_or(config, "supervisor.hang_ms", 0) * 1000;
    e = read_audio(config, &settings->audio, fault);
    return config_end(config, e, fault);
}

bool settings_want_sound(const struct settings *settings)
{
    return strcmp(settings->audio.device, "none") != 0;
}
