/* community.h: the rows of the service composer: the offers of this studio, the lessons of the community, and the
 * position of the exchange. Runs on the service's loop. */
#ifndef LOOPHOLE_PERSIST_COMMUNITY_H
#define LOOPHOLE_PERSIST_COMMUNITY_H

#include "services/persist/turn/persist.h"

enum { COMMUNITY_PART = 4096 }; /* rows that one ask removes at most */

/* Does persist.composer: the rows and the position that covers them are in one commit. A lesson of a kind that this
 * program does not know is left out. Errors: conflict (the inbox is at another position), bad_request (an offer or a
 * lesson is malformed, too many folders are excluded), denied (an offer is above the level), not_found (a folder to
 * exclude). */
enum err community_change(struct persist *p, const struct persist_composer *ask, struct done *answer,
                          struct fault *fault);

#endif
