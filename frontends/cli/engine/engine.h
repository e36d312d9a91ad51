/* engine.h: shared by the commands for the whole engine (up, restart, down, status). One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_H

#include "frontends/cli/base/cli.h"
#include "schema_supervisor.h"

/* Returns the supervisor's list of services, valid until the next ask. Errors: offline (no supervisor answers), and
 * those of ask(). */
enum err engine_services(struct cli *cli, uint32_t budget_ms, struct service_lines *lines, struct fault *fault);

/* True if neither the keeper nor the supervisor runs, so nothing will be started again. */
bool engine_is_given_up(const struct cli *cli);

/* Returns the size of the supervisor's log in bytes; 0: no log. Later bytes belong to a later start. */
long engine_log_size(const struct cli *cli);

enum { ENGINE_END = 500 };

/* Prints a line of text on standard error. */
void engine_remark(const char *text);

#endif
