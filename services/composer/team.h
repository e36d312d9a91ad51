/* team.h: the exchange with the team of this engine. Each step is a slice of reading, a talk (talk.h), or an ask to
 * persist; each is safe to repeat, because the server and persist keep of each member the latest statement about a
 * field.
 *
 *   compare ──► items that may differ from what the team says, to persist, until there are none
 *   talk    ──► what the server lacks; then all that is new there, also what it took of this engine
 *   keep    ──► statements, position, and the values of the items: one commit
 *
 * A person who leaves has left when persist answers. Then a talk says so to the server; it is repeated until the server
 * answers.
 * Another epoch means that the server was restored: all is sent and read again. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_TEAM_H
#define LOOPHOLE_COMPOSER_TEAM_H

#include "services/composer/state.h"

/* At the timer and the end of each turn. */
void team_turn(struct composer *composer);
bool team_is_busy(const struct composer *composer);
void team_free(struct team *team);

/* Describes the team. Strings lie in the arena. */
enum err team_show(struct composer *composer, struct arena *arena, struct team_shown *to, struct fault *fault);

/* Does what a person asks for at the server, and answers the call then. `ask->engine` is filled in. Errors
 * (explained): busy, conflict, denied, offline (no server is set). */
enum err team_command(struct composer *composer, struct call *call, const struct to_team *ask);

#endif
