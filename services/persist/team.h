/* team.h: the rows of this engine's team: what its members say, and what of it the server lacks. What holds is put
 * into the items with that content, in the same commit. Runs on the service's loop. */
#ifndef LOOPHOLE_PERSIST_TEAM_H
#define LOOPHOLE_PERSIST_TEAM_H

#include "services/persist/turn/persist.h"

enum { TEAM_PART = 4096 }; /* rows that one ask removes at most */

/* Does persist.team. The server and the members are untrusted: what they say and this program does not understand is
 * kept, and changes no item. Errors: conflict (another position; rows of another team are left). */
enum err team_change(struct persist *p, const struct persist_team *ask, struct done *answer, struct fault *fault);

#endif
