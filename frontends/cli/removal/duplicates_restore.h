/* duplicates_restore.h: brings back files that `duplicates remove` moved, and moves them again. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_DUPLICATES_RESTORE_H
#define LOOPHOLE_FRONTENDS_CLI_DUPLICATES_RESTORE_H

#include "frontends/cli/base/cli.h"

#define DUPLICATES_LABEL "Remove duplicates" /* of the step of undo */

/* Moves back the files of the commands whose steps of undo, from `first` to `last`, were undone, and prints them. A
 * file that cannot be moved is named on standard error. */
void duplicates_return(struct cli *cli, uint64_t first, uint64_t last);

/* Moves the files of the command of this step away again, because the step was redone. Each is compared again; one that
 * stays is named on standard error. */
void duplicates_move_again(struct cli *cli, uint64_t step);

#endif
