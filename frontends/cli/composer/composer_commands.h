/* composer_commands.h: the commands about the exchange with a community. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPOSER_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_COMPOSER_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* composer.c */
enum err composer_show(struct cli *cli, struct fault *fault);
enum err composer_set_level(struct cli *cli, struct fault *fault);
enum err composer_show_next(struct cli *cli, struct fault *fault);
enum err composer_exchange(struct cli *cli, struct fault *fault);

/* composer_exclude.c */
enum err composer_exclude(struct cli *cli, struct fault *fault);

/* composer_team.c */
enum err composer_team(struct cli *cli, struct fault *fault);

/* composer.c */
enum err composer_forget_all(struct cli *cli, struct fault *fault);
enum err composer_list_packs(struct cli *cli, struct fault *fault);
enum err composer_list_layouts(struct cli *cli, struct fault *fault);
enum err composer_serve(struct cli *cli, struct fault *fault);

#endif
