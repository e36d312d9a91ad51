/* find_commands.h: the commands about searches and what they find. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_FIND_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_FIND_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* whereis.c */
enum err whereis_list(struct cli *cli, struct fault *fault);

/* find.c */
enum err find_search(struct cli *cli, struct fault *fault);
enum err find_similar(struct cli *cli, struct fault *fault);
enum err find_show(struct cli *cli, struct fault *fault);

/* artefact.c */
enum err artefact_show(struct cli *cli, struct fault *fault);

/* map.c */
enum err map_run(struct cli *cli, struct fault *fault);

/* alike.c */
enum err alike_duplicates(struct cli *cli, struct fault *fault);

/* saved.c */
enum err saved_history(struct cli *cli, struct fault *fault);
enum err saved_queries(struct cli *cli, struct fault *fault);

/* find.c */
enum err find_suggest(struct cli *cli, struct fault *fault);

/* basket.c */
enum err basket_put(struct cli *cli, struct fault *fault);
enum err basket_print(struct cli *cli, struct fault *fault);
enum err basket_empty(struct cli *cli, struct fault *fault);

/* reveal.c */
enum err reveal_show(struct cli *cli, struct fault *fault);

/* uses.c */
enum err uses_note(struct cli *cli, struct fault *fault);

#endif
