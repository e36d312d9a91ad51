/* last_copy.h: a warning when a person forgets the last copies of sounds. One thread; memory from cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LAST_COPY_H
#define LOOPHOLE_FRONTENDS_CLI_LAST_COPY_H

#include "frontends/cli/base/cli.h"

/* Lists the items of the library at the path and of its trees, at most LAST_COPY_MOST. The list is empty if search does
 * not answer. */
enum { LAST_COPY_MOST = 10000 };
void last_copy_list(struct cli *cli, struct bytes path, struct id_list *to);

/* Call it after the items were forgotten. Prints on standard error of how many sounds no other copy can be read now;
 * with --json, prints a further line. It looks at the first LAST_COPY_MOST items. */
void last_copy_warn(struct cli *cli, const struct id_list *items);

#endif
