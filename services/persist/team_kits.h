/* team_kits.h: the global kits of a team (services/persist/edit/stated_kit.h): puts here what the newest statement says
 * of a kit. Of two changes that did not know each other the later one holds; each engine that has the other one keeps
 * it as the same copy, which travels as a kit of its own. A kit that was changed here and cannot be said stays. In the
 * open turn; the loop's thread. */
#ifndef LOOPHOLE_PERSIST_TEAM_KITS_H
#define LOOPHOLE_PERSIST_TEAM_KITS_H

#include "services/persist/edit/stated_kit.h"

/* Follows what a member said, which is in the row. A kit that cannot be put, or a text that is no kit, changes nothing,
 * and the next one goes on. Errors: full, io. */
enum err team_kits_follow(struct persist *p, struct team_state *state, const struct team_said *said);

/* Says the kit if the team does not know it as it is here, and puts it if it waited. Errors: full, io. */
enum err team_kits_compare(struct persist *p, struct team_state *state, struct id kit);

/* False: it is about a kit, and no kit. It would only take the place of those that are. */
bool team_kits_may_keep(struct persist *p, const struct team_said *said);

#endif
