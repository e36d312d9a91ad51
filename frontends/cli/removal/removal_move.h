/* removal_move.h: moves the file of one copy of `duplicates remove` away. One thread; hangs as the disks do. */
#ifndef LOOPHOLE_FRONTENDS_CLI_REMOVAL_MOVE_H
#define LOOPHOLE_FRONTENDS_CLI_REMOVAL_MOVE_H

#include "frontends/cli/base/cli.h"

/* Compares the copy with the kept file. Errors (explained): those of copy_compare. */
enum err removal_check(const struct removal_line *line, struct fault *fault);

/* The same, then writes the line with its place to the journal (an open file), and renames the file. Errors
 * (explained): those of copy_compare, copy_place and copy_take. After an error the file is where it was. */
enum err removal_move(struct cli *cli, int journal, struct removal_line *line, struct fault *fault);

void removal_print(struct cli *cli, const struct removal_line *line);

#endif
