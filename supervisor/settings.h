/* settings.h: the section [supervisor] of loophole.conf. */
#ifndef LOOPHOLE_SUPERVISOR_SETTINGS_H
#define LOOPHOLE_SUPERVISOR_SETTINGS_H

#include "common/clock.h"
#include "common/paths.h"

struct settings {
    usec_t start_limit; /* start_ms: how long a service may take to be ready; default 60,000 */
    usec_t
        hang_limit; /* hang_ms, from 500: silent for so long it is replaced; 0, the default: as its row says */
};

/* Errors: bad_request, with file and line; those of config_load. */
enum err settings_read(const struct paths *paths, struct settings *settings, struct fault *fault);

#endif
