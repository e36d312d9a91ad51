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

/* engine_start.c: starts the supervisor in the background, which finds the services that run. No error if another
 * command starts one. Errors: those of loopholed. */
enum err engine_start(struct cli *cli, struct fault *fault);

/* Returns the size of the supervisor's log in bytes; 0: no log. Later bytes belong to a later start. */
long engine_log_size(const struct cli *cli);

/* engine_wait.c: waits until each service is ready; long work may take any time. A service in quarantine is not waited
 * for: a warning names it. `from` is the size of the log before the start, `restarted` the service that a person
 * restarted; NULL: none. Errors: internal (the supervisor ended, or `restarted` is in quarantine), offline (it ended
 * without an error, as after a `down`), timeout,
 * denied (a service may not start), io (the services run, and the store is damaged). */
enum err engine_wait_ready(struct cli *cli, long from, const char *restarted, struct fault *fault);

enum { ENGINE_END = 500 };

/* engine_ended.c: prints the last error of a service that ended several times and is not ready, once for each error.
 * `shown` holds the error that was printed last; the caller begins with "". Errors: denied (only a person's action ends
 * the cause). */
enum err engine_look_for_ends(struct cli *cli, const struct service_lines *lines, char shown[ENGINE_END],
                              struct fault *fault);

/* True if its process runs and answers, and waits for a JACK server. */
bool engine_is_without_server(const struct service_line *line);

/* Calls `print` for each service's long work and each alarm: "persist: the disk is full: read-only". Asks each service,
 * so `lines` is invalid afterwards. */
void engine_print_alarms(struct cli *cli, const struct service_lines *lines,
                         void (*print)(struct cli *cli, const char *text));

/* Prints a line of text on standard error. */
void engine_remark(const char *text);

#endif
