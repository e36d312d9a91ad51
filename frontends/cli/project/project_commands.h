/* project_commands.h: the commands about projects, and undo. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PROJECT_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_PROJECT_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* undo.c */
enum err undo_take(struct cli *cli, struct fault *fault);
enum err undo_redo(struct cli *cli, struct fault *fault);
enum err undo_list(struct cli *cli, struct fault *fault);
enum err undo_moves(struct cli *cli, struct fault *fault);

/* project.c */
enum err project_make(struct cli *cli, struct fault *fault);
enum err project_enter(struct cli *cli, struct fault *fault);
enum err project_leave(struct cli *cli, struct fault *fault);
enum err project_print_state(struct cli *cli, struct fault *fault);
enum err project_print_all(struct cli *cli, struct fault *fault);
enum err project_print_parts(struct cli *cli, struct fault *fault);
enum err project_print_saves(struct cli *cli, struct fault *fault);
enum err project_change(struct cli *cli, struct fault *fault);
enum err project_add(struct cli *cli, struct fault *fault);
enum err project_put_part(struct cli *cli, struct fault *fault);
enum err project_remove_part(struct cli *cli, struct fault *fault);
enum err project_store(struct cli *cli, struct fault *fault);
enum err project_copy(struct cli *cli, struct fault *fault);
enum err project_write_draft(struct cli *cli, struct fault *fault);
enum err project_go_back(struct cli *cli, struct fault *fault);
enum err project_gather(struct cli *cli, struct fault *fault);
enum err project_take_back(struct cli *cli, struct fault *fault);
enum err project_do_again(struct cli *cli, struct fault *fault);

#endif
