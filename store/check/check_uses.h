/* check_uses.h: one function for each database of contexts and uses. */
#ifndef LOOPHOLE_STORE_CHECK_USES_H
#define LOOPHOLE_STORE_CHECK_USES_H

#include "store/check/check_row.h"

void check_context(struct check *c, const struct seen *row);
void check_use(struct check *c, const struct seen *row);
void check_used_in(struct check *c, const struct seen *row);
void check_session(struct check *c, const struct seen *row);

#endif
