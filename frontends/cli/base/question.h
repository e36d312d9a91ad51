/* question.h: the indexer's questions about missing files. */
#ifndef LOOPHOLE_FRONTENDS_CLI_QUESTION_H
#define LOOPHOLE_FRONTENDS_CLI_QUESTION_H

#include "frontends/cli/base/cli.h"

/* Questions about missing files (libraries.asks): the text of each with the command that answers it, or
 * that command alone. */
void question_print(struct cli *cli, const struct libraries *libraries);
void question_print_open(struct cli *cli); /* the open ones; none if the indexer does not answer */
void question_command(struct buffer *to, const struct missing_many *asks);

#endif
