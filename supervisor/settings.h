/* settings.h: the sections [supervisor] and [audio] of loophole.conf. */
#ifndef LOOPHOLE_SUPERVISOR_SETTINGS_H
#define LOOPHOLE_SUPERVISOR_SETTINGS_H

#include "common/clock.h"
#include "common/paths.h"
#include "supervisor/device.h"

/* In the environment: overrides `[audio] device`. */
#define SETTINGS_AUDIO "LOOPHOLE_AUDIO"

struct settings_audio {
    char device[DEVICE_NAME]; /* a setting_is_device; default "auto" */
    uint32_t rate;            /* Hz, 22,050 to 192,000; default 48,000; of the engine's own server */
    uint32_t period;          /* frames, a power of two from 16 to 8,192; default 256 */
    bool standby;             /* runs a second process that takes over within two periods; default no */
};

struct settings {
    usec_t start_limit; /* start_ms: the time that a service has to be ready; default 60,000 */
    usec_t hang_limit;  /* hang_ms, from 500: a service silent for longer is replaced; 0, the default: as in its row */
    struct settings_audio audio;
};

/* Errors: bad_request, with file and line; those of config_load. */
enum err settings_read(const struct paths *paths, struct settings *settings, struct fault *fault);

bool settings_want_sound(const struct settings *settings); /* the device is not "none" */

#endif
