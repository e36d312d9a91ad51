/* results.h: the items of the last search of the command line, in a file of the cache: `preview next` walks them. A
 * later search replaces them; losing them costs nothing. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RESULTS_H
#define LOOPHOLE_FRONTENDS_CLI_RESULTS_H

#include "frontends/cli/base/cli.h"

enum { RESULTS_MOST = 1000 };

/* Keeps the first RESULTS_MOST items in place of the earlier ones; none: keeps the earlier ones. */
void results_keep(struct cli *cli, const struct id_list *items);

/* The kept items, in cli->arena; none if there are none. */
struct id_list results_read(struct cli *cli);

void results_forget(struct cli *cli);

#endif
