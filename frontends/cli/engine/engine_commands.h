/* engine_commands.h: the commands about the engine: its services, settings, logs, tasks and the store. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* engine_start.c */
enum err engine_up(struct cli *cli, struct fault *fault);

/* engine_down.c */
enum err engine_down(struct cli *cli, struct fault *fault);

/* engine_status.c */
enum err engine_status(struct cli *cli, struct fault *fault);

/* engine_start.c */
enum err engine_restart(struct cli *cli, struct fault *fault);

/* settings.c */
enum err settings_list(struct cli *cli, struct fault *fault);
enum err settings_check(struct cli *cli, struct fault *fault);
enum err settings_get(struct cli *cli, struct fault *fault);
enum err settings_set(struct cli *cli, struct fault *fault);

/* logs.c */
enum err logs_show(struct cli *cli, struct fault *fault);

/* tasks.c */
enum err tasks_list(struct cli *cli, struct fault *fault);
enum err tasks_cancel(struct cli *cli, struct fault *fault);

/* events.c */
enum err events_follow(struct cli *cli, struct fault *fault);

/* web.c */
enum err web_show(struct cli *cli, struct fault *fault);

/* token.c */
enum err token_make(struct cli *cli, struct fault *fault);
enum err token_print_all(struct cli *cli, struct fault *fault);
enum err token_remove(struct cli *cli, struct fault *fault);

/* osc.c */
enum err osc_show(struct cli *cli, struct fault *fault);

/* stats.c */
enum err stats_show(struct cli *cli, struct fault *fault);

/* store.c */
enum err store_check_run(struct cli *cli, struct fault *fault);
enum err store_forget_old_run(struct cli *cli, struct fault *fault);
enum err store_backup_run(struct cli *cli, struct fault *fault);
enum err store_restore_run(struct cli *cli, struct fault *fault);

/* doctor.c */
enum err doctor_run(struct cli *cli, struct fault *fault);

/* crash.c */
enum err crash_print(struct cli *cli, struct fault *fault);

/* bench.c */
enum err bench_run(struct cli *cli, struct fault *fault);

#endif
