/* library_commands.h: the commands about libraries, their items and their files. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LIBRARY_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_LIBRARY_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* library.c */
enum err library_add(struct cli *cli, struct fault *fault);
enum err library_remove(struct cli *cli, struct fault *fault);
enum err library_print(struct cli *cli, struct fault *fault);
enum err library_rescan(struct cli *cli, struct fault *fault);
enum err library_index(struct cli *cli, struct fault *fault);

/* fetch.c */
enum err library_set(struct cli *cli, struct fault *fault);
enum err fetch_begin(struct cli *cli, struct fault *fault);
enum err fetch_list(struct cli *cli, struct fault *fault);

/* library.c */
enum err library_summary(struct cli *cli, struct fault *fault);

/* volume.c */
enum err volume_list(struct cli *cli, struct fault *fault);
enum err volume_mark(struct cli *cli, struct fault *fault);
enum err volume_label(struct cli *cli, struct fault *fault);

/* edit.c */
enum err edit_unlike(struct cli *cli, struct fault *fault);
enum err edit_rate(struct cli *cli, struct fault *fault);
enum err edit_colour(struct cli *cli, struct fault *fault);
enum err edit_favourite(struct cli *cli, struct fault *fault);
enum err edit_hide(struct cli *cli, struct fault *fault);
enum err edit_forget(struct cli *cli, struct fault *fault);

/* forgotten.c */
enum err forgotten_list(struct cli *cli, struct fault *fault);

/* relink.c */
enum err relink_run(struct cli *cli, struct fault *fault);

/* edit.c */
enum err edit_item(struct cli *cli, struct fault *fault);
enum err edit_tags(struct cli *cli, struct fault *fault);

/* sessions.c */
enum err sessions_list(struct cli *cli, struct fault *fault);

#endif
