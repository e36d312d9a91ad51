/* engine_alarms.h: the alarms of the services. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_ALARMS_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_ALARMS_H

#include "frontends/cli/engine/engine.h"

/* True if its process runs and answers, and waits for a JACK server. */
bool engine_is_without_server(const struct service_line *line);

/* Calls `print` for each service's long work and each alarm: "persist: the disk is full: read-only". Asks each service,
 * so `lines` is invalid afterwards. */
void engine_print_alarms(struct cli *cli, const struct service_lines *lines,
                         void (*print)(struct cli *cli, const char *text));

#endif
