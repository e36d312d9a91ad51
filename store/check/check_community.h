/* check_community.h: one function for each database of the community, and one for both of the team. */
#ifndef LOOPHOLE_STORE_CHECK_COMMUNITY_H
#define LOOPHOLE_STORE_CHECK_COMMUNITY_H

#include "store/check/check_row.h"

void check_shared(struct check *c, const struct seen *row);
void check_outbox(struct check *c, const struct seen *row);
void check_lesson(struct check *c, const struct seen *row);
void check_team(struct check *c, const struct seen *row);

#endif
