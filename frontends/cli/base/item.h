/* item.h: one media item as a row, and in full. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ITEM_H
#define LOOPHOLE_FRONTENDS_CLI_ITEM_H

#include "frontends/cli/base/cli.h"

void item_row(struct buffer *to, const struct item *item);

/* `rank` is "SCORE" or "DISTANCE". There is a column STATE if one of the items cannot be read now. */
void item_row_head(struct buffer *to, const char *rank, const struct item_list *items);
void item_full(struct buffer *to, const struct media_found *found);

#endif
