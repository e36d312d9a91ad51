#include "supervisor/settings.h"
#include "common/config.h"

enum { START_MS = 60000, HANG_LEAST_MS = 500, HOUR_MS = 3600000 }; /* services beat every 200 ms */

enum err settings_read(const struct paths *paths, struct settings *settings, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(paths, &config, fault);

    if (e != ERR_OK)
        return e;
    settings->start_limit = config_int(config, "supervisor.start_ms", START_MS, 1000, HOUR_MS) * 1000;
    settings->hang_limit = config_int(config, "supervisor.hang_ms", 0, HANG_LEAST_MS, HOUR_MS) * 1000;
    e = config_check(config, fault);
    config_free(config);
    return e;
}
