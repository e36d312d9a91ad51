/* team_asks.h: the asks about the team of this engine, of composer.schema. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_TEAM_ASKS_H
#define LOOPHOLE_COMPOSER_TEAM_ASKS_H

#include "services/composer/state.h"

enum err team_asks_show(struct composer *c, struct call *call, const struct composer_team *ask,
                        struct team_shown *answer);
enum err team_asks_create(struct composer *c, struct call *call, const struct composer_team_create *ask,
                          struct team_shown *answer);
enum err team_asks_code(struct composer *c, struct call *call, const struct composer_team_code *ask,
                        struct team_shown *answer);
enum err team_asks_join(struct composer *c, struct call *call, const struct composer_team_join *ask,
                        struct team_shown *answer);
enum err team_asks_leave(struct composer *c, struct call *call, const struct composer_team_leave *ask,
                         struct team_shown *answer);
enum err team_asks_said(struct composer *c, struct call *call, const struct composer_team_said *ask,
                        struct said_lines *answer);

#endif
