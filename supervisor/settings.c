#include "supervisor/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/process/config.h"

enum { START_MS = 60000, HANG_LEAST_MS = 500, HOUR_MS = 3600000 }; /* heartbeats come every 200 ms */

static enum err wrong_device(const char *device, const char *where, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, "%s is \"%.64s\", which is not a device", where, device);
    return fault ? fault_hint(fault, "auto, none, dummy, pipewire, jack, jack:SERVER or alsa:CARD, as "
                                     "`loophole audio devices` lists them")
                 : ERR_BAD_REQUEST;
}

static enum err read_audio(struct config *config, struct settings_audio *audio, struct fault *fault)
{
    const char *set = getenv(SETTINGS_AUDIO);
    const char *device = set && *set ? set : config_text(config, "audio.device", "auto");

    audio->rate = (uint32_t)config_int(config, "audio.rate", 48000, 22050, 192000);
    audio->period = (uint32_t)config_int(config, "audio.period", 256, 16, 8192);
    audio->standby = config_bool(config, "audio.standby", false);
    if (!device_is_name(device))
        return wrong_device(device, set && *set ? SETTINGS_AUDIO : "audio.device in loophole.conf", fault);
    (void)snprintf(audio->device, sizeof(audio->device), "%s", device);
    if ((audio->period & (audio->period - 1)) != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "audio.period in loophole.conf is %u: expected a power of two",
                         audio->period);
    return ERR_OK;
}

enum err settings_read(const struct paths *paths, struct settings *settings, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(paths, &config, fault);

    if (e != ERR_OK)
        return e;
    settings->start_limit = config_int(config, "supervisor.start_ms", START_MS, 1000, HOUR_MS) * 1000;
    settings->hang_limit = config_int(config, "supervisor.hang_ms", 0, HANG_LEAST_MS, HOUR_MS) * 1000;
    e = read_audio(config, &settings->audio, fault);
    return config_end(config, e, fault);
}

bool settings_want_sound(const struct settings *settings)
{
    return strcmp(settings->audio.device, "none") != 0;
}
