/* results.h: the items of the last search of the command line, in a file of the cache: `preview next` walks them. A
 * later search replaces them; losing them costs nothing. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RESULTS_H
#define LOOPHOLE_FRONTENDS_CLI_RESULTS_H

#include "frontends/cli/base/cli.h"

enum { RESULTS_MOST = 1000 };

/* Keeps the first RESULTS_MOST items in place of the earlier ones; also a result without items. */
void results_keep(struct cli *cli, const struct id_list *items);

/* Sets `items` to the kept ones, in cli->arena. False: no result is kept. */
bool results_read(struct cli *cli, struct id_list *items);

void results_forget(struct cli *cli); /* removes the file */

#endif
