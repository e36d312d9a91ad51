/* team_uses.h: the uses of this engine as statements to the team: the field use:CONTEXT:DIGEST of a content, with a
 * digest of role and section. Its value has a line each for the kind and the name of the context, role and section;
 * empty: the use has ended. What each other member says are uses of a context of its own here, so uses add up. Runs
 * on the service's loop. */
#ifndef LOOPHOLE_PERSIST_TEAM_USES_H
#define LOOPHOLE_PERSIST_TEAM_USES_H

#include "services/persist/edit/stated.h"

/* States what differs from what this engine said of the context. A context that the team gave is left out;
 * that of a global kit has no uses, because the kit itself travels. Errors:
 * full, io. */
enum err team_uses_compare(struct persist *p, struct team_state *state, struct id context);

/* Puts what other members say in these statements into their contexts here; other fields are left out. Errors: full,
 * io. */
enum err team_uses_follow(struct persist *p, const struct team_state *state, const struct team_said_list *said);

/* The same for all that was said about a content, because it has a new item. */
enum err team_uses_follow_content(struct persist *p, const struct team_state *state, struct bytes content);

#endif
