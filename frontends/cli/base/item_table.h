/* item_table.h: items as a table of the fields of --fields. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ITEM_TABLE_H
#define LOOPHOLE_FRONTENDS_CLI_ITEM_TABLE_H

#include "frontends/cli/base/cli.h"

/* The fields "a,b,…" of items as a table, each column as wide as its longest value; of one item, a line
 * for each field. */
void item_table(struct cli *cli, const struct item_list *items, const char *fields);
void item_some(struct cli *cli, const struct item *item, const char *fields);

#endif
