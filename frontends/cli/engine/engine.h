/* engine.h: what the commands for the whole engine share (up, restart, down, status). One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_H

#include "frontends/cli/base/cli.h"
#include "schema_supervisor.h"

/* The supervisor's list of services; its memory lasts until the next ask. Errors: offline (no supervisor answers), and
 * those of ask(). */
enum err engine_services(struct cli *cli, uint32_t budget_ms, struct service_lines *lines, struct fault *fault);

/* True: neither the keeper nor the supervisor runs, so none is started again. */
bool engine_is_given_up(const struct cli *cli);

/* The size of the supervisor's log in bytes; 0: there is none. Bytes after it belong to a later start. */
long engine_log_size(const struct cli *cli);

/* engine_wait.c: waits until each service is ready; long work may take any time. `from`: the size of the log before the
 * start. Errors: internal (the supervisor ended), timeout, io (the services run, and the store is damaged). */
enum err engine_wait_ready(struct cli *cli, long from, struct fault *fault);

/* True: its process runs and answers, and waits for a JACK server. */
bool engine_is_without_server(const struct service_line *line);

/* Calls `print` with each service's long work, and with what it says that a person should see to: "persist: the disk is
 * full: read-only". Asks each service, so `lines` is gone after it. */
void engine_print_alarms(struct cli *cli, const struct service_lines *lines,
                         void (*print)(struct cli *cli, const char *text));

/* A line of text on standard error. */
void engine_remark(const char *text);

#endif
